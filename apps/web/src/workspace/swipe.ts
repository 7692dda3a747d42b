/** What a swipe leads through. */

/** Dots at most. */
export const MOST_DOTS = 9

/** Sessions in the order of swipes: those that are open, then those that wait and are not, as many as there are dots for. */
export function swipeRing(open: ReadonlyArray<string>, waiting: ReadonlyArray<string>): ReadonlyArray<string> {
  const wanted = [...new Set([...open, ...waiting])]
  if (wanted.length <= MOST_DOTS) return wanted
  // What waits is not left out.
  const others = wanted.filter((session) => !waiting.includes(session)).slice(-Math.max(0, MOST_DOTS - waiting.length))
  return wanted.filter((session) => waiting.includes(session) || others.includes(session)).slice(0, MOST_DOTS)
}
