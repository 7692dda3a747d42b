/**
 * Words that are times: every process of the machine reads the same monotonic clock.
 */

/** The monotonic clock in milliseconds, with its fraction. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** A word that says when it was said. */
export function stamp(): string {
  return `${now().toFixed(3)} `
}

/** The times in a text of such words. */
export function stampsOf(text: string): ReadonlyArray<number> {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number)
}
