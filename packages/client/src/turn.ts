/**
 * A message and the turn that answers it, as one stream (docs/protocol/rules.md, C-38).
 *
 * It follows the log by server-sent events from the message's own event on, so nothing is missed, whatever the turn waits for and
 * however often the connection is cut. Leaving it, or an abort, stops following, never the turn.
 */
import { Accumulator } from "@holdfast/core/agent/accumulator"
import { chunksBetween, chunksFrom } from "@holdfast/core/agent/chunks-between"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message, SendMessage, Sent, TurnOutcome } from "@holdfast/protocol/agent/message"
import { makeClientId } from "./client-id.ts"
import { forOneConsumer } from "./consumption.ts"
import { aborted, HoldfastError, isTransient } from "./errors.ts"
import { chunkOf } from "./event.ts"
import type { SessionEvent } from "./event.ts"
import { makeAgentApi } from "./http/agent-api.ts"
import { makeApi } from "./http/api.ts"
import { waitAfter } from "./http/follow.ts"
import { either, jsonOf } from "./http/request.ts"
import type { HttpOptions } from "./http/request.ts"
import type { CallOptions } from "./signals.ts"
import { defaultBackoff, pause, platformTimers } from "./timers.ts"

/** Times that a message is sent, always under the same key, before a failure that may pass is reported. */
const SEND_TRIES = 8

/** How a turn ended. `message` is the stored one. */
export interface TurnEnd {
  readonly turn: string
  readonly outcome: TurnOutcome
  readonly message: Message | undefined
  /** What was streamed cannot be made into `message` by more chunks: show that in its place. */
  readonly replaced: boolean
}

type Finish = Extract<AgentChunk, { readonly type: "finish" }>

/** The chunks of a turn, the last of which is `finish`, `abort` or `error`; it returns how the turn ended, unless it is left before. */
export interface FollowedTurn extends AsyncGenerator<AgentChunk, TurnEnd | undefined> {
  /** What became of the message; settles also when no one follows. */
  readonly sent: Promise<Sent>
}

/**
 * Sends a message to an agent at once, and follows its turn for one loop. Fails with what the hub refuses, also when the message is
 * removed. `hub` is a `Client`, or says how calls are made.
 */
export function sendAndFollow(
  { http }: { readonly http: HttpOptions },
  session: string,
  message: string | SendMessage,
  { signal }: CallOptions = {},
): FollowedTurn {
  const sent = send(http, session, typeof message === "string" ? { text: message } : message, signal)
  // Whoever iterates learns of it.
  sent.catch(() => undefined)
  const left = new AbortController()
  const following = new Following(http, session, sent, { left, signal })
  return Object.assign(
    forOneConsumer(following.chunks(), () => left.abort()),
    { sent },
  )
}

async function send(options: HttpOptions, session: string, message: SendMessage, signal: AbortSignal | undefined): Promise<Sent> {
  const keyed = { ...message, key: message.key ?? makeClientId() }
  const { send: post } = makeAgentApi(options)
  for (let attempt = 1; ; attempt++) {
    try {
      return await post(session, keyed, { signal })
    } catch (error) {
      if (!(error instanceof HoldfastError) || !isTransient(error) || attempt === SEND_TRIES) throw error
      await pause(platformTimers, waitAfter(error, defaultBackoff.first, attempt), signal)
    }
  }
}

class Following {
  readonly #options: HttpOptions
  readonly #session: string
  readonly #sent: Promise<Sent>
  readonly #signal: AbortSignal
  /** The caller's own. */
  readonly #given: AbortSignal | undefined
  #cursor = 0
  #attempts = 0
  #turn: string | undefined
  /** What was handed out of the turn. */
  #shown: Array<AgentChunk> = []
  #isFolded = false
  #reason: Finish["finishReason"]
  #message: Message | undefined
  #isReplaced = false

  constructor(
    options: HttpOptions,
    session: string,
    sent: Promise<Sent>,
    { left, signal }: { readonly left: AbortController; readonly signal: AbortSignal | undefined },
  ) {
    this.#options = options
    this.#session = session
    this.#sent = sent
    this.#signal = either(left, signal)
    this.#given = signal
  }

  async *chunks(): AsyncGenerator<AgentChunk, TurnEnd | undefined> {
    const { messageId, seq } = await this.#sent
    this.#cursor = seq - 1
    while (!this.#signal.aborted) {
      try {
        const end = yield* this.#until(messageId)
        if (end !== undefined) return end
      } catch (error) {
        // A stream whose first connection fails is not tried again by itself.
        if (!(error instanceof HoldfastError) || !isTransient(error)) throw error
        await pause(platformTimers, waitAfter(error, defaultBackoff.first, ++this.#attempts), this.#signal)
      }
    }
    if (this.#given?.aborted === true) throw aborted(this.#given)
    return undefined
  }

  /** Follows from the cursor on, to the end of the turn or of the following. */
  async *#until(messageId: string): AsyncGenerator<AgentChunk, TurnEnd | undefined> {
    const events = makeApi(this.#options).followEvents(this.#session, { after: this.#cursor }, { signal: this.#signal })
    for await (const { event: kind, data } of events) {
      if (kind === "snapshot")
        throw new HoldfastError("LogReplaced", "the log was replaced or trimmed; read the session's messages")
      if (kind !== "event") continue
      const event = jsonOf(data, "the session's stream of events") as SessionEvent
      this.#cursor = event.seq
      this.#attempts = 0
      this.#ofMessage(event, messageId)
      if (this.#turn === undefined || event.turn !== this.#turn) continue
      for (const chunk of this.#ofTurn(event)) {
        this.#shown.push(chunk)
        yield chunk
      }
      if (event.channel !== "turn" || event.type !== "ended") continue
      const { outcome, error } = event.data
      yield endChunk(outcome, { reason: this.#reason, error: error?.message })
      return { turn: this.#turn, outcome, message: this.#message, replaced: this.#isReplaced }
    }
    return undefined
  }

  /** What happens to the message before and beside its turn. */
  #ofMessage(event: SessionEvent, id: string): void {
    if (event.channel === "session" && event.type === "deleted") {
      throw new HoldfastError("SessionDeleted", "the session was deleted", { session: this.#session })
    }
    if (event.channel !== "queue" || !("messageId" in event.data) || event.data.messageId !== id) return
    if (event.type === "sent") this.#turn = event.data.turn
    else if (event.type === "returned") {
      this.#turn = undefined
      this.#shown = []
    } else if (event.type === "removed") {
      throw new HoldfastError("MessageRemoved", "the message was removed from the queue", { messageId: id })
    } else if (event.type === "uncertain") {
      const message = "it is not known whether the agent got the message: have it sent again, or drop it"
      throw new HoldfastError("MessageUncertain", message, { messageId: id })
    }
  }

  /** The chunks that an event of the turn brings. After a fold they are those that lead to the stored message. */
  #ofTurn(event: SessionEvent): ReadonlyArray<AgentChunk> {
    if (event.channel === "agent" && event.type === "folded") this.#isFolded = true
    if (event.channel !== "message") {
      const chunk = chunkOf(event)
      return chunk === undefined ? [] : this.#next(chunk)
    }
    const { message } = event.data
    if (message.id !== this.#turn) return []
    this.#message = message
    return this.#isFolded ? this.#rest(message) : []
  }

  /** What of an agent's chunk is handed out: one start, and no end, which the end of the turn says. */
  #next(chunk: AgentChunk): ReadonlyArray<AgentChunk> {
    if (chunk.type === "abort" || chunk.type === "error") return []
    if (chunk.type === "finish") this.#reason = chunk.finishReason
    else if (chunk.type !== "start" || this.#shown.length === 0) return [chunk]
    const { messageMetadata } = chunk
    return messageMetadata === undefined ? [] : [{ type: "message-metadata", messageMetadata }]
  }

  #rest(message: Message): ReadonlyArray<AgentChunk> {
    const shown = new Accumulator({ turn: message.id, createdAt: message.createdAt, parts: [], open: [], grown: 0 })
    for (const chunk of this.#shown) shown.tell(chunk)
    const rest = this.#shown.length === 0 ? chunksFrom(message) : chunksBetween(shown.toLive(), message)
    this.#isReplaced = rest === undefined
    // The end of the turn says the end.
    return (rest ?? []).slice(0, message.outcome === undefined ? undefined : -1)
  }
}

function endChunk(
  outcome: TurnOutcome,
  { reason, error }: { reason: Finish["finishReason"]; error: string | undefined },
): AgentChunk {
  if (outcome === "completed") return reason === undefined ? { type: "finish" } : { type: "finish", finishReason: reason }
  return outcome === "interrupted" ? { type: "abort" } : { type: "error", errorText: error ?? `the turn ended: ${outcome}` }
}
