/**
 * Gives memory back when the hub has nothing to do.
 *
 * V8 lets the space for young objects grow to more than 100 MB under load and shrinks it only when something makes it
 * collect everything, which a process that does nothing never does. A collection stops the process for some 40 ms, so it
 * waits until nothing happens, is left out when little would come of it, and takes at most a twentieth of the time.
 *
 * A process at rest is not woken for this: the heap grows only with collections of young objects, and the first one of
 * these, which is work that leaves something behind, starts the looks.
 */
import { performance, PerformanceObserver } from "node:perf_hooks"
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

/** What follows from a look: look again, collect now, or do neither until the process has worked again. */
export type Verdict = "look" | "collect" | "rest"

/** Decides when to collect. */
export class QuietMemory {
  #rests = 0
  #heap = 0
  #next = 0

  /** Judges one look. */
  judge({ now, share, heap }: Look): Verdict {
    this.#rests = share < REST_SHARE ? this.#rests + 1 : 0
    if (this.#rests < RESTS) return "look"
    if (heap < this.#heap + GROWTH) return "rest"
    return now >= this.#next ? "collect" : "look"
  }

  /** A collection has ended; it took `took` milliseconds and left a heap of `heap` bytes. */
  collected({ now, heap }: Pick<Look, "now" | "heap">, took: number): void {
    this.#rests = 0
    this.#heap = heap
    this.#next = now + took / MOST_SHARE
  }
}

const heapBytes = (): number => getHeapStatistics().total_heap_size

/** Looks after this process, which has just started; returns the function that ends it. The process is not kept alive by it. */
export function collectWhenQuiet(): () => void {
  const memory = new QuietMemory()
  let before = performance.eventLoopUtilization()
  let looks: NodeJS.Timeout | undefined
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
  }
  const look = (): void => {
    const verdict = memory.judge({ now: performance.now(), share: worked(), heap: heapBytes() })
    if (verdict === "collect") collect()
    if (verdict !== "look") rest()
  }
  const work = new PerformanceObserver(() => {
    work.disconnect()
    before = performance.eventLoopUtilization()
    looks ??= setInterval(look, LOOK).unref()
  })
  const rest = (): void => {
    clearInterval(looks)
    looks = undefined
    work.observe({ entryTypes: ["gc"] })
  }
  const afterStart = setInterval(() => {
    if (worked() >= AFTER_START_SHARE) return
    clearInterval(afterStart)
    collect()
    rest()
  }, AFTER_START).unref()
  return () => {
    work.disconnect()
    clearInterval(looks)
    clearInterval(afterStart)
  }
}
