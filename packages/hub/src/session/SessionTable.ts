/**
 * The sessions in memory: opened on first use, claimed again after a failure, dropped when untouched.
 *
 * An idle session is a row of the store and nothing here. Opening is shared by all who ask at once. What belongs to an open session
 * beside its loop is made by its kind; the table is handed the kinds and knows none by name.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type DoorError, LogDamaged, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import { stateOf } from "@holdfast/core/record-state"
import type { SessionState } from "@holdfast/core/state"
import type { Claimed, CreateOutcome, CreateRequest, StoreError } from "@holdfast/store/Store"
import { Gate } from "./Gate.ts"
import { type Doer, DoingBoard } from "./DoingBoard.ts"
import { readStored } from "./encode.ts"
import { fromCallback } from "./Fork.ts"
import { OpenSession } from "./OpenSession.ts"
import { type Elsewhere, mine, type Ownership } from "./Ownership.ts"
import type { KnownSession, SessionContext } from "./SessionContext.ts"
import type { LoadedSession, SessionKind } from "./SessionKind.ts"
import type { SessionPart } from "./SessionPart.ts"
import { type AnyStoreError, failureOf } from "./store-problem.ts"

/** Readers served from the log at one moment, over all sessions. */
const READS_MAX = 32

/** Wait before a failed session is claimed again, in milliseconds. */
const RECLAIM_AFTER = 1000

/** Receives an open session, or why it cannot be opened; called once. */
export type Opened<Part extends SessionPart> = (result: LoadedSession<Part> | DoorError) => void

/** How a creation ended: in memory, stored and not in memory because its kind failed, or not stored. */
export type CreationOutcome<Part extends SessionPart> =
  | { readonly _tag: "Loaded"; readonly loaded: LoadedSession<Part> }
  | { readonly _tag: "KindFailed"; readonly thrown: unknown }
  | Exclude<CreateOutcome, { readonly _tag: "Created" }>
  | StoreError

/** What a table is made of. */
export interface SessionTableOptions<Part extends SessionPart> {
  readonly context: Omit<SessionContext, "reclaim" | "reads" | "doing">
  readonly kinds: ReadonlyArray<SessionKind<Part>>
  /** Every session is this hub's when absent. */
  readonly ownership?: Ownership
}

/** The table. */
export class SessionTable<Part extends SessionPart = SessionPart> {
  readonly context: SessionContext
  /** The kinds of session that this hub has, by name. */
  readonly kinds: ReadonlyMap<string, SessionKind<Part>>
  readonly #ownership: Ownership
  readonly #loaded = new Map<string, LoadedSession<Part>>()
  readonly #opening = new Map<string, Array<Opened<Part>>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #sweep: NodeJS.Timeout
  #wire = 1
  #closed = false

  constructor({ context, kinds, ownership = mine }: SessionTableOptions<Part>) {
    const doing = new DoingBoard(() => this.#doers())
    this.context = { ...context, doing, reads: new Gate(READS_MAX), reclaim: (session) => this.#reclaim(session) }
    this.kinds = new Map(kinds.map((kind) => [kind.name, kind]))
    this.#ownership = ownership
    const every = Math.max(250, Math.min(60_000, context.settings.idleUnload / 4))
    this.#sweep = setInterval(() => this.#unloadIdle(), every)
    this.#sweep.unref()
  }

  /** The session if it is in memory. */
  peek(id: string): LoadedSession<Part> | undefined {
    return this.#loaded.get(id)
  }

  /** All sessions in memory. */
  all(): Iterable<LoadedSession<Part>> {
    return this.#loaded.values()
  }

  get size(): number {
    return this.#loaded.size
  }

  *#doers(): Generator<Doer> {
    for (const { session, part } of this.#loaded.values()) yield { session, makeDoing: () => part.makeDoing() }
  }

  /** The session, from the store when it is not in memory. */
  readonly open = (id: string): Effect.Effect<LoadedSession<Part>, DoorError> =>
    fromCallback((opened) => this.openThen(id, opened))

  /** The same for the loop: `open` is made of it. */
  openThen(id: string, opened: Opened<Part>): void {
    const there = this.#loaded.get(id)
    if (there !== undefined) {
      there.session.touchedAt = this.context.now()
      return opened(there)
    }
    // A claim would take the session from the hub that comes next.
    if (this.#closed) return opened(stopping())
    const waiting = this.#opening.get(id)
    if (waiting !== undefined) {
      waiting.push(opened)
      return
    }
    const waiters = [opened]
    this.#opening.set(id, waiters)
    const answer = (result: LoadedSession<Part> | DoorError): void => {
      this.#opening.delete(id)
      for (const each of waiters) each(result)
    }
    this.#ownership.ask(id, (elsewhere) => {
      if (elsewhere !== undefined) return answer(notHere(id, elsewhere))
      this.context.fork(this.context.store.claim(id), (exit) => {
        const result = this.#admit(id, exit)
        const unwritable = !("part" in result) && (result._tag === "StorageFull" || result._tag === "Unavailable")
        if (unwritable && !this.#closed) this.#openReading(id, result, answer)
        else answer(result)
      })
    })
  }

  /**
   * Stores a new session and takes it into memory. Others can find it in the store before this hub hears that it is there:
   * who opens it until then waits for that, because a claim would take it from its creator.
   */
  create(request: CreateRequest, state: SessionState, done: (outcome: CreationOutcome<Part>) => void): void {
    const { id } = request
    const waiters: Array<Opened<Part>> = []
    this.#opening.set(id, waiters)
    this.context.store.createThen(request, (stored) => {
      this.#opening.delete(id)
      const outcome = stored._tag === "Created" ? this.#created(stored.claimed, state) : stored
      try {
        done(outcome)
      } finally {
        for (const each of waiters) {
          if (outcome._tag === "Loaded") each(outcome.loaded)
          else this.openThen(id, each)
        }
      }
    })
  }

  #created(claimed: Claimed, state: SessionState): CreationOutcome<Part> {
    try {
      return { _tag: "Loaded", loaded: this.#adopt(claimed, state) }
    } catch (thrown) {
      return { _tag: "KindFailed", thrown }
    }
  }

  /** The disk is full or fails, so nothing can be claimed: the session can be read, and is claimed as soon as that succeeds (S-12, S-24). */
  #openReading(id: string, problem: DoorError, answer: Opened<Part>): void {
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
      if (!this.kinds.has(record.kind)) return answer(unknownKind(record.kind, this.kinds.keys()))
      const loaded = this.#adopt(claimed, stateOf(record))
      loaded.session.fail(problem, false)
      this.#reclaim(loaded.session)
      answer(loaded)
    })
  }

  /** Takes a session that was just made or claimed, of a kind that there is. */
  #adopt(claimed: Claimed, state: SessionState, foldedThrough = 0): LoadedSession<Part> {
    const kind = this.kinds.get(state.kind)
    if (kind === undefined) throw new Error(`no kind of session is called ${state.kind}`)
    const session = new OpenSession(this.context, claimed, { state, foldedThrough }, this.#wire++)
    const part = kind.make(session)
    session.part = part
    const loaded = { session, part }
    this.#loaded.set(claimed.id, loaded)
    this.#ownership.taken(claimed.id)
    return loaded
  }

  /** Removes a session from memory, ending its attachments. */
  drop(id: string, reason: string): void {
    const loaded = this.#loaded.get(id)
    if (loaded === undefined) return
    this.#leave(id, loaded, reason)
  }

  #leave(id: string, { session, part }: LoadedSession<Part>, reason: string): void {
    this.#loaded.delete(id)
    session.loop = "gone"
    part.gone(reason)
    this.#ownership.left(id)
  }

  /** Ends everything that runs by itself; waits for nothing. */
  close(reason: string): void {
    this.context.doing.close()
    this.#closed = true
    clearInterval(this.#sweep)
    for (const timer of this.#timers) clearTimeout(timer)
    for (const id of [...this.#loaded.keys()]) this.drop(id, reason)
  }

  #admit(id: string, exit: Exit.Exit<Claimed, AnyStoreError>): LoadedSession<Part> | DoorError {
    if (Exit.isFailure(exit)) return failureOf(exit, this.context.report, id)
    if (this.#closed) return stopping()
    const inner = readStored(exit.value)
    if (inner === undefined) return damagedState(id)
    if (!this.kinds.has(inner.state.kind)) return unknownKind(inner.state.kind, this.kinds.keys())
    return this.#adopt(exit.value, inner.state, inner.foldedThrough)
  }

  /** Claims a failed session again, as long as something needs it; otherwise lets go of it. */
  #reclaim(failed: KnownSession): void {
    const loaded = this.#loaded.get(failed.id)
    if (loaded?.session !== failed) return
    const { session, part } = loaded
    if (session.loop === "gone") return this.drop(session.id, "another hub owns the session")
    this.#later(() => {
      if (!this.#isAway(session)) return
      if (!part.busy()) return this.drop(session.id, "")
      this.#ownership.ask(session.id, (elsewhere) => {
        if (!this.#isAway(session)) return
        if (elsewhere !== undefined) return this.drop(session.id, notHere(session.id, elsewhere).message)
        this.#claimAgain(session)
      })
    })
  }

  #claimAgain(session: OpenSession): void {
    this.context.fork(this.context.store.claim(session.id), (exit) => {
      if (!this.#isAway(session)) return
      if (Exit.isSuccess(exit)) {
        const inner = readStored(exit.value)
        if (inner !== undefined) return session.resume(exit.value, inner)
        return this.drop(session.id, "the session's stored state is damaged")
      }
      const problem = failureOf(exit, this.context.report, session.id)
      if (problem._tag === "SessionNotFound" || problem._tag === "LogDamaged") return this.drop(session.id, problem.message)
      session.problem = problem
      this.#reclaim(session)
    })
  }

  #isAway(session: OpenSession): boolean {
    return this.#loaded.get(session.id)?.session === session && session.loop === "away"
  }

  #later(action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) action()
    }, RECLAIM_AFTER)
    this.#timers.add(timer)
  }

  #unloadIdle(): void {
    const before = this.context.now() - this.context.settings.idleUnload
    for (const [id, loaded] of this.#loaded) {
      const { session, part } = loaded
      if (session.touchedAt > before || !session.quiet || part.busy()) continue
      this.#leave(id, loaded, "")
    }
  }
}

/** The refusal of a kind of session that this hub does not have. */
export function unknownKind(kind: string, known: Iterable<string>): Unprocessable {
  const message = `this server has no sessions of kind ${JSON.stringify(kind)}; it has ${[...known].join(", ")}`
  return new Unprocessable({ message, field: "kind" })
}

const notHere = (id: string, { hub, url }: Elsewhere): Unavailable =>
  new Unavailable({ message: `the session ${id} is on the hub ${hub}; reach it at ${url}` })

const stopping = (): DoorError => new Unavailable({ message: "the hub is stopping" })

const damagedState = (id: string): DoorError =>
  new LogDamaged({
    message: "the stored state of this session is damaged, or a newer holdfast wrote it; its log can be read",
    session: id,
  })
