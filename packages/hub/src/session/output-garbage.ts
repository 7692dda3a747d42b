/**
 * Dead output buffers are collected in time.
 *
 * V8 counts a buffer as the few bytes of its handle and lets tens of megabytes of dead ones pile up before it looks, more on a
 * busy machine. A collection of the young ones after every few megabytes of output takes about a millisecond and keeps the hub
 * as small under a flood as it is at rest (D-10).
 */
import { collectGarbage } from "@holdfast/store/garbage-collector"

/** Bytes of output between two collections. */
const EVERY = 8 * 1024 * 1024

let since = 0

/** Counts output that went through the hub. */
export function outputPassed(bytes: number): void {
  since += bytes
  if (since < EVERY) return
  since = 0
  collectGarbage({ type: "minor" })
}
