/**
 * Follows a session for one stream of chunks: finds the turn, gives its chunks from their start, and says how the stream
 * ends (docs/protocol/rules.md, I-2 to I-6).
 *
 * Fed with what an attachment hands out, in order: perhaps a snapshot, then events. Every stream ends with `finish`, `abort`
 * or `error`, unless its turn waits for an answer that the reader itself sends, or there is no turn to follow.
 */
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"
import type { LiveMessage } from "./accumulator.ts"
import { type ShownMessage, TurnChunks } from "./turn-chunks.ts"

/** What is followed: the turn of a message, by its id or the key that it was sent with, a turn, or the one that streams or starts next. */
export interface Followed {
  readonly message?: string
  readonly key?: string
  readonly turn?: string
  /** What the reader has of the turn already, where it continues. */
  readonly shown?: ShownMessage
  /** The stream ends where its turn waits for an answer: the reader can give none while it is open (I-5). */
  readonly endsToAsk?: boolean
}

/** `Ended`: its last chunk was given. `Asks`: the turn waits for an answer. `Idle`: nothing streams and nothing will by itself. */
export type FollowEnd = "Ended" | "Asks" | "Idle"

/** Where the chunks go. */
export interface FollowSink {
  readonly chunks: (chunks: ReadonlyArray<AgentChunk>) => void
  /** Called once, after the last chunks. */
  readonly over: (end: FollowEnd) => void
}

/** The messages of a snapshot and its streaming turn. */
export interface ShownSession {
  readonly messages: ReadonlyArray<Message>
  readonly live?: LiveMessage
}

/** What is looked at of a session's record. */
export type FollowedRecord = Pick<Session, "turn" | "permissions"> & {
  readonly queue: ReadonlyArray<Pick<Session["queue"][number], "id" | "key" | "status" | "turn">>
  readonly agent?: Pick<NonNullable<Session["agent"]>, "hold">
}

type Fields = Readonly<Record<string, unknown>>

const CUT_OFF = "this turn changed while it could not be followed; load the messages again"

/** Follows one turn. */
export class TurnFollower {
  readonly #wanted: Followed
  readonly #sink: FollowSink
  #message: string | undefined
  #turn: string | undefined
  /** The streaming turn that the message went into. */
  #into: unknown
  #chunks: TurnChunks | undefined
  /** Open requests about calls of the turn. */
  readonly #asked = new Set<string>()
  /** Open requests that are about no call. */
  readonly #passing = new Set<string>()
  #over = false

  constructor(wanted: Followed, sink: FollowSink) {
    this.#wanted = wanted
    this.#sink = sink
    this.#message = wanted.message
    this.#turn = wanted.turn
  }

  /** Whether the stream has ended. */
  get isOver(): boolean {
    return this.#over
  }

  /** The turn that is followed, once it is known. */
  get turn(): string | undefined {
    return this.#turn
  }

  /** Takes what the log has come to. */
  snapshot({ messages, live }: ShownSession, record: FollowedRecord): void {
    if (this.#over) return
    const open = record.permissions.filter(({ decision }) => decision === undefined)
    for (const { id, toolCallId } of open) if (toolCallId !== undefined) this.#asked.add(id)
    if (this.#chunks !== undefined) return this.#moved(messages, live)
    this.#find(messages, record)
    const turn = this.#turn ?? (this.#isForAny ? live?.turn : undefined)
    if (turn !== undefined && live?.turn === turn) {
      this.#begin(live)
      for (const request of open) if (request.turn === turn) this.#ask(request)
      return
    }
    const stored = messages.find(({ id }) => id === turn)
    if (turn !== undefined && stored !== undefined) return this.#past(stored)
    if (this.#isForAny && !willStream(record, messages)) this.#end("Idle")
    else if (this.#message !== undefined && turn === undefined) this.held(record.agent?.hold)
    else if (this.#wanted.turn !== undefined) this.#fail("this turn is no longer among the session's latest messages")
  }

  /** Takes the next event. */
  event(event: Event): void {
    if (this.#over) return
    const data = isFields(event.data) ? event.data : {}
    switch (event.channel) {
      case "agent":
        return this.#told(event, data)
      case "turn":
        return this.#turned(event, data)
      case "queue":
        return this.#queued(event, data)
      case "message":
        return this.#added(data["message"] as Message | undefined)
      case "permission":
        return this.#permission(event, data)
      default:
    }
  }

  /** Whether `settle` may end the stream: there is a request that its reader cannot answer while it is open. */
  get mayAsk(): boolean {
    return this.#wanted.endsToAsk === true && this.#asked.size > 0 && !this.#over
  }

  /** What came together has been taken: now the stream ends if its turn waits for an answer. */
  settle(): void {
    const chunks = this.#chunks
    if (chunks === undefined || !this.mayAsk) return
    if (![...this.#asked].some((id) => chunks.waitsFor(id))) return
    this.#sink.chunks(chunks.pause())
    this.#end("Asks")
  }

  /** The message waits in a queue that is held: unless that ends by itself, there is nothing to wait for. */
  held(hold: { readonly reason: string; readonly continues?: boolean } | undefined): void {
    if (hold === undefined || hold.continues === true || this.#over || this.#chunks !== undefined) return
    if (this.#isForAny) this.#end("Idle")
    else this.#fail(`the queue is held (${hold.reason}); release it, or send another message`)
  }

  /** Ends the stream with an error. */
  fail(text: string): void {
    if (!this.#over) this.#fail(text)
  }

  get #isForAny(): boolean {
    return this.#wanted.message === undefined && this.#wanted.key === undefined && this.#wanted.turn === undefined
  }

  /** Looks for the message, and so for the turn, in what a snapshot has. */
  #find(messages: ReadonlyArray<Message>, { queue }: FollowedRecord): void {
    const { key } = this.#wanted
    const isIt = (one: { readonly id: string; readonly key?: string }): boolean =>
      one.id === this.#message || (key !== undefined && one.key === key)
    const waiting = queue.find(isIt)
    const taken = messages.findLast((one) => one.role === "user" && isIt(one))
    this.#message = taken?.id ?? waiting?.id ?? this.#message
    this.#turn = taken?.turn ?? waiting?.turn ?? this.#turn
  }

  #begin(live: LiveMessage): void {
    this.#turn = live.turn
    this.#chunks = new TurnChunks(live)
    const { shown } = this.#wanted
    const chunks = shown === undefined ? this.#chunks.begin() : this.#chunks.resume(shown)
    if (chunks === undefined) this.#fail(CUT_OFF)
    else this.#sink.chunks(chunks)
  }

  /** The turn has ended: all of it, or what its reader lacks. */
  #past(message: Message): void {
    const { shown } = this.#wanted
    this.#begin({ turn: message.id, createdAt: message.createdAt, parts: shown?.parts ?? [], open: [], grown: 0, ...meta(shown) })
    this.#added(message)
    this.#ended(message.outcome ?? "completed")
  }

  #moved(messages: ReadonlyArray<Message>, live: LiveMessage | undefined): void {
    const stored = messages.find(({ id }) => id === this.#turn)
    if (stored !== undefined) {
      this.#added(stored)
      return this.#ended(stored.outcome ?? "completed")
    }
    const chunks = live?.turn === this.#turn && live !== undefined ? this.#chunks?.moved(live) : undefined
    if (live === undefined || chunks === undefined) return this.#fail(CUT_OFF)
    this.#chunks = new TurnChunks(live)
    this.#sink.chunks(chunks)
  }

  #told({ turn, type, time }: Event, data: Fields): void {
    if (turn === undefined || turn !== this.#turn || type === "folded") return
    this.#want(turn, time)
    const chunk = readChunk({ ...data, type })
    const chunks = chunk === undefined ? [] : (this.#chunks?.next(chunk) ?? [])
    if (chunks.length > 0) this.#sink.chunks(chunks)
  }

  #turned({ type, time }: Event, { turn, outcome, error }: Fields): void {
    if (typeof turn !== "string") return
    if (type === "started" && (turn === this.#turn || (this.#turn === undefined && this.#isForAny))) this.#want(turn, time)
    if (type !== "ended" || turn !== this.#turn) return
    this.#want(turn, time)
    this.#ended(outcome as TurnOutcome, error as { readonly message: string } | undefined)
  }

  #queued({ type, time }: Event, data: Fields): void {
    const { messageId, turn, item, reason, continues, steer } = data
    const added = item as { readonly id: string; readonly key?: string } | undefined
    if (type === "added" && added?.key !== undefined && added.key === this.#wanted.key) this.#message = added.id
    if (type === "held" && this.#chunks === undefined && continues !== true) this.held({ reason: String(reason) })
    if (this.#message === undefined || messageId !== this.#message) return
    // What went into a turn that streams has no turn of its own.
    if (type === "sent" && steer === true) this.#into = turn
    if ((type === "sent" || type === "taken") && typeof turn === "string" && turn !== this.#into) this.#want(turn, time)
    if (this.#chunks !== undefined) return
    if (type === "removed") this.#fail("the message was removed from the queue")
    if (type === "uncertain") this.#fail("it is not known whether the agent got the message; send it again or drop it")
  }

  #want(turn: string, time: number): void {
    if (this.#chunks !== undefined) return
    this.#begin({ turn, createdAt: time, parts: [], open: [], grown: 0 })
  }

  #added(message: Message | undefined): void {
    if (message === undefined || this.#over) return
    const { key } = this.#wanted
    if (message.role === "user" && key !== undefined && message.key === key && message.turn !== undefined) {
      this.#message = message.id
      return this.#want(message.turn, message.createdAt)
    }
    if (message.id !== this.#turn || this.#chunks === undefined) return
    const chunks = this.#chunks.stored(message)
    if (chunks === undefined) this.#fail(CUT_OFF)
    else if (chunks.length > 0) this.#sink.chunks(chunks)
  }

  #permission({ type, turn }: Event, data: Fields): void {
    if (type === "asked") {
      if (this.#turn !== undefined && (turn ?? data["turn"]) === this.#turn) this.#ask(data["request"] as PermissionAsk)
      return
    }
    const { requestId } = data
    if (typeof requestId !== "string") return
    this.#asked.delete(requestId)
    if (this.#passing.delete(requestId)) this.#sink.chunks([passing(requestId, { settled: type })])
  }

  /** A request about a call is in the message; of any other its reader is told. */
  #ask(request: Pick<PermissionAsk, "id" | "toolCallId">): void {
    if (request.toolCallId !== undefined) return void this.#asked.add(request.id)
    if (this.#over || this.#passing.has(request.id)) return
    this.#passing.add(request.id)
    this.#sink.chunks([passing(request.id, { request: request as unknown as Json })])
  }

  #ended(outcome: TurnOutcome, error?: { readonly message: string }): void {
    if (this.#over || this.#chunks === undefined) return
    this.#sink.chunks([this.#chunks.end(outcome, error)])
    this.#end("Ended")
  }

  #fail(errorText: string): void {
    this.#sink.chunks([{ type: "error", errorText }])
    this.#end("Ended")
  }

  #end(end: FollowEnd): void {
    this.#over = true
    this.#sink.over(end)
  }
}

/** What a reader is told and does not keep: a request that is about no call. */
const passing = (id: string, data: { readonly [name: string]: Json }): AgentChunk => ({
  type: "data-permission",
  id,
  data,
  transient: true,
})

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)

const meta = (shown: ShownMessage | undefined): { readonly metadata?: Json } =>
  shown?.metadata === undefined ? {} : { metadata: shown.metadata }

/** Whether a turn streams, or will without a person's decision, that a snapshot does not show yet. */
function willStream({ turn, queue, agent }: FollowedRecord, messages: ReadonlyArray<Message>): boolean {
  const isPast = (id: string | undefined): boolean => messages.some((message) => message.id === id)
  if (turn.status === "streaming" && !isPast(turn.id)) return true
  if (agent?.hold !== undefined && agent.hold.continues !== true) return false
  return queue.some(({ id, status }) => status !== "uncertain" && !isPast(id))
}
