/**
 * Work that no one waits for: done one at a time while nothing that was asked for is under way (docs/protocol/rules.md, C-65).
 */
import { HoldfastError } from "../errors.ts"

/** Most jobs that wait; of more the oldest are forgotten. */
const WAITING_MOST = 16

/** A job; it is aborted when something is asked for, and begins again afterwards. */
export type Job = (signal: AbortSignal) => Promise<unknown>

/** Runs what was asked for at once, and jobs in between. */
export class Background {
  readonly #jobs = new Map<string, Job>()
  #asked = 0
  #running: AbortController | undefined
  #isClosed = false

  /** Runs what someone waits for. A job that is under way gives way to it. */
  async ask<A>(f: () => Promise<A>): Promise<A> {
    this.#asked += 1
    this.#running?.abort()
    try {
      return await f()
    } finally {
      this.#asked -= 1
      this.#next()
    }
  }

  /** Adds a job under a name; one of the same name is done once. */
  add(name: string, job: Job): void {
    this.#jobs.set(name, job)
    for (const oldest of this.#jobs.keys()) {
      if (this.#jobs.size <= WAITING_MOST) break
      this.#jobs.delete(oldest)
    }
    this.#next()
  }

  /** Forgets the jobs that wait. */
  clear(): void {
    this.#jobs.clear()
  }

  close(): void {
    this.#isClosed = true
    this.clear()
    this.#running?.abort()
  }

  #next(): void {
    const [first] = this.#jobs
    if (this.#isClosed || this.#asked > 0 || this.#running !== undefined || first === undefined) return
    const [name, job] = first
    const running = new AbortController()
    this.#running = running
    this.#jobs.delete(name)
    const end = (cause: unknown): void => {
      this.#running = undefined
      // One that gave way comes again; one that failed is asked for again by whoever needs it, who then learns why.
      const gaveWay = running.signal.aborted && cause instanceof HoldfastError && cause.tag === "Aborted"
      if (gaveWay && !this.#jobs.has(name)) this.#jobs.set(name, job)
      this.#next()
    }
    job(running.signal).then(() => end(undefined), end)
  }
}
