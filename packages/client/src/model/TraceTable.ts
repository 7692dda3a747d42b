/** Traces of the sessions that are shown, asked for together and again as time passes (docs/protocol/rules.md, L-7, U-12). */
import type { Trace } from "@holdfast/protocol/trace"
import type { Connection } from "../Connection.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames } from "./frames.ts"

/** Sessions of one call, and milliseconds for which those that come into view are gathered. */
const TOGETHER = 2000
const GATHER = 50

/** Milliseconds after which traces are asked for again: about one bucket. */
const AGAIN = 28_000
const AFTER_FAILURE = 3000

/** The traces of one hub: the last 30 minutes in 64 buckets. */
export class TraceTable {
  readonly #frames: Frames
  readonly #connection: () => Connection
  readonly #cells = new Map<string, Cell<Trace | undefined>>()
  /** How many show each session's trace. */
  readonly #held = new Map<string, number>()
  #new = new Set<string>()
  #soon: ReturnType<typeof setTimeout> | undefined
  #later: ReturnType<typeof setTimeout> | undefined

  constructor(frames: Frames, connection: () => Connection) {
    this.#frames = frames
    this.#connection = connection
  }

  /** The trace of a session; `undefined` while it is not known, and while there was nothing in its time. */
  trace(session: string): Readable<Trace | undefined> {
    const known = this.#cells.get(session)
    if (known !== undefined) return known
    const made = new Cell<Trace | undefined>(this.#frames, undefined)
    this.#cells.set(session, made)
    return made
  }

  /** Keeps the trace of a session up to date, until the function that is returned is called. */
  hold(session: string): () => void {
    const count = this.#held.get(session) ?? 0
    this.#held.set(session, count + 1)
    if (count === 0) {
      this.#new.add(session)
      this.#soon ??= setTimeout(() => this.#readNew(), GATHER)
    }
    this.#later ??= setTimeout(() => this.#readAll(), AGAIN)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const left = (this.#held.get(session) ?? 1) - 1
      if (left > 0) this.#held.set(session, left)
      else this.#held.delete(session)
      if (this.#held.size === 0) this.#stop()
    }
  }

  #stop(): void {
    clearTimeout(this.#soon)
    clearTimeout(this.#later)
    this.#soon = undefined
    this.#later = undefined
    this.#new.clear()
  }

  #readNew(): void {
    this.#soon = undefined
    const sessions = [...this.#new].filter((session) => this.#held.has(session))
    this.#new.clear()
    this.#read(sessions)
  }

  #readAgain(sessions: ReadonlyArray<string>): void {
    if (this.#held.size === 0) return
    for (const session of sessions) this.#new.add(session)
    this.#soon ??= setTimeout(() => this.#readNew(), AFTER_FAILURE)
  }

  #readAll(): void {
    this.#later = setTimeout(() => this.#readAll(), AGAIN)
    this.#read([...this.#held.keys()])
  }

  /** What fails is asked for again soon. */
  #read(sessions: ReadonlyArray<string>): void {
    for (let from = 0; from < sessions.length; from += TOGETHER) {
      const some = sessions.slice(from, from + TOGETHER)
      this.#connection().request("traces.list", { sessions: some }, (exit) => {
        if (!exit.ok) return this.#readAgain(some)
        const found = new Map(exit.value.traces.map((trace) => [trace.session, trace]))
        for (const session of some) this.#cells.get(session)?.set(found.get(session))
      })
    }
  }
}
