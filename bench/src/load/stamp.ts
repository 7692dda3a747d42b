/**
 * Words that are times: every process of the machine reads the same monotonic clock.
 */

/** The monotonic clock in milliseconds, with its fraction. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** A word that says when it was said. */
export const stamp = (): string => `${now().toFixed(3)} `

/** The times in a text of such words. */
export const stampsOf = (text: string): ReadonlyArray<number> =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number)
