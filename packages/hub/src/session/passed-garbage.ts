/**
 * What storing leaves behind is collected in time (D-10).
 *
 * V8 counts a buffer as the few bytes of its handle and lets tens of megabytes of dead ones pile up before it looks, more on a
 * busy machine; long texts pile up beside them. So the young ones are collected after every few megabytes, which takes about a
 * millisecond. Large events also leave behind what has become old by then, as the parts of a long message before they are cut,
 * and make the space for young objects grow to 134 MB: when the heap has grown by some megabytes with them, all of it is collected
 * and what it had grown by is given back. A stream of small events never pays for that.
 */
import { performance } from "node:perf_hooks"
import { getHeapStatistics } from "node:v8"
import type { LogRecord } from "@holdfast/protocol/record"
import { collectGarbage } from "@holdfast/store/garbage-collector"
import type { StoredState } from "@holdfast/store/Store"

/** Bytes between two collections of the young. */
const EVERY = 8 * 1024 * 1024

/** Bytes from which an event or a state is large. */
const LARGE = 32 * 1024

/** Copies of a large event that are dead once it is stored: its frame, its text, what was parsed of it, its text as a record. */
const COPIES = 3

/** Bytes, and part of what was left, by which the heap grows until all of it is collected. */
const GROWTH = 16 * 1024 * 1024
const GROWTH_SHARE = 0.5

/** Collections of the whole heap may take this part of the time. */
const MOST_SHARE = 0.2

let since = 0
let left = Infinity
let next = 0

/** Counts output that a session stores. */
export function outputPassed(bytes: number): void {
  since += bytes
  if (since >= EVERY) collectYoung()
}

/** Counts what a session stores of events: only what is large. */
export function eventsPassed(records: ReadonlyArray<LogRecord>, state: StoredState | undefined): void {
  let large = 0
  for (const { bytes, channel } of records) if (bytes.length >= LARGE && channel !== "terminal") large += bytes.length * COPIES
  const stateBytes = state === undefined ? 0 : state.record.length + state.inner.length
  if (stateBytes >= LARGE) large += stateBytes
  if (large === 0) return
  since += large
  if (performance.now() >= next) collectGrown()
  if (since >= EVERY) collectYoung()
}

function collectYoung(): void {
  since = 0
  collectGarbage({ type: "minor" })
}

/** Collects everything when the heap has grown. */
function collectGrown(): void {
  const heap = heapBytes()
  left = Math.min(left, heap)
  if (heap < left + Math.max(GROWTH, left * GROWTH_SHARE)) return
  const began = performance.now()
  collectGarbage({ type: "major", flavor: "last-resort" })
  const ended = performance.now()
  since = 0
  left = heapBytes()
  next = ended + (ended - began) / MOST_SHARE
}

/** Bytes the heap takes from the system, used or not. */
const heapBytes = (): number => getHeapStatistics().total_heap_size
