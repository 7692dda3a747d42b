/** The time of a film: how far it moves while a clock moves (docs/protocol/app-rules.md, APP-74). Pure. */

/** Speeds that can be chosen. */
export const SPEEDS: ReadonlyArray<number> = [0.5, 1, 2, 4, 8, 16]

/** Milliseconds of the log that are left of a longer pause when pauses are skipped. */
export const PAUSE_KEPT = 1000

/** How a film plays. */
export interface Pace {
  /** Times as fast as it happened. */
  readonly speed: number
  /** Whether long pauses are cut. */
  readonly skipsPauses: boolean
}

/**
 * Where a film is after `elapsed` milliseconds of a clock, in epoch milliseconds of the log; `next` is when the next event was
 * written, `undefined` when nothing follows. It stops at the next event, which is to be shown first; `left` is what remains of the
 * milliseconds then.
 */
export function moved(
  time: number,
  next: number | undefined,
  elapsed: number,
  { speed, skipsPauses }: Pace,
): { readonly time: number; readonly left: number } {
  if (next === undefined) return { time, left: 0 }
  // A clock that was set back makes no event earlier than the one before it.
  const due = Math.max(time, next)
  const from = skipsPauses ? Math.max(time, due - PAUSE_KEPT) : time
  const to = from + elapsed * speed
  return to < due ? { time: to, left: 0 } : { time: due, left: (to - due) / speed }
}

/** The speed a step away from another. */
export function speedBeside(speed: number, step: 1 | -1): number {
  const at = SPEEDS.indexOf(speed)
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at === -1 ? 1 : at) + step))] ?? 1
}

/** A length of time, such as `1:02:03` or `0:07`. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (number: number): string => String(number).padStart(2, "0")
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`
}
