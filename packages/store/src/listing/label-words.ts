/** Label search: the form labels are compared in, and the words of a search. */

/** A label in the form it is searched and sorted by: compatibility form, lower case. */
export function foldLabel(label: string): string {
  return label.normalize("NFKC").toLowerCase()
}

/** Most words of a search that are looked at. */
const MAX_WORDS = 16

/** The words that a label must contain, folded; none for an absent or empty search. */
export function searchWords(q: string | undefined): ReadonlyArray<string> {
  return q === undefined
    ? []
    : foldLabel(q)
        .split(/\s+/u)
        .filter((word) => word !== "")
        .slice(0, MAX_WORDS)
}
