/**
 * What a process holds on to, once its garbage is gone.
 */
import { setTimeout as pause } from "node:timers/promises"

/** Resident memory, and heap with what hangs on it, in bytes. */
export interface Held {
  readonly rss: number
  readonly heap: number
}

/** Collects garbage until resident memory stops falling, at most ten times; gives the least of each. */
export async function settled(collect: () => Promise<Held>): Promise<Held> {
  let least = await collect()
  for (let time = 0; time < 10; time++) {
    await pause(100)
    const now = await collect()
    const fell = least.rss - now.rss
    least = { rss: Math.min(least.rss, now.rss), heap: Math.min(least.heap, now.heap) }
    if (fell < 256 * 1024 && time >= 2) break
  }
  return least
}

/**
 * Bytes by which a process grew. Memory that it had already taken and not used does not show in its resident size, so
 * the growth of the heap counts where it is larger.
 */
export function growth(before: Held, after: Held): number {
  return Math.max(after.rss - before.rss, after.heap - before.heap, 0)
}
