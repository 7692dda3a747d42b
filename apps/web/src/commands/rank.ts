/** Which of many texts fit what was typed, the closest first. */

/** A text as it is compared. */
const folded = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

/**
 * How well a text fits: higher is closer, 0 not at all. Every word that was typed has to be in it; at the beginning of the text
 * counts most, at the beginning of a word more than inside one.
 */
export function fit(text: string, query: string): number {
  const [whole, wanted] = [folded(text), folded(query).trim()]
  if (wanted === "") return 1
  if (whole.startsWith(wanted)) return 100
  let sum = 1
  for (const word of wanted.split(/\s+/)) {
    const at = whole.indexOf(word)
    if (at < 0) return 0
    const isWordStart = at === 0 || /[^\p{L}\p{N}]/u.test(whole[at - 1] ?? "") || startsWord(whole, word)
    sum += at === 0 ? 12 : isWordStart ? 8 : 2
  }
  return sum
}

const startsWord = (text: string, word: string): boolean =>
  [...text.matchAll(/[\p{L}\p{N}]+/gu)].some(({ 0: one }) => one.startsWith(word))

/** The items that fit, the closest first; of equally close ones the order stays. At most `most`. */
export function ranked<A>(items: ReadonlyArray<A>, query: string, textOf: (item: A) => string, most: number): ReadonlyArray<A> {
  return items
    .map((item) => ({ item, score: fit(textOf(item), query) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ item }) => item)
}
