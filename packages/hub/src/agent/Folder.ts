/**
 * Folds what ended turns left behind: each run of chunks is replaced in the store by one `agent/folded` event that stands
 * for its range, because the turn's message says the same (docs/protocol/rules.md, M-3, M-4).
 *
 * Done beside the loop, oldest turn first: it changes no seq and no state. It waits a moment and goes one session at a time,
 * because agents that end together have things to say that are waited for. How far it came is kept with the session, so
 * that whoever opens it next makes up for all that a crash left undone; folding twice changes nothing.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { foldTurn as foldedRanges } from "@holdfast/core/agent/fold"
import { decodeRecord, encodeEvent, readRecord } from "@holdfast/protocol/record"
import type { Gate } from "../session/Gate.ts"
import type { OpenSession } from "../session/OpenSession.ts"

/** Bytes of records folded at a time: a few milliseconds of work for the loop, and for the writer. */
const READ_BYTES = 128 * 1024

/** Turns looked up at a time. */
const TURNS_MAX = 64

/** Passes over one turn at most; each leaves some thousandth of what was there. */
const PASSES_MAX = 4

/** Wait after the end of a turn before it is folded, in milliseconds. */
const FOLD_AFTER = 500

interface EndedTurn {
  readonly id: string
  /** A seq before its first chunk, behind the turn before it. */
  readonly from: number
  readonly to: number
}

/** Folds the turns of one session, one after the other. */
export class Folder {
  readonly #session: OpenSession
  readonly #gate: Gate
  #looked = false
  #folding = false
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  /** Where it failed last; it is tried again when another turn has ended, or when the session is opened again. */
  #failed: string | undefined

  /** `gate` lets the sessions of a hub fold one after the other. */
  constructor(session: OpenSession, gate: Gate) {
    this.#session = session
    this.#gate = gate
  }

  /** True while something is folded, or is about to be. */
  get busy(): boolean {
    return this.#folding
  }

  /** Folds the turns that have ended, as far as that was not done yet. */
  look(): void {
    const wait = this.#looked ? FOLD_AFTER : 0
    this.#looked = true
    if (this.#folding || this.#unfolded === undefined) return
    this.#folding = true
    this.#timer = setTimeout(() => this.#gate.enter(this.#fold), wait)
    this.#timer.unref()
  }

  /** Begins nothing new. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** The last turn that ended, when there is something to fold up to its end. */
  get #unfolded() {
    const session = this.#session,
      stopped = this.#stopped
    const last = session.durable.agent?.lastTurn
    if (stopped || session.loop !== "open" || last === undefined || last.to <= session.foldedThrough) return undefined
    return this.#failed === placeOf(session.epoch, last) ? undefined : last
  }

  readonly #fold = (): void => {
    const session = this.#session,
      last = this.#unfolded
    if (last === undefined) {
      this.#folding = false
      return this.#gate.leave()
    }
    const { epoch } = session
    // Usually the last turn is all there is.
    const all = last.before <= session.foldedThrough ? foldTurn(session, last, epoch) : foldTurns(session, last.to, epoch)
    session.context.fork(all, (exit) => {
      this.#gate.leave()
      this.#folding = false
      if (Exit.isFailure(exit)) {
        this.#failed = placeOf(epoch, last)
        session.context.report("turns could not be folded", { session: session.id, cause: String(exit.cause) })
      }
      this.look()
    })
  }
}

const placeOf = (epoch: number, { to }: { readonly to: number }): string => `${epoch}:${to}`

/** Folds the turns that ended behind `foldedThrough`, up to a seq. */
const foldTurns = (session: OpenSession, to: number, epoch: number) =>
  Effect.gen(function* () {
    while (session.epoch === epoch && session.loop === "open" && session.foldedThrough < to) {
      const after = session.foldedThrough
      const range = { after, maxBytes: READ_BYTES, maxRecords: TURNS_MAX, channel: "turn", type: "ended" }
      const { records, last } = yield* session.context.store.read(session.handle, range)
      for (const bytes of records) {
        const { seq, turn } = decodeRecord(readRecord(bytes, 0))
        if (turn !== undefined) yield* foldTurn(session, { id: turn, from: session.foldedThrough, to: seq }, epoch)
      }
      if (session.epoch === epoch && records.length === 0) session.foldedThrough = last > after ? Math.min(last, to) : to
    }
  })

/** Folds one turn, the oldest that is not folded. */
const foldTurn = (session: OpenSession, turn: EndedTurn, epoch: number) =>
  Effect.gen(function* () {
    // What a long turn leaves is folded piece by piece, so that no one's append waits long; the next pass joins the pieces.
    for (let pass = 0; pass < PASSES_MAX; pass++) if ((yield* foldPieces(session, turn, epoch)) <= 1) break
    const { bytes } = yield* session.context.store.head(session.id)
    if (session.epoch !== epoch) return
    session.bytes = bytes
    session.foldedThrough = Math.max(session.foldedThrough, turn.to)
  })

/** Folds each piece of a turn that is read at once; gives how many there were. */
const foldPieces = (session: OpenSession, { id, from, to }: EndedTurn, epoch: number) =>
  Effect.gen(function* () {
    const { store } = session.context
    let pieces = 0
    let after = from
    while (after < to) {
      const range = { after, maxBytes: READ_BYTES, channel: "agent", turn: id }
      const { records, last, atHead } = yield* store.read(session.handle, range)
      const events = records.map((bytes) => decodeRecord(readRecord(bytes, 0)))
      const folded = foldedRanges(id, events).map((event) => encodeEvent(event))
      if (folded.length > 0) {
        const outcome = yield* store.fold(session.handle, epoch, folded)
        if (outcome._tag !== "Appended") return yield* Effect.fail(outcome)
      }
      if (records.length > 0) pieces++
      if (atHead || last <= after) break
      after = last
    }
    return pieces
  })
