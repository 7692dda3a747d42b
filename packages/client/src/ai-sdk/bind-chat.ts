/**
 * Binds a chat of the AI SDK to its session (docs/protocol/rules.md, I-8): it shows what others do, answers at once, and can stop.
 *
 * The chat is one that is made outside of components (`new Chat({ id, transport })`), so that it outlives them.
 */
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { AnswerPermission, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { HoldfastError, isUnreachable } from "../errors.ts"
import { answerRequest, callSurely, settleRequest } from "./chat-calls.ts"
import { isSameList, mergedMessages } from "./chat-messages.ts"
import type { ChatMessage } from "./sdk-chat.ts"
import type { OfflineMessage } from "../outbox/optimistic.ts"
import type { ChatBox } from "./ChatBox.ts"
import type { ChatFeed, FeedNews } from "./ChatFeed.ts"
import type { ChatFeeds } from "./ChatFeeds.ts"
import type { HoldfastChatTransport } from "./HoldfastChatTransport.ts"
import type { WaitingMessage } from "./SessionView.ts"
import { partsOf } from "./transport-parts.ts"

/** The answer that a chat gives to a request. */
export interface ApprovalAnswer {
  readonly id: string
  readonly approved: boolean
  readonly reason?: string
}

/** What of a chat is used: the AI SDK's `AbstractChat`, by its structure. */
export interface BindableChat<M extends ChatMessage> {
  readonly id: string
  messages: Array<M>
  readonly status: string
  readonly resumeStream: () => Promise<void>
  addToolApprovalResponse: (answer: ApprovalAnswer) => void | PromiseLike<void>
}

/** What a bound chat knows of its session beside the messages; another object whenever something of it changes. */
export interface ChatState {
  /** The session; absent until the chat has one. */
  readonly session?: string
  /** The streaming turn. */
  readonly turn?: string
  /** Messages that wait for it, or for the agent. */
  readonly queue: ReadonlyArray<WaitingMessage>
  /** Messages that wait in the outbox until the hub has them, and those that it refused; their `key` is the id in the chat. */
  readonly unsent: ReadonlyArray<OfflineMessage>
  /** Why the queue does not continue by itself. */
  readonly hold?: Hold
  /** Open requests, those that are about no tool call among them. */
  readonly permissions: ReadonlyArray<PermissionRequest>
  /** Whether there are older messages than those that were loaded. */
  readonly hasEarlier: boolean
  /** Why the session is not followed any more. */
  readonly error?: HoldfastError
}

/** A chat that is bound. */
export interface ChatBinding {
  readonly state: ChatState
  /** Calls back after each change of `state`; returns the function that ends it. */
  readonly subscribe: (listener: () => void) => () => void
  /**
   * Stops the streaming turn, and keeps what it produced; without a connection, once there is one, if the turn still streams. The
   * chat's own `stop` only stops reading.
   */
  readonly stop: () => Promise<void>
  /** Answers a request in full: one of its options, the answers to its questions. */
  readonly answer: (requestId: string, answer: AnswerPermission) => Promise<void>
  /** Sends a message that was refused again, by its id in the chat. */
  readonly retry: (id: string) => Promise<void>
  /** Takes back a message that was refused or not sent yet, and out of the chat. */
  readonly drop: (id: string) => Promise<void>
  /** Loads the page of messages before those that were loaded. */
  readonly loadEarlier: () => Promise<void>
  /** Ends the binding; the chat and the session stay. */
  readonly close: () => void
}

const EMPTY: ChatState = { queue: [], unsent: [], permissions: [], hasEarlier: false }

/** Binds a chat to the session that its id stands for, as soon as there is one. */
export function bindChat<M extends ChatMessage>(chat: BindableChat<M>, transport: HoldfastChatTransport<M>): ChatBinding {
  const parts = partsOf.get(transport)
  if (parts === undefined)
    throw new HoldfastError("InvalidCall", "a chat is bound with the HoldfastChatTransport that it was made with")
  return new Binding(chat, parts.feeds, parts.box, transport)
}

class Binding<M extends ChatMessage> implements ChatBinding {
  readonly #chat: BindableChat<M>
  readonly #feeds: ChatFeeds
  readonly #box: ChatBox | undefined
  readonly #transport: object
  readonly #listeners = new Set<() => void>()
  readonly #answerOfChat: BindableChat<M>["addToolApprovalResponse"]
  readonly #unopen: () => void
  readonly #unbox: (() => void) | undefined
  #feed: ChatFeed | undefined
  #unlisten: () => void = () => undefined
  #closed = false
  readonly #early = new Map<string, ApprovalAnswer>()
  /** The latest turn that the chat reads, or was asked to. */
  #resumed: string | undefined
  state: ChatState = EMPTY

  constructor(chat: BindableChat<M>, feeds: ChatFeeds, box: ChatBox | undefined, transport: object) {
    this.#chat = chat
    this.#feeds = feeds
    this.#box = box
    this.#transport = transport
    this.#answerOfChat = chat.addToolApprovalResponse
    // A chat keeps an answer to itself while a stream is open; here it is also given.
    chat.addToolApprovalResponse = async (answer) => {
      await this.#answerOfChat(answer)
      await this.#approve(answer)
    }
    this.#unopen = feeds.onOpen((id, feed) => {
      if (id === chat.id) this.#bind(feed)
    })
    this.#unbox = box?.listen(
      () => this.#boxed(),
      (error) => this.#failed(error),
    )
    feeds.of(chat.id).catch((error: unknown) => this.#failed(error as HoldfastError))
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly stop = async (): Promise<void> => {
    const feed = this.#feed
    if (feed === undefined) return
    const { connection } = this.#feeds
    const { id } = feed.view.turn
    // What streams after the connection was away may be another turn, which no one wants to stop.
    do {
      try {
        await connection.call("agent.interrupt", { session: feed.session })
        return
      } catch (error) {
        if (!isUnreachable(error)) throw error
      }
      await connection.online()
      await this.#feeds.present(this.#chat.id)
    } while (feed.view.turn.id === id)
  }

  readonly answer = async (requestId: string, answer: AnswerPermission): Promise<void> => {
    if (this.#feed === undefined) return
    await settleRequest(this.#feeds.connection, this.#feed.session, requestId, answer)
  }

  readonly retry = async (id: string): Promise<void> => this.#box?.retry(id)

  readonly drop = async (id: string): Promise<void> => this.#box?.drop(id)

  readonly loadEarlier = async (): Promise<void> => {
    const feed = this.#feed
    const before = feed?.view.before ?? null
    if (feed === undefined || before === null) return
    const page = await callSurely(this.#feeds.connection, "messages.list", { session: feed.session, before })
    // Another page came first, or all was shown again.
    if (feed.view.before !== before) return
    feed.view.page(page.messages, page.before)
    this.#merge(feed)
    this.#changed(feed)
  }

  readonly close = (): void => {
    if (this.#closed) return
    this.#closed = true
    this.#chat.addToolApprovalResponse = this.#answerOfChat
    this.#unopen()
    this.#unbox?.()
    this.#unlisten()
    this.#listeners.clear()
  }

  #bind(feed: ChatFeed): void {
    if (this.#closed || this.#feed === feed) return
    this.#unlisten()
    this.#feed = feed
    this.#unlisten = feed.listen((news) => this.#news(feed, news), this.#transport)
  }

  #news(feed: ChatFeed, news: FeedNews): void {
    switch (news._tag) {
      case "Shown":
        this.#merge(feed)
        break
      case "Event": {
        const { channel, type } = news.event
        if (channel === "message" || (channel === "turn" && type === "ended")) this.#merge(feed)
        if (channel === "permission") this.#overtaken()
        if (channel === "turn") this.#early.clear()
        if (channel !== "agent") this.#changed(feed)
        // A turn is shown once its message is, which comes before its first chunk.
        if (channel === "agent") this.#resume(feed)
        return
      }
      case "Read":
        // What the chat still processes is done before this.
        return void this.#feeds.connection.timers.after(0, () => this.#merge(feed))
      case "Ended":
        this.#feed = undefined
        return this.#failed(news.error)
    }
    this.#changed(feed)
    this.#resume(feed)
  }

  /** Puts stored messages into the chat, except those of turns that it reads. */
  #merge(feed: ChatFeed): void {
    if (this.#closed || !feed.view.isReady) return
    const { messages } = this.#chat
    const merged = mergedMessages(messages, feed.view.shown.messages, (turn) => feed.isReading(turn, this.#transport))
    this.#show(this.#withUnsent(merged))
  }

  #show(messages: Array<M>): void {
    if (!isSameList(this.#chat.messages, messages)) this.#chat.messages = messages
  }

  /** The outbox has changed: its messages are in the chat as long as they are in the box, whichever page has put them there. */
  #boxed(): void {
    const box = this.#box
    const chat = this.#chat
    if (this.#closed || box === undefined) return
    const before = this.state.unsent
    const made = this.#feed === undefined ? box.madeFor(chat.id) : undefined
    if (made !== undefined) this.#feeds.open(chat.id, made)
    const unsent = this.#unsent()
    if (unsent.length > 0 || before.length > 0) this.#set({ ...this.state, unsent })
    const dropped = new Set(before.flatMap(({ key }) => (box.isDropped(key) ? [key] : [])))
    const there = dropped.size === 0 ? chat.messages : chat.messages.filter(({ id }) => !dropped.has(id))
    this.#show(this.#withUnsent(there))
  }

  #unsent(): ReadonlyArray<OfflineMessage> {
    const view = this.#feed?.view
    const keys = () => new Set([...(view?.queue ?? []), ...(view?.shown.messages ?? [])].flatMap(({ key }) => key ?? []))
    return this.#box?.unsent(this.#chat.id, keys) ?? []
  }

  /** What this page did not send itself comes last, once no answer is being written that would be behind it. */
  #withUnsent(messages: Array<M>): Array<M> {
    if (this.#chat.status === "streaming") return messages
    const shown = new Set(messages.map(({ id }) => id))
    const waiting = this.state.unsent.filter(({ key }) => !shown.has(key))
    return waiting.length === 0
      ? messages
      : [...messages, ...waiting.map(({ key: id, parts, role }) => ({ id, role, parts }) as unknown as M)]
  }

  /** Has the chat read the streaming turn, if it does not. */
  #resume(feed: ChatFeed): void {
    const { id } = feed.view.turn
    if (this.#closed || id === undefined || feed.view.turn.status !== "streaming") return
    if (this.#resumed === id) return
    // What it has read and left, by its own `stop`, it does not read again.
    this.#resumed = id
    if (feed.isReading(id, this.#transport)) return
    this.#chat.resumeStream().catch((error: unknown) => this.#failed(error as HoldfastError))
  }

  async #approve(answer: ApprovalAnswer): Promise<void> {
    const feed = this.#feed
    const request = feed?.view.permissions.find(({ id }) => id === answer.id)
    if (feed === undefined || request?.decision !== undefined) return
    if (request === undefined) this.#early.set(answer.id, answer)
    else await answerRequest(this.#feeds.connection, feed.session, request, answer)
  }

  /** Gives the answers that came before their requests: a call shows its request a moment before it can be answered. */
  #overtaken(): void {
    for (const [id, answer] of [...this.#early]) {
      if (!this.#early.delete(id)) continue
      this.#approve(answer).catch((error: unknown) => this.#failed(error as HoldfastError))
    }
  }

  #changed(feed: ChatFeed): void {
    const { agent, before, permissions, queue, turn } = feed.view
    this.#set({
      session: feed.session,
      ...(turn.status === "streaming" && turn.id !== undefined ? { turn: turn.id } : {}),
      queue,
      unsent: this.#unsent(),
      ...(agent.hold === undefined ? {} : { hold: agent.hold }),
      permissions: permissions.filter(({ decision }) => decision === undefined),
      hasEarlier: before !== null,
    })
  }

  #failed(error: HoldfastError | undefined): void {
    if (!this.#closed && error !== undefined) this.#set({ ...this.state, error })
  }

  #set(state: ChatState): void {
    this.state = Object.freeze(state)
    for (const listener of [...this.#listeners]) listener()
  }
}
