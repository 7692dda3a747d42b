/** Escape closes what is unfolded; the next one that follows at once must not count as the second of two that stop the turn. */

/** Milliseconds within which two presses belong together, as in the registry of keys. */
const TOGETHER = 1000

let usedAt = -Infinity

/** An Escape has closed something. */
export function noteEscapeUsed(now = performance.now()): void {
  usedAt = now
}

/** Whether an Escape has just closed something. */
export function wasEscapeUsed(now = performance.now()): boolean {
  return now - usedAt <= TOGETHER
}
