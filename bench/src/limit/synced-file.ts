/**
 * The limit of everything durable: one file, one write and one fdatasync per batch.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { eventBytes } from "../load/payload.ts"
import type { Opened, Place } from "../row.ts"
import { quantile } from "../statistics.ts"

/** Opens a file in the place's directory and measures events per second and the middle time of a batch in milliseconds. */
export function syncedFile(place: Place, batch: number, milliseconds: number): Opened {
  const file = openSync(join(place.directory, "events"), "a", 0o600)
  const event = eventBytes()
  const bytes = Buffer.concat(Array.from({ length: batch }, () => event))
  return {
    measure: async () => {
      const times: Array<number> = []
      const began = performance.now()
      while (performance.now() - began < milliseconds) {
        const start = performance.now()
        writeSync(file, bytes)
        fdatasyncSync(file)
        times.push(performance.now() - start)
      }
      const seconds = (performance.now() - began) / 1000
      return { rate: (times.length * batch) / seconds, p50: quantile(times, 0.5) }
    },
    close: async () => closeSync(file),
  }
}
