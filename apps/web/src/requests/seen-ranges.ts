/** How much of something long has been on the screen: ranges of its height, as functions of data (docs/protocol/app-rules.md, APP-144). */

/** What was seen of a content that is `height` pixels high; the ranges are in order and apart. */
export interface Seen {
  readonly height: number
  readonly ranges: ReadonlyArray<readonly [from: number, to: number]>
}

/** Pixels that may be missing: borders and roundings, less than any line. */
const SLACK = 4

/** Nothing was seen yet. */
export const NOT_SEEN: Seen = { height: 0, ranges: [] }

/** With a range that is on the screen now. A content that has become higher or lower keeps what was seen of it in proportion. */
export function withSeen(seen: Seen, height: number, from: number, to: number): Seen {
  const scale = seen.height === 0 ? 1 : height / seen.height
  const known = seen.ranges.map(([start, end]) => [start * scale, end * scale] as const)
  const all = (to > from ? [...known, [from, to] as const] : known).toSorted(([one], [other]) => one - other)
  const ranges: Array<readonly [number, number]> = []
  for (const [start, end] of all) {
    const last = ranges.at(-1)
    if (last !== undefined && start <= last[1] + SLACK) ranges[ranges.length - 1] = [last[0], Math.max(last[1], end)]
    else ranges.push([start, end])
  }
  return { height, ranges }
}

/** Where what was not seen begins; `undefined` once all of it was. */
export function firstUnseen({ height, ranges }: Seen): number | undefined {
  const [first] = ranges
  if (first === undefined || first[0] > SLACK) return 0
  return first[1] >= height - SLACK ? undefined : first[1]
}
