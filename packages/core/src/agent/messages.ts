/**
 * The transcript of a session: its messages, from its events, on server and client alike (M-1).
 *
 * Invariants: whatever part of an ended turn's events is folded, and wherever a reader resumed, the same messages result
 * (M-3): what is stored comes from `message/added` alone, which a hub writes for every turn that shows something. A message
 * takes its place when it is added; that of the streaming turn comes last. Never throws.
 */
import type { Message } from "@holdfast/protocol/agent/message"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import type { Event } from "@holdfast/protocol/event"
import { Accumulator, emptyMessage, type LiveMessage } from "./accumulator.ts"

/** A transcript as plain JSON, to continue from elsewhere. */
export type TranscriptState = {
  readonly lastSeq: number
  readonly messages: ReadonlyArray<Message>
  readonly live?: LiveMessage
  readonly unknown: number
}

/** The transcript of a log of which nothing was read. */
export const EMPTY_TRANSCRIPT: TranscriptState = { lastSeq: 0, messages: [], unknown: 0 }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const ROLES: ReadonlyArray<unknown> = ["user", "assistant", "system"]

const isMessage = (value: unknown): value is Message =>
  isObject(value) && typeof value["id"] === "string" && ROLES.includes(value["role"]) && Array.isArray(value["parts"])

/** Messages of a session, kept up to date event by event. */
export class Transcript {
  readonly #stored: Map<string, Message>
  #live: Accumulator | undefined
  #lastSeq: number
  #unknown: number

  /** Continues from `state`, as `toState` gave it. */
  constructor(state: TranscriptState = EMPTY_TRANSCRIPT) {
    this.#stored = new Map(state.messages.map((message) => [message.id, message]))
    this.#live = state.live === undefined ? undefined : new Accumulator(state.live)
    this.#lastSeq = state.lastSeq
    this.#unknown = state.unknown
  }

  /** What is needed to continue elsewhere, as plain JSON. */
  toState(): TranscriptState {
    return {
      lastSeq: this.#lastSeq,
      messages: [...this.#stored.values()],
      ...(this.#live === undefined ? {} : { live: this.#live.toLive() }),
      unknown: this.#unknown,
    }
  }

  /** Last seq that was taken. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Events of the `agent` channel that are no chunks, and messages that are none. */
  get unknown(): number {
    return this.#unknown
  }

  /** The message of the streaming turn as it is now; undefined while no turn streams. */
  live(): Message | undefined {
    return this.#live?.message()
  }

  /** All messages in order; the streaming turn's last, as soon as it shows something. */
  messages(): Array<Message> {
    const stored = [...this.#stored.values()]
    return this.#live === undefined || this.#live.isEmpty ? stored : [...stored, this.#live.message()]
  }

  /** Takes the next event; one that was taken before changes nothing. */
  apply(event: Event): void {
    if (event.seq <= this.#lastSeq) return
    this.#lastSeq = event.seq
    if (event.channel === "agent") this.#told(event)
    else if (event.channel === "message" && event.type === "added") this.#added(event)
    else if (event.channel === "turn") this.#turned(event)
  }

  #added({ data }: Event): void {
    const message = isObject(data) ? data["message"] : undefined
    if (!isMessage(message)) {
      this.#unknown++
      return
    }
    this.#stored.set(message.id, message)
    if (this.#live?.turn === message.id) this.#live = undefined
  }

  #turned({ type, data, time }: Event): void {
    const turn = isObject(data) ? data["turn"] : undefined
    if (typeof turn !== "string") return
    if (type === "started" && this.#live?.turn !== turn && !this.#stored.has(turn)) this.#begin(turn, time)
    // A turn that ends without a message has shown nothing that lasts.
    if (type === "ended" && this.#live?.turn === turn) this.#live = undefined
  }

  #told({ type, data, turn, time }: Event): void {
    if (type === "folded") return
    const chunk = readChunk({ ...(isObject(data) ? data : {}), type })
    if (chunk === undefined || turn === undefined) {
      this.#unknown++
      return
    }
    // What belongs to a turn whose message is stored is in that message.
    if (this.#stored.has(turn)) return
    const live = this.#live?.turn === turn ? this.#live : this.#begin(turn, time)
    live.tell(chunk)
  }

  #begin(turn: string, time: number): Accumulator {
    this.#live = emptyMessage(turn, time)
    return this.#live
  }
}
