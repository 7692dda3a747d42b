/**
 * Folds what ended turns left behind: each run of chunks is replaced in the store by one `agent/folded` event that stands
 * for its range, because the turn's message says the same (docs/PROTOCOL.md, M-3, M-4).
 *
 * Done beside the loop: it changes no seq and no state. What a crash left undone is made up for when the session is
 * opened, for the last turn; folding twice changes nothing.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type FoldedEvent, TurnFold } from "@holdfast/core/agent/fold"
import { decodeRecord, encodeEvent, type LogRecord, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"

/** Bytes of records read at a time. */
const READ_BYTES = 1024 * 1024

interface EndedTurn {
  readonly id: string
  readonly from: number
  readonly to: number
}

/** Folds the turns of one session, one after the other. */
export class Folder {
  private readonly session: OpenSession
  private readonly waiting: Array<EndedTurn> = []
  private last: string | undefined
  private folding = false
  private stopped = false

  constructor(session: OpenSession) {
    this.session = session
  }

  /** True while something is folded or waits for it. */
  get busy(): boolean {
    return this.folding
  }

  /** Folds the last turn that ended, if that was not done yet. */
  look(): void {
    const turn = this.session.durable.agent?.lastTurn
    if (turn !== undefined && turn.id !== this.last) {
      this.last = turn.id
      this.waiting.push(turn)
    }
    if (!this.folding) this.next()
  }

  /** Begins nothing new. */
  stop(): void {
    this.stopped = true
  }

  private next(): void {
    const { session } = this
    const turn = this.waiting[0]
    if (turn === undefined || this.stopped || session.loop !== "open") return
    this.folding = true
    const { epoch } = session
    session.context.fork(foldTurn(session, turn, epoch), (exit) => {
      this.folding = false
      if (Exit.isFailure(exit)) {
        session.context.report("a turn could not be folded", { session: session.id, turn: turn.id, cause: String(exit.cause) })
        // It is tried again at the next change of the session.
        return
      }
      this.waiting.shift()
      if (session.epoch === epoch) session.bytes = exit.value
      this.next()
    })
  }
}

/** Folds one turn; gives the bytes of the log after that. */
const foldTurn = (session: OpenSession, { id, from, to }: EndedTurn, epoch: number) =>
  Effect.gen(function* () {
    const { store } = session.context
    const fold = new TurnFold(id)
    const folded: Array<LogRecord> = []
    const take = (range: FoldedEvent | undefined): void => {
      if (range !== undefined) folded.push(encodeEvent(range))
    }
    let after = from
    while (after < to) {
      const range = { after, maxBytes: READ_BYTES, channel: "agent", turn: id }
      const { records, last, atHead } = yield* store.read(session.handle, range)
      for (const bytes of records) take(fold.take(decodeRecord(readRecord(bytes, 0))))
      if (atHead || last <= after) break
      after = last
    }
    take(fold.end())
    if (folded.length === 0) return session.bytes
    const outcome = yield* store.fold(session.handle, epoch, folded)
    if (outcome._tag !== "Appended") return yield* Effect.fail(outcome)
    return (yield* store.head(session.id)).bytes
  })
