/** What a field that is left out means, where no value of its own says it (`default` of a schema does otherwise). */

/** An annotation that says in words what a field stands for when it is left out; the description of the API shows it. */
export function without(words: string, description?: string): { readonly description: string } {
  return { description: description === undefined ? `default: ${words}` : `${description} (default: ${words})` }
}
