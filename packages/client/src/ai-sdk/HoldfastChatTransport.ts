/**
 * The AI SDK's `ChatTransport` on a connection of this library (docs/protocol/rules.md, I-7).
 *
 * Streams last over cuts and restarts of the hub, and end only with `finish`, `abort` or `error`. Closing one, as `stop()` and an
 * unmounted component do, leaves the turn alone.
 */
import type { Followed } from "@holdfast/core/agent/turn-follower"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { Connection } from "../Connection.ts"
import { HoldfastError } from "../errors.ts"
import { answerRequest, callSurely } from "./chat-calls.ts"
import { type ChatRequest, chatRequest } from "./chat-request.ts"
import type { ChatChunk, ChatMessage, ChatResume, ChatSend } from "./sdk-chat.ts"
import type { ChatFeed } from "./ChatFeed.ts"
import { type ChatFeeds, feedsOf, feedsOn } from "./ChatFeeds.ts"
import type { ChatReader } from "./ChatReader.ts"

/** What a transport needs. */
export interface HoldfastChatTransportOptions {
  /** Transports may share one; what attaches otherwise to the sessions of their chats must not (C-13). */
  readonly connection: Connection
  /** What a session is created of for a chat that has none, as in `POST /api/sessions`; `create` in the body of a request comes first. */
  readonly create?: object
}

type Stream = ReadableStream<ChatChunk>

/** The transport. */
export class HoldfastChatTransport<M extends ChatMessage = ChatMessage> {
  /** A resumed stream begins with the start of its turn. */
  readonly resumeStreamIsReplay = true
  readonly connection: Connection
  readonly #create: object | undefined
  readonly #feeds: ChatFeeds
  #readers: ReadonlyArray<ChatReader> = []

  constructor({ connection, create }: HoldfastChatTransportOptions) {
    this.connection = connection
    this.#create = create
    this.#feeds = feedsOn(connection)
    feedsOf.set(this, this.#feeds)
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
    const feed = await this.#feeds.of(asked.chatId, create)
    if (feed === undefined) {
      const message = "no session belongs to this chat: use a session's id, or say with create of what to create one"
      throw new HoldfastError("SessionNotFound", message, { session: asked.chatId })
    }
    if (asked.abortSignal?.aborted === true) throw abortError(asked.abortSignal)
    return request._tag === "Send" ? this.#say(feed, request, asked) : this.#continue(feed, request, asked)
  }

  async #say(
    feed: ChatFeed,
    { key, mode, parts }: Extract<ChatRequest, { _tag: "Send" }>,
    { abortSignal }: ChatSend<M>,
  ): Promise<Stream> {
    // Before it is sent: its events may come before the answer, and only the answer can be lost.
    const reader = this.#read(feed, { key }, abortSignal)
    try {
      const sent = await callSurely(this.connection, "messages.send", { session: feed.session, key, mode, parts })
      if (sent.status === "queued") reader.follower.held(sent.hold as Hold | undefined)
      if (sent.status !== "steered") return reader.stream
    } catch (error) {
      reader.leave()
      throw error
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
function abortError({ reason }: AbortSignal): Error {
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
