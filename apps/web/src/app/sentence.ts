/** Words of the server among those of the page. */

/** A message as a sentence of its own, whether it ends like one or not. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`
}
