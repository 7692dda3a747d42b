/**
 * The AI SDK's `ChatTransport` on a connection of this library (docs/protocol/rules.md, I-7).
 *
 * Streams last over cuts and restarts of the hub, and end only with `finish`, `abort` or `error`. Closing one, as `stop()` and an
 * unmounted component do, leaves the turn alone.
 */
import type { Followed } from "@holdfast/core/agent/turn-follower"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { CommandAnswer } from "../calls.ts"
import type { Connection } from "../Connection.ts"
import { HoldfastError } from "../errors.ts"
import type { Outbox } from "../outbox/Outbox.ts"
import { answerRequest, callSurely } from "./chat-calls.ts"
import { type ChatRequest, chatRequest } from "./chat-request.ts"
import type { ChatChunk, ChatMessage, ChatResume, ChatSend } from "./sdk-chat.ts"
import type { ChatFeed } from "./ChatFeed.ts"
import { type ChatFeeds, feedsOn } from "./ChatFeeds.ts"
import { ChatBox } from "./ChatBox.ts"
import type { ChatReader } from "./ChatReader.ts"
import { partsOf } from "./transport-parts.ts"

/** What a transport needs. */
export interface HoldfastChatTransportOptions {
  /** Transports may share one; what attaches otherwise to the sessions of their chats must not (C-13). */
  readonly connection: Connection
  /** What a session is created of for a chat that has none, as in `POST /api/sessions`; `create` in the body of a request comes first. */
  readonly create?: object
  /** Keeps messages until the hub has them, also when the page ends: what `openOutbox` of `@holdfast/client/outbox` opens. */
  readonly outbox?: Outbox | PromiseLike<Outbox>
}

type Stream = ReadableStream<ChatChunk>
type Say = Extract<ChatRequest, { _tag: "Send" }>

/** The transport. */
export class HoldfastChatTransport<M extends ChatMessage = ChatMessage> {
  /** A resumed stream begins with the start of its turn. */
  readonly resumeStreamIsReplay = true
  readonly connection: Connection
  readonly #create: object | undefined
  readonly #feeds: ChatFeeds
  readonly #box: ChatBox | undefined
  #readers: ReadonlyArray<ChatReader> = []

  constructor({ connection, create, outbox }: HoldfastChatTransportOptions) {
    this.connection = connection
    this.#create = create
    this.#feeds = feedsOn(connection)
    this.#box = outbox === undefined ? undefined : new ChatBox(this.#feeds, outbox)
    partsOf.set(this, { feeds: this.#feeds, box: this.#box })
  }

  /** Sends the last message, or answers requests; returns the stream of its turn. Fails with a `HoldfastError` when it is refused. */
  sendMessages(request: ChatSend<M>): Promise<Stream> {
    return unlessAborted(request.abortSignal, this.#send(request))
  }

  /** The stream of the running turn, or of the one that is about to start; null when there is none. */
  async reconnectToStream({ abortSignal, chatId }: ChatResume): Promise<Stream | null> {
    const feed = await unlessAborted(abortSignal, this.#feeds.present(chatId))
    if (feed === undefined) return null
    const reader = this.#read(feed, {}, abortSignal)
    return (await reader.begun) ? reader.stream : null
  }

  /** Ends every stream with an error. The connection stays, and so does what is bound. */
  readonly close = (): void => {
    for (const { follower } of this.#readers) follower.fail("the transport was closed")
  }

  #read(feed: ChatFeed, followed: Followed, abortSignal: AbortSignal | undefined): ChatReader {
    const reader = feed.read(followed, this)
    this.#readers = [...this.#readers.filter(({ isClosed }) => !isClosed), reader]
    if (abortSignal !== undefined) whenAborted(abortSignal, () => reader.leave())
    return reader
  }

  async #send(asked: ChatSend<M>): Promise<Stream> {
    const request = chatRequest(asked)
    const { create = this.#create } = (asked.body ?? {}) as { readonly create?: object }
    const { chatId } = asked
    const isKept = create !== undefined || this.#feeds.known(chatId) !== undefined
    if (request._tag === "Send" && this.#box !== undefined && isKept) return this.#keep(this.#box, request, asked, create)
    const feed = await this.#feeds.of(chatId, create)
    if (feed === undefined) {
      const message = "no session belongs to this chat: use a session's id, or say with create of what to create one"
      throw new HoldfastError("SessionNotFound", message, { session: chatId })
    }
    if (asked.abortSignal?.aborted === true) throw abortError(asked.abortSignal)
    if (request._tag === "Continue") return this.#continue(feed, request, asked)
    if (this.#box !== undefined) return this.#keep(this.#box, request, asked, create)
    const { key, mode, parts } = request
    const send = () => callSurely(this.connection, "messages.send", { session: feed.session, key, mode, parts })
    return this.#say(feed, request, asked, send)
  }

  /** Sends by way of the outbox. */
  async #keep(box: ChatBox, request: Say, asked: ChatSend<M>, create: object | undefined): Promise<Stream> {
    const { feed, sent } = await box.keep(asked.chatId, request, create)
    return this.#say(await feed, request, asked, () => sent)
  }

  async #say(
    feed: ChatFeed,
    { key }: Say,
    { abortSignal }: ChatSend<M>,
    send: () => Promise<CommandAnswer<"messages.send">>,
  ): Promise<Stream> {
    // Before it is sent: its events may come before the answer, and only the answer can be lost.
    const reader = this.#read(feed, { key }, abortSignal)
    try {
      const sent = await send()
      if (sent.status === "queued") reader.follower.held(sent.hold as Hold | undefined)
      if (sent.status !== "steered") return reader.stream
    } catch (error) {
      reader.leave()
      throw error instanceof HoldfastError && error.tag === "Cancelled" ? abortError({ reason: undefined }) : error
    }
    // The turn that it went into began before it.
    reader.leave()
    return this.#read(feed, {}, abortSignal).stream
  }

  async #continue(
    feed: ChatFeed,
    { answers, shown, turn }: Extract<ChatRequest, { _tag: "Continue" }>,
    { abortSignal }: ChatSend<M>,
  ): Promise<Stream> {
    const { permissions } = await callSurely(this.connection, "sessions.get", { session: feed.session })
    for (const answer of answers) {
      const open = permissions.find(({ id }) => id === answer.requestId)
      if (open !== undefined) await answerRequest(this.connection, feed.session, open, answer)
    }
    return this.#read(feed, { turn, shown }, abortSignal).stream
  }
}

/** An error that the AI SDK takes for an abort. */
function abortError({ reason }: Pick<AbortSignal, "reason">): Error {
  if (reason instanceof Error) return reason
  return Object.assign(new Error("the request was aborted"), { name: "AbortError" })
}

function whenAborted(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener()
  else signal.addEventListener("abort", listener, { once: true })
}

/** Ends the wait when it is aborted; what was begun goes its way. */
function unlessAborted<A>(signal: AbortSignal | undefined, begun: Promise<A>): Promise<A> {
  if (signal === undefined) return begun
  return new Promise((resolve, reject) => {
    whenAborted(signal, () => reject(abortError(signal)))
    begun.then(resolve, reject)
  })
}
