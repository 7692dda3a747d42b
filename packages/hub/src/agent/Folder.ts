/**
 * Folds what ended turns left behind: each run of chunks is replaced in the store by one `agent/folded` event that stands
 * for its range, because the turn's message says the same (docs/PROTOCOL.md, M-3, M-4).
 *
 * Done beside the loop: it changes no seq and no state. What a crash left undone is made up for when the session is
 * opened, for the last turn; folding twice changes nothing.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { foldTurn as foldedRanges } from "@holdfast/core/agent/fold"
import { decodeRecord, encodeEvent, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"

/** Bytes of records read at a time. */
const READ_BYTES = 1024 * 1024

/** Passes over one turn at the most; each leaves some thousandth of what was there. */
const PASSES_MAX = 4

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
const foldTurn = (session: OpenSession, turn: EndedTurn, epoch: number) =>
  Effect.gen(function* () {
    // What a long turn leaves is folded piece by piece, so that nobody's append waits long; the next pass joins the pieces.
    for (let pass = 0; pass < PASSES_MAX; pass++) if ((yield* foldPieces(session, turn, epoch)) <= 1) break
    return (yield* session.context.store.head(session.id)).bytes
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
