/**
 * The loop of one session: commands one at a time, appends pipelined.
 *
 * Invariants: `state` has every event that was handed to the store, `durable` only what the store confirmed, and only
 * the latter is shown (D-8). Seqs are dense (E-1). After a failed append nothing that followed it can have succeeded, so
 * all of it is answered with an error and the session is claimed again. Everything here is plain and synchronous.
 */
import { evolveOutput } from "@holdfast/core/evolve"
import { type SessionState, toSession } from "@holdfast/core/state"
import { Busy, type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import { encodeOutput, type LogRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import type { AppendKey, AppendOutcome, Claimed, JournalPosition, Note, SessionHandle, StoredState } from "@holdfast/store/Store"
import type { TracePoint } from "@holdfast/store/Traces"
import { OutputSpan } from "./OutputSpan.ts"
import { encodeDrafts, storedState, type StoredInner } from "./encode.ts"
import { appendProblem } from "./store-problem.ts"
import { type AnyWork, doneAs, isOutput, type OutputWork, type Work, type WorkResult } from "./Work.ts"
import { eventsPassed, outputPassed } from "./passed-garbage.ts"
import type { SessionContext } from "./SessionContext.ts"
import type { SessionPart } from "./SessionPart.ts"

/** `lastActiveAt` of a session that only prints is stored at most so often, in milliseconds. */
const ACTIVE_EVERY = 5000

/** Milliseconds for which a successful append says that there is room for the next. */
const KNOWN_FOR = 1000

const NONE: ReadonlyArray<EventDraft> = []

interface Flight {
  readonly records: ReadonlyArray<LogRecord>
  readonly first: number
  readonly last: number
  readonly bytes: number
  readonly state: SessionState
  readonly key: AppendKey | undefined
  readonly events: ReadonlyArray<EventDraft> | undefined
  readonly done: (result: WorkResult) => void
  /** Answers that hang on this append being durable. */
  after: Array<(durable: boolean) => void> | undefined
}

/** What the loop does now. `held`: waits for its turn after something exclusive. `away`: waits for a new claim. */
export type LoopState = "open" | "held" | "away" | "gone"

/** A session in the hub's memory. */
export class OpenSession {
  readonly id: string
  /** Number of the session on sockets, the same for every subscriber. */
  readonly wire: number
  readonly context: SessionContext
  handle!: SessionHandle
  epoch!: number
  log!: string
  firstSeq!: number
  change!: number
  bytes!: number
  journal: JournalPosition | undefined
  /** Every turn that ended at or before this seq is folded; kept with the next state that is stored, so that a crash costs only work. */
  foldedThrough!: number
  state!: SessionState
  durable!: SessionState
  /** Last seq that is durable. */
  durableSeq!: number
  loop: LoopState = "open"
  /** Why the session is away, for commands that come meanwhile. */
  problem: DoorError | undefined
  touchedAt: number
  /** What its kind adds; set by the table that opened it. */
  part!: SessionPart
  #nextSeq!: number
  readonly #flights: Array<Flight> = []
  readonly #waiting: Array<AnyWork> = []
  #exclusive: (() => void) | undefined
  #storedActiveAt!: number
  #storedAt = 0
  #failed = false
  readonly #output = new OutputSpan()

  constructor(context: SessionContext, claimed: Claimed, inner: StoredInner, wire: number) {
    this.context = context
    this.id = claimed.id
    this.wire = wire
    this.touchedAt = context.now()
    this.#begin(claimed, inner)
  }

  /** Stands where a claim says. */
  #begin(claimed: Claimed, { state, foldedThrough }: StoredInner): void {
    this.handle = claimed.session
    this.epoch = claimed.epoch
    this.log = claimed.log
    this.firstSeq = claimed.firstSeq
    this.change = claimed.change
    this.bytes = claimed.bytes
    this.journal = claimed.journal
    this.#nextSeq = claimed.nextSeq
    this.durableSeq = claimed.nextSeq - 1
    this.foldedThrough = foldedThrough
    this.state = state
    this.durable = state
    this.#storedActiveAt = state.lastActiveAt
  }

  /** The record as doors show it: what is durable, nothing more. */
  record(): Session {
    return toSession(this.durable, { firstSeq: this.firstSeq, lastSeq: this.durableSeq, change: this.change })
  }

  /** True when nothing is under way or waiting. */
  get quiet(): boolean {
    return this.#flights.length === 0 && this.#waiting.length === 0
  }

  /** Takes a command; a full queue is `Busy`. */
  submit(work: Work): void {
    this.touchedAt = this.context.now()
    // What comes from the journal is bounded by the credit of the runner's link already.
    const room = this.#flights.length + this.#waiting.length < this.context.settings.sessionQueueMax || work.journal !== undefined
    if (this.loop === "open" && room) return this.#perform(work)
    if (this.loop === "held" && room) {
      this.#waiting.push(work)
      return
    }
    const error =
      this.loop === "away" || this.loop === "gone"
        ? (this.problem ?? new Unavailable({ message: "the session is being taken over; try again" }))
        : new Busy({ message: "too many commands are queued for this session; try again", retryAfter: 1 })
    work.done({ _tag: "Refused", error })
  }

  /** Takes output. False: not now; what is not durable will be asked for again after `resumed`. */
  output(work: OutputWork): boolean {
    if (this.loop === "open") {
      this.#performOutput(work)
      return true
    }
    // The credit of the runner's link bounds what can wait here.
    if (this.loop === "held") this.#waiting.push(work)
    return this.loop === "held"
  }

  /** Calls back once everything placed so far is durable (true) or dropped (false). */
  whenDurable(callback: (durable: boolean) => void): void {
    const last = this.#flights.at(-1)
    if (last === undefined) callback(true)
    else (last.after ??= []).push(callback)
  }

  /**
   * Tells why nothing can be stored now, or nothing. A session that stored nothing for a moment stores its journal's position again to
   * find out; one that stores something now is not asked.
   */
  tryStore(done: (problem: DoorError | undefined) => void): void {
    if (this.loop === "away") return done(this.problem)
    const { journal } = this
    const isKnown = this.loop !== "open" || !this.quiet || this.context.now() - this.#storedAt < KNOWN_FOR
    if (isKnown || journal === undefined) return done(undefined)
    const answered = (result: WorkResult): void => done(result._tag === "Refused" ? result.error : undefined)
    this.#launch([], this.state, undefined, { journal, done: answered })
  }

  /** Lets the pipeline run empty, then calls `action`; commands wait until `release`. False when the loop is not open. */
  hold(action: () => void): boolean {
    if (this.loop !== "open") return false
    this.loop = "held"
    if (this.#flights.length === 0) action()
    else this.#exclusive = action
    return true
  }

  /** Places one event outside `append` (the notice of a trim) and gives its record; only between `hold` and `release`. */
  place(work: Pick<Work, "decide">): { readonly records: ReadonlyArray<LogRecord>; readonly commit: () => void } | undefined {
    const decision = work.decide(this.state)
    if (decision._tag === "Rejected") return undefined
    const encoded = encodeDrafts(this.id, this.state, decision.events, this.#nextSeq, this.context.now(), undefined)
    if (encoded === undefined) return undefined
    const { records, state } = encoded
    const commit = (): void => {
      this.#nextSeq += records.length
      this.state = state
      this.#settle(records, state, this.#nextSeq - 1)
    }
    return { records, commit }
  }

  /** Ends what `hold` began. */
  release(): void {
    if (this.loop !== "held") return
    this.loop = "open"
    const works = this.#waiting.splice(0)
    for (let i = 0; i < works.length; i++) {
      if (this.loop !== "open") {
        this.#refuse(works.slice(i), this.problem)
        return
      }
      const work = works[i] as AnyWork
      if (isOutput(work)) this.#performOutput(work)
      else this.#perform(work)
    }
  }

  #perform(work: Work): void {
    const decision = work.decide(this.state)
    if (decision._tag === "Rejected") return work.done({ _tag: "Refused", error: decision.rejection })
    if (decision.events.length === 0) {
      if (work.key !== undefined) return this.#launch([], this.state, undefined, work, NONE)
      // What it was decided on must be durable before the answer (S-1).
      const seq = this.#nextSeq - 1
      return this.whenDurable((durable) => {
        if (durable) work.done({ _tag: "Done", first: seq, last: seq, changed: false, events: NONE })
        else this.#refuse([work], this.problem)
      })
    }
    const time = work.time ?? this.context.now()
    const encoded = encodeDrafts(this.id, this.state, decision.events, this.#nextSeq, time, work.by)
    if (encoded === undefined) throw new Error("a session without a state cannot take commands")
    this.#launch(
      encoded.records,
      encoded.state,
      encoded.recorded ? encoded.state : undefined,
      work,
      decision.events,
      encoded.notes,
      encoded.trace,
    )
  }

  #performOutput(work: OutputWork): void {
    const seq = this.#nextSeq
    const bytes = work.chunks.length === 1 ? (work.chunks[0] as Uint8Array) : Buffer.concat(work.chunks, work.bytes)
    const record = encodeOutput(seq, work.time, bytes)
    const state = evolveOutput(this.state, seq, work.time)
    work.placed(seq)
    outputPassed(work.bytes)
    const { lastActiveAt } = state
    const stored = lastActiveAt - this.#storedActiveAt >= ACTIVE_EVERY ? state : undefined
    const trace = lastActiveAt === work.time ? this.#output.points(seq, work.time) : undefined
    this.#launch([record], state, stored, work, undefined, undefined, trace)
  }

  #launch(
    records: ReadonlyArray<LogRecord>,
    state: SessionState,
    store: SessionState | undefined,
    work: { readonly key?: AppendKey; readonly journal?: JournalPosition; readonly done: (result: WorkResult) => void },
    events?: ReadonlyArray<EventDraft>,
    notes?: ReadonlyArray<Note>,
    trace?: ReadonlyArray<TracePoint>,
  ): void {
    const first = this.#nextSeq
    this.#nextSeq += records.length
    this.state = state
    let bytes = 0
    for (const record of records) bytes += record.bytes.length
    const last = this.#nextSeq - 1
    const flight: Flight = { records, first, last, bytes, state, key: work.key, events, done: work.done, after: undefined }
    this.#flights.push(flight)
    let stored: StoredState | undefined
    if (store !== undefined) {
      stored = storedState(store, this.foldedThrough)
      this.#storedActiveAt = store.lastActiveAt
    }
    eventsPassed(records, stored)
    this.context.append(
      {
        session: this.handle,
        epoch: this.epoch,
        records,
        ...(stored === undefined ? {} : { state: stored }),
        ...(work.journal === undefined ? {} : { journal: work.journal }),
        ...(work.key === undefined ? {} : { key: work.key }),
        ...(notes === undefined ? {} : { notes }),
        ...(trace === undefined ? {} : { trace }),
      },
      (outcome) => this.#landed(flight, outcome),
    )
  }

  #landed(flight: Flight, outcome: AppendOutcome): void {
    this.#flights.shift()
    this.context.outcome(outcome)
    if (outcome._tag === "Appended" && !this.#failed) {
      this.bytes += flight.bytes
      this.#storedAt = this.context.now()
      if (outcome.change !== undefined) this.change = outcome.change
      this.#settle(flight.records, flight.state, flight.last)
      flight.done(doneAs(flight.first, flight.last, flight.events))
      if (flight.after !== undefined) for (const callback of flight.after) callback(true)
      if (outcome.change !== undefined) this.context.changed(this)
    } else if (outcome._tag === "Appended") {
      flight.done(doneAs(flight.first, flight.last, flight.events))
    } else {
      if (!this.#failed) {
        this.fail(appendProblem(outcome, this.id, undefined), outcome._tag === "EpochLost" || outcome._tag === "NotFound")
        for (const callback of flight.after ?? []) callback(false)
      }
      if (outcome._tag === "Repeated") flight.done(doneAs(outcome.first, outcome.last, undefined))
      else flight.done({ _tag: "Refused", error: appendProblem(outcome, this.id, flight.key?.key) })
    }
    if (this.#flights.length > 0) return
    if (this.#failed) this.context.reclaim(this)
    else if (this.#exclusive !== undefined) {
      const action = this.#exclusive
      this.#exclusive = undefined
      action()
    }
  }

  #settle(records: ReadonlyArray<LogRecord>, state: SessionState, last: number): void {
    this.durable = state
    this.durableSeq = last
    if (records.length > 0) this.part.appended(records)
  }

  /** Stops the loop: what waits is refused, what is under way will be. `gone`: this hub may not continue with the session. */
  fail(error: DoorError, gone: boolean): void {
    this.#failed = true
    this.loop = gone ? "gone" : "away"
    this.problem = error
    this.#exclusive = undefined
    this.part.stalled()
    this.#refuse(this.#waiting.splice(0), error)
    for (const flight of this.#flights) {
      for (const callback of flight.after ?? []) callback(false)
      flight.after = undefined
    }
  }

  #refuse(works: ReadonlyArray<AnyWork>, error: DoorError | undefined): void {
    const refused = error ?? new Unavailable({ message: "the session is being taken over; try again" })
    for (const work of works) work.done({ _tag: "Refused", error: refused })
  }

  /** True once every append of before a failure has been answered. */
  get landedAll(): boolean {
    return this.#flights.length === 0
  }

  /** Continues from a new claim after a failure. */
  resume(claimed: Claimed, inner: StoredInner): void {
    this.#begin(claimed, inner)
    this.#failed = false
    this.problem = undefined
    this.loop = "open"
    this.part.resumed()
  }
}
