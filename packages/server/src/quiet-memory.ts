/**
 * Gives memory back when the hub has nothing to do.
 *
 * V8 lets the space for young objects grow to more than 100 MB under load and shrinks it only when something makes it
 * collect everything, which a process that does nothing never does. A collection stops the process for some 40 ms, so it
 * waits until nothing happens, is left out when little would come of it, and takes at most a twentieth of the time.
 */
import { performance } from "node:perf_hooks"
import { getHeapStatistics } from "node:v8"
import { collectGarbage } from "@holdfast/store/garbage-collector"

/** Milliseconds between two looks. */
const LOOK = 250

/** Looks in a row that must find the process at rest. */
const RESTS = 3

/** Most of the time that a process at rest works. */
const REST_SHARE = 0.01

/** Milliseconds between looks until what the start left behind is collected, and the most the process may work between them. */
const AFTER_START = 200
const AFTER_START_SHARE = 0.1

/** Bytes by which the heap must have grown since the last collection. */
const GROWTH = 4 * 1024 * 1024

/** A collection may take this part of the time since the one before it. */
const MOST_SHARE = 0.05

/** What the decision is made from, measured at one look. */
export interface Look {
  /** Monotonic milliseconds. */
  readonly now: number
  /** Part of the time since the last look in which the process worked, from 0 to 1. */
  readonly share: number
  /** Bytes the heap takes from the system, used or not. */
  readonly heap: number
}

/** Decides when to collect. */
export class QuietMemory {
  private rests = 0
  private heap = 0
  private next = 0

  /** Whether to collect now. */
  isDue({ now, share, heap }: Look): boolean {
    this.rests = share < REST_SHARE ? this.rests + 1 : 0
    return this.rests >= RESTS && now >= this.next && heap >= this.heap + GROWTH
  }

  /** A collection has ended; `took` milliseconds, and left a heap of so many bytes. */
  collected({ now, heap }: Pick<Look, "now" | "heap">, took: number): void {
    this.rests = 0
    this.heap = heap
    this.next = now + took / MOST_SHARE
  }
}

const heapBytes = (): number => getHeapStatistics().total_heap_size

/** Starts to look after this process, which is up just now; gives the function that ends it. The process is not kept alive by it. */
export const collectWhenQuiet = (): (() => void) => {
  const memory = new QuietMemory()
  let before = performance.eventLoopUtilization()
  const worked = (): number => {
    const current = performance.eventLoopUtilization()
    const share = performance.eventLoopUtilization(current, before).utilization
    before = current
    return share
  }
  const collect = (): void => {
    const began = performance.now()
    collectGarbage({ type: "major", flavor: "last-resort" })
    const ended = performance.now()
    memory.collected({ now: ended, heap: heapBytes() }, ended - began)
    before = performance.eventLoopUtilization()
    clearInterval(afterStart)
  }
  const looks = setInterval(() => {
    if (memory.isDue({ now: performance.now(), share: worked(), heap: heapBytes() })) collect()
  }, LOOK)
  const afterStart = setInterval(() => {
    if (worked() < AFTER_START_SHARE) collect()
  }, AFTER_START)
  looks.unref()
  afterStart.unref()
  return () => {
    clearInterval(looks)
    clearInterval(afterStart)
  }
}
