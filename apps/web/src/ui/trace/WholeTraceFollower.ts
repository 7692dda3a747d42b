/**
 * The trace of a whole log, with listeners: asked for once, then grown from the record and from what the session does now.
 *
 * It is asked for again only after the connection was away, as what happened then was not seen (docs/protocol/app-rules.md, APP-71).
 */
import type { Doing, WholeTrace } from "@holdfast/client/model"
import type { Session } from "@holdfast/protocol/session"
import { bucketAt, grown } from "./growing-trace.ts"

/** Asks for the trace. */
export type ReadTrace = () => Promise<WholeTrace>

/** What of a record a trace grows from. */
export type Grower = Pick<Session, "activity" | "lastActiveAt" | "lastSeq" | "news" | "terminal" | "turn">

/** Between two outputs that are so close, in milliseconds, a program counts as working. */
const CLOSE = 5000

/** A trace that follows its session. */
export class WholeTraceFollower {
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()
  #trace: WholeTrace | undefined
  #record: Grower | undefined
  #doing: Doing | undefined
  #asked = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** The trace now; `undefined` until it is there. */
  readonly get = (): WholeTrace | undefined => this.#trace

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks for all of it; what is shown stays until it is there. Rejects with what `read` rejects with. */
  async load(read: ReadTrace): Promise<void> {
    const asked = ++this.#asked
    const trace = await read()
    if (asked !== this.#asked) return
    this.#show(trace)
  }

  /** Takes what the session does now, which is how a terminal without reports shows that it works: at its time, not ever since. */
  does(doing: Doing | undefined): void {
    if (doing === this.#doing) return
    const before = this.#doing
    this.#doing = doing
    const [trace, record] = [this.#trace, this.#record]
    if (doing === undefined || trace === undefined || record === undefined || record.activity !== undefined) return
    const { time } = doing
    if (time <= trace.to && trace.signs[bucketAt(trace, time)] !== ".") return
    const since = before !== undefined && time - before.time <= CLOSE ? "w" : "."
    this.#show(grown(trace, { time, since, lastSeq: record.lastSeq, worked: [time] }))
  }

  /** Takes the record as it is now. */
  changed(record: Grower): void {
    const before = this.#record
    if (before === record) return
    this.#record = record
    if (before === undefined) return
    this.#grow(signOf(before), {
      messages: [...turnBegun(before, record), ...commandBegun(before, record)],
      failures: failed(before, record),
    })
  }

  /** Time has passed. */
  tick(): void {
    const sign = this.#record === undefined ? "." : signOf(this.#record)
    if (sign !== ".") this.#grow(sign)
  }

  #grow(since: "w" | "a" | ".", moments: { messages?: ReadonlyArray<number>; failures?: ReadonlyArray<number> } = {}): void {
    if (this.#trace === undefined || this.#record === undefined) return
    this.#show(grown(this.#trace, { time: this.#now(), since, lastSeq: this.#record.lastSeq, ...moments }))
  }

  #show(trace: WholeTrace): void {
    if (trace === this.#trace) return
    this.#trace = trace
    for (const listener of this.#listeners) listener()
  }
}

function signOf({ activity }: Grower): "w" | "a" | "." {
  if (activity === "asking") return "a"
  return activity === "working" ? "w" : "."
}

function turnBegun(before: Grower, { turn }: Grower): ReadonlyArray<number> {
  return turn.id === undefined || turn.id === before.turn.id || turn.startedAt === undefined ? [] : [turn.startedAt]
}

function commandBegun(before: Grower, { terminal, lastActiveAt }: Grower): ReadonlyArray<number> {
  const command = terminal?.lastCommand
  const isNew = command !== undefined && command !== before.terminal?.lastCommand && command.milliseconds === undefined
  return isNew ? [lastActiveAt] : []
}

function failed(before: Grower, { news }: Grower): ReadonlyArray<number> {
  return news?.what === "failed" && news.seq !== before.news?.seq ? [news.time] : []
}
