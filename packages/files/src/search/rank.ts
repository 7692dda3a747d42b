/**
 * Ranks paths by how well characters typed match them (docs/protocol/rules.md, FS-6).
 *
 * A path matches when it has the characters in their order. Better: in the file's name, from the beginning of words, one after
 * the other, in a short path. The characters of each path as bits tell in one step that most do not match.
 */

/** A list of paths, ready to be searched. */
export interface PathList {
  readonly paths: ReadonlyArray<string>
  readonly lower: ReadonlyArray<string>
  readonly bits: Uint32Array
}

/** A path that matches, and how well. */
export interface Ranked {
  readonly index: number
  readonly score: number
}

/** Makes a list. */
export function pathList(paths: ReadonlyArray<string>): PathList {
  const lower = paths.map((path) => path.toLowerCase())
  const bits = new Uint32Array(lower.length)
  for (let at = 0; at < lower.length; at++) bits[at] = bitsOf(lower[at]!)
  return { paths, lower, bits }
}

/** A bit for each letter that a text has, and a few for the rest. */
export function bitsOf(text: string): number {
  let bits = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    bits |= 1 << (code >= 97 && code <= 122 ? code - 97 : 26 + (code % 6))
  }
  return bits >>> 0
}

/** What was typed, as it is compared: without blanks, in lower case. */
export function needleOf(query: string): string {
  return query.toLowerCase().replace(/\s+/g, "")
}

const isSeparator = (code: number): boolean => code === 47 || code === 45 || code === 95 || code === 46 || code === 32
const isUpper = (code: number): boolean => code >= 65 && code <= 90

/** Whether a word begins at a place of a path. */
function beginsWord(path: string, at: number): boolean {
  return at === 0 || isSeparator(path.charCodeAt(at - 1)) || (isUpper(path.charCodeAt(at)) && !isUpper(path.charCodeAt(at - 1)))
}

/** The places of the needle in the path, as good as they are found from the end; `undefined` where it does not match. */
export function placesIn(path: string, lower: string, needle: string): ReadonlyArray<number> | undefined {
  const name = lower.lastIndexOf("/") + 1
  const inName = lower.indexOf(needle, name)
  const whole = inName >= 0 ? bestWhole(path, lower, needle, name) : lower.lastIndexOf(needle)
  const row = whole < 0 ? undefined : Array.from({ length: needle.length }, (_, at) => whole + at)
  if (row !== undefined && beginsWord(path, whole)) return row
  // Beginnings of words may say more than a row in the middle of one.
  const apart = subsequence(path, lower, needle, name) ?? (row === undefined ? subsequence(path, lower, needle, 0) : undefined)
  if (row === undefined || apart === undefined) return row ?? apart
  return scoreOf(path, apart) > scoreOf(path, row) ? apart : row
}

/** Where the needle stands as a whole in the name: at the beginning of a word if it does. */
function bestWhole(path: string, lower: string, needle: string, name: number): number {
  let first = -1
  for (let at = lower.indexOf(needle, name); at >= 0; at = lower.indexOf(needle, at + 1)) {
    if (beginsWord(path, at)) return at
    if (first < 0) first = at
  }
  return first
}

/** The characters in their order, each at the next beginning of a word where the rest still follows, else at its next place. */
function subsequence(path: string, lower: string, needle: string, start: number): ReadonlyArray<number> | undefined {
  const last = lastPlaces(lower, needle, start)
  if (last === undefined) return undefined
  const places: Array<number> = []
  let from = start
  for (let at = 0; at < needle.length; at++) {
    const char = needle[at]!
    const next = lower.indexOf(char, from)
    let chosen = next
    const follows = places.length > 0 && next === places.at(-1)! + 1
    for (let word = next; !follows && word >= 0 && word <= last[at]!; word = lower.indexOf(char, word + 1)) {
      if (!beginsWord(path, word)) continue
      chosen = word
      break
    }
    places.push(chosen)
    from = chosen + 1
  }
  return places
}

/** The last place that each character can have. */
function lastPlaces(lower: string, needle: string, start: number): ReadonlyArray<number> | undefined {
  const places = Array.from({ length: needle.length }, () => 0)
  let before = lower.length
  for (let at = needle.length - 1; at >= 0; at--) {
    const place = before === 0 ? -1 : lower.lastIndexOf(needle[at]!, before - 1)
    if (place < start) return undefined
    places[at] = place
    before = place
  }
  return places
}

/** How well a path matches; higher is better. */
export function scoreOf(path: string, places: ReadonlyArray<number>): number {
  const name = path.lastIndexOf("/") + 1
  let score = 0
  let before = -2
  for (const at of places) {
    score += 10
    if (at >= name) score += 12
    if (at === before + 1) score += 14
    if (beginsWord(path, at)) score += 10
    before = at
  }
  if (places[0] === name) score += 20
  if (places.length === path.length - name) score += 30
  return score - Math.min(40, path.length / 8) - Math.min(20, depthOf(path) * 2)
}

function depthOf(path: string): number {
  let depth = 0
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) depth++
  return depth
}

/** The best of a run of a list, kept in order among those found before. */
export function rankInto(
  best: Array<Ranked>,
  list: PathList,
  needle: string,
  run: readonly [number, number],
  most: number,
): void {
  const wanted = bitsOf(needle)
  const [first, end] = run
  for (let index = first; index < end; index++) {
    if ((list.bits[index]! & wanted) >>> 0 !== wanted) continue
    const places = placesIn(list.paths[index]!, list.lower[index]!, needle)
    if (places === undefined) continue
    const score = scoreOf(list.paths[index]!, places)
    if (best.length === most && score <= best[most - 1]!.score) continue
    insert(best, { index, score }, most)
  }
}

function insert(best: Array<Ranked>, ranked: Ranked, most: number): void {
  let at = best.length
  while (at > 0 && best[at - 1]!.score < ranked.score) at--
  best.splice(at, 0, ranked)
  if (best.length > most) best.pop()
}
