/**
 * The sessions in memory: opened on first use, claimed again after a failure, dropped when untouched.
 *
 * An idle session is a row of the store and nothing here. Opening is shared by all who ask at once.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type DoorError, LogDamaged, Unavailable } from "@holdfast/protocol/errors"
import { stateOf } from "@holdfast/core/record-state"
import type { SessionState } from "@holdfast/core/state"
import type { Claimed } from "@holdfast/store/Store"
import { Gate } from "./Gate.ts"
import { Parts } from "../terminal/TerminalPart.ts"
import { readStored } from "./encode.ts"
import { OpenSession } from "./OpenSession.ts"
import type { SessionContext } from "./SessionContext.ts"
import { type AnyStoreError, failureOf } from "./store-problem.ts"

/** Readers served from the log at one moment, over all sessions. */
const READS_MAX = 32

/** Wait before a failed session is claimed again, in milliseconds. */
const RECLAIM_AFTER = 1000

/** An open session with its parts. */
export interface Loaded {
  readonly session: OpenSession
  readonly parts: Parts
}

type Opened = (result: Loaded | DoorError) => void

/** The table. */
export class SessionTable {
  readonly context: SessionContext
  /** Called for each session that was opened, before anybody gets it. */
  onOpen: (loaded: Loaded) => void = () => {}
  private readonly loaded = new Map<string, Loaded>()
  private readonly opening = new Map<string, Array<Opened>>()
  private readonly gate = new Gate(READS_MAX)
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly sweep: NodeJS.Timeout
  private wire = 1
  private closed = false

  constructor(context: Omit<SessionContext, "reclaim">) {
    this.context = { ...context, reclaim: (session) => this.reclaim(session) }
    const every = Math.max(250, Math.min(60_000, context.settings.idleUnload / 4))
    this.sweep = setInterval(() => this.unloadIdle(), every)
    this.sweep.unref()
  }

  /** The session if it is in memory. */
  peek(id: string): Loaded | undefined {
    return this.loaded.get(id)
  }

  /** All sessions in memory. */
  all(): Iterable<Loaded> {
    return this.loaded.values()
  }

  get size(): number {
    return this.loaded.size
  }

  /** The session, from the store when it is not in memory. */
  readonly open = (id: string): Effect.Effect<Loaded, DoorError> =>
    Effect.callback<Loaded, DoorError>((resume) => {
      this.openThen(id, (result) =>
        resume("session" in result && "parts" in result ? Effect.succeed(result) : Effect.fail(result)),
      )
    })

  /** The same with a callback. */
  openThen(id: string, opened: Opened): void {
    const there = this.loaded.get(id)
    if (there !== undefined) {
      there.session.touchedAt = this.context.now()
      return opened(there)
    }
    const waiting = this.opening.get(id)
    if (waiting !== undefined) {
      waiting.push(opened)
      return
    }
    const waiters = [opened]
    this.opening.set(id, waiters)
    const answer = (result: Loaded | DoorError): void => {
      this.opening.delete(id)
      for (const each of waiters) each(result)
    }
    this.context.fork(this.context.store.claim(id), (exit) => {
      const result = this.admit(id, exit)
      const unwritable = !("parts" in result) && (result._tag === "StorageFull" || result._tag === "Unavailable")
      if (unwritable && !this.closed) this.openReading(id, result, answer)
      else answer(result)
    })
  }

  /** The disk is full or fails, so nothing can be claimed: the session can be read, and is claimed as soon as that succeeds (S-12, S-24). */
  private openReading(id: string, problem: DoorError, answer: Opened): void {
    const { store } = this.context
    const both = Effect.all([store.get(id), store.head(id)])
    this.context.fork(both, (exit) => {
      if (Exit.isFailure(exit)) return answer(failureOf(exit, this.context.report, id))
      const [record, head] = exit.value
      const { session, firstSeq, bytes, log } = head
      const claimed: Claimed = {
        session,
        id,
        epoch: 0,
        firstSeq,
        nextSeq: head.lastSeq + 1,
        change: record.change,
        log,
        record: "",
        inner: "",
        bytes,
      }
      const loaded = this.adopt(claimed, stateOf(record))
      loaded.session.fail(problem, false)
      this.reclaim(loaded.session)
      answer(loaded)
    })
  }

  /** Takes a session that was just made. */
  adopt(claimed: Claimed, state: SessionState, foldedThrough = 0): Loaded {
    const session = new OpenSession(this.context, claimed, { state, foldedThrough }, this.wire++)
    const parts = new Parts(session, this.gate)
    session.part = parts
    const loaded = { session, parts }
    this.loaded.set(claimed.id, loaded)
    this.onOpen(loaded)
    return loaded
  }

  /** Removes a session from memory, ending its attachments. */
  drop(id: string, reason: string): void {
    const loaded = this.loaded.get(id)
    if (loaded === undefined) return
    this.loaded.delete(id)
    loaded.session.loop = "gone"
    loaded.parts.gone(reason)
  }

  /** Ends everything that runs by itself; waits for nothing. */
  close(reason: string): void {
    this.closed = true
    clearInterval(this.sweep)
    for (const timer of this.timers) clearTimeout(timer)
    for (const id of [...this.loaded.keys()]) this.drop(id, reason)
  }

  private admit(id: string, exit: Exit.Exit<Claimed, AnyStoreError>): Loaded | DoorError {
    if (Exit.isFailure(exit)) return failureOf(exit, this.context.report, id)
    if (this.closed) return new Unavailable({ message: "the hub is stopping" })
    const inner = readStored(exit.value)
    if (inner === undefined) return damagedState(id)
    return this.adopt(exit.value, inner.state, inner.foldedThrough)
  }

  /** Claims a failed session again, as long as something needs it; otherwise lets go of it. */
  private reclaim(session: OpenSession): void {
    const loaded = this.loaded.get(session.id)
    if (loaded?.session !== session) return
    if (session.loop === "gone") return this.drop(session.id, "another hub owns the session")
    this.later(() => {
      if (this.loaded.get(session.id)?.session !== session || session.loop !== "away") return
      if (!loaded.parts.busy()) return this.drop(session.id, "")
      this.context.fork(this.context.store.claim(session.id), (exit) => {
        if (this.loaded.get(session.id)?.session !== session || session.loop !== "away") return
        if (Exit.isSuccess(exit)) {
          const inner = readStored(exit.value)
          if (inner !== undefined) return session.resume(exit.value, inner)
          return this.drop(session.id, "the session's stored state is damaged")
        }
        const problem = failureOf(exit, this.context.report, session.id)
        if (problem._tag === "SessionNotFound" || problem._tag === "LogDamaged") return this.drop(session.id, problem.message)
        session.problem = problem
        this.reclaim(session)
      })
    })
  }

  private later(action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (!this.closed) action()
    }, RECLAIM_AFTER)
    this.timers.add(timer)
  }

  private unloadIdle(): void {
    const before = this.context.now() - this.context.settings.idleUnload
    for (const [id, { session, parts }] of this.loaded) {
      if (session.touchedAt > before || !session.quiet || parts.busy()) continue
      this.loaded.delete(id)
      session.loop = "gone"
      parts.gone("")
    }
  }
}

const damagedState = (id: string): DoorError =>
  new LogDamaged({ message: "the stored state of this session cannot be read; its log can", session: id })
