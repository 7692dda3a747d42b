/** How scrolling continues after a finger has left. */

/** Pixels a millisecond below which it stands still, and how much of it is left after a millisecond. */
const STILL = 0.02
const KEPT = 0.997
/** How much of the time before the finger left counts, in milliseconds. */
const RECENT = 100

/** A place of a finger, in pixels and milliseconds. */
export interface Moved {
  readonly at: number
  readonly time: number
}

/** Speed at the end of a movement, in pixels a millisecond; 0 when the finger rested before it left. */
export function speedOf(moves: ReadonlyArray<Moved>, now: number): number {
  const recent = moves.filter(({ time }) => now - time <= RECENT)
  const [first, last] = [recent[0], recent.at(-1)]
  if (first === undefined || last === undefined || last.time <= first.time) return 0
  return (last.at - first.at) / (last.time - first.time)
}

/** How far it goes in a time, and how fast it is then; a speed of 0 is the end. */
export function glide(speed: number, milliseconds: number): { readonly by: number; readonly speed: number } {
  const next = speed * KEPT ** milliseconds
  const by = ((speed + next) / 2) * milliseconds
  return { by, speed: Math.abs(next) < STILL ? 0 : next }
}
