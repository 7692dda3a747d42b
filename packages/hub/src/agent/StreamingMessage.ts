/**
 * The message of the streaming turn while it grows, as of everything that was placed in the log (docs/protocol/rules.md, M-2, M-5).
 *
 * It is told each chunk when the chunk takes its seq, so that the end of a turn holds all of it. After a failed append,
 * and when the session is opened, it is built again from the log; nothing is followed before that is done.
 */
import * as Exit from "effect/Exit"
import { type Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import type { SessionState } from "@holdfast/core/state"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"
import { READ_BYTES } from "../session/read-sizes.ts"

/** Milliseconds before a read that failed is tried again. */
const AGAIN = 1000

/** The message of one session's streaming turn. */
export class StreamingMessage {
  readonly #session: OpenSession
  #building: Accumulator | undefined
  #whole = false
  /** Counts rebuilds, so that one that is out of date stops. */
  #round = 0
  #waiters: Array<() => void> = []
  #timer: NodeJS.Timeout | undefined

  constructor(session: OpenSession) {
    this.#session = session
  }

  /** The message of a streaming turn as it is now; an empty one when nothing was said yet. */
  of(turn: string, startedAt: number): Accumulator {
    return this.#building?.turn === turn ? this.#building : emptyMessage(turn, startedAt)
  }

  /** Calls back once everything placed before is in it; never when the session leaves memory first. */
  ready(callback: () => void): void {
    if (this.#whole) return callback()
    this.#waiters.push(callback)
    if (this.#waiters.length === 1) this.#rebuild()
  }

  /** Forgets everything: what was placed may not be durable. Those who wait continue waiting. */
  drop(): void {
    this.#round++
    this.#whole = false
    this.#building = undefined
    clearTimeout(this.#timer)
    if (this.#waiters.length > 0 && this.#session.loop === "open") this.#rebuild()
  }

  /** Ends what waits. */
  stop(): void {
    this.#round++
    this.#waiters = []
    clearTimeout(this.#timer)
  }

  /** Takes chunks that were placed in the log, of a turn that `state` may not have yet. */
  tell(state: SessionState, turn: string, time: number, chunks: ReadonlyArray<AgentChunk>): void {
    if (chunks.length === 0) return
    if (this.#building?.turn !== turn) this.#building = emptyMessage(turn, state.agent?.turn?.startedAt ?? time)
    for (const chunk of chunks) this.#building.tell(chunk)
  }

  /** Takes the message of a turn that ends so; `undefined` when it showed nothing. */
  ended(turn: string | undefined, outcome: TurnOutcome): Message | undefined {
    const building = this.#building
    if (building === undefined || building.turn !== turn) return undefined
    this.#building = undefined
    return building.isEmpty ? undefined : building.ended(outcome)
  }

  #rebuild(): void {
    const turn = this.#session.durable.agent?.turn
    if (turn === undefined) return this.#done()
    this.#building = emptyMessage(turn.id, turn.startedAt)
    this.#read(this.#building, turn.from, ++this.#round)
  }

  #read(building: Accumulator, after: number, round: number): void {
    const { context, handle } = this.#session
    const range = { after, maxBytes: READ_BYTES, channel: "agent", turn: building.turn }
    context.fork(context.store.read(handle, range), (exit) => {
      if (round !== this.#round) return
      if (Exit.isFailure(exit)) {
        context.report("a turn's message could not be read back", { session: this.#session.id, cause: String(exit.cause) })
        this.#timer = setTimeout(() => (round === this.#round ? this.#read(building, after, round) : undefined), AGAIN)
        return
      }
      const { records, last, atHead } = exit.value
      for (const bytes of records) building.tell(chunkOf(bytes))
      if (atHead || last >= this.#session.durableSeq) this.#done()
      else this.#read(building, last, round)
    })
  }

  #done(): void {
    this.#whole = true
    for (const waiter of this.#waiters.splice(0)) waiter()
  }
}

/** The chunk of an event on the `agent` channel. */
function chunkOf(bytes: Uint8Array): AgentChunk {
  const { type, data } = decodeRecord(readRecord(bytes, 0))
  const fields = typeof data === "object" && data !== null ? data : {}
  return { ...fields, type } as AgentChunk
}
