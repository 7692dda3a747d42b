/** The schedule of further tries as a setting has it: seconds, separated by commas. */

/** Tries at most, and seconds between two of them at most. */
const TRIES_MAX = 20
const WAIT_MAX = 7 * 24 * 3600

/** The waits in seconds; `undefined` when the text is none. */
export function scheduleOf(text: string): ReadonlyArray<number> | undefined {
  if (text.trim() === "") return []
  const waits = text.split(",").map((one) => (one.trim() === "" ? Number.NaN : Number(one)))
  return waits.length <= TRIES_MAX && waits.every((wait) => wait >= 0 && wait <= WAIT_MAX) ? waits : undefined
}
