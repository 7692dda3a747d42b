/**
 * The feeds of the chats on a connection, each under the session that its chat stands for (docs/protocol/rules.md, I-6). Transports
 * share them: a connection has one attachment per session (C-13).
 */
import { isSessionId } from "@holdfast/core/agent/chat-id"
import type { Connection } from "../Connection.ts"
import { callSurely, sessionOf } from "./chat-calls.ts"
import { ChatFeed } from "./ChatFeed.ts"

/** Hears of each chat whose session is found. */
export type OpenListener = (chat: string, feed: ChatFeed) => void

/** The feeds. */
export class ChatFeeds {
  readonly connection: Connection
  readonly #sessions = new Map<string, Promise<string | undefined>>()
  readonly #known = new Map<string, string>()
  readonly #feeds = new Map<string, ChatFeed>()
  readonly #listeners = new Set<OpenListener>()

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** The feed of a chat's session; `undefined` when it has none and nothing says of what to create one. */
  async of(chat: string, create?: unknown): Promise<ChatFeed | undefined> {
    const known = this.#sessions.get(chat)
    const asked = known ?? sessionOf(this.connection, chat, create)
    this.#sessions.set(chat, asked)
    let session: string | undefined
    try {
      session = await asked
    } finally {
      // What does not exist may exist later.
      if (session === undefined && this.#sessions.get(chat) === asked) this.#sessions.delete(chat)
    }
    if (session === undefined) return known === undefined || create === undefined ? undefined : this.of(chat, create)
    return this.open(chat, session)
  }

  /** The session of a chat, if it was found before. */
  known(chat: string): string | undefined {
    return isSessionId(chat) ? chat : this.#known.get(chat)
  }

  /** The feed of a chat whose session was found. */
  open(chat: string, session: string): ChatFeed {
    this.#known.set(chat, session)
    this.#sessions.set(chat, Promise.resolve(session))
    const feed = this.#feeds.get(session) ?? new ChatFeed(this.connection, session)
    this.#feeds.set(session, feed)
    for (const listener of [...this.#listeners]) listener(chat, feed)
    return feed
  }

  /** The same with a view as of now: what was accepted elsewhere a moment ago is in it. */
  async present(chat: string): Promise<ChatFeed | undefined> {
    const feed = await this.of(chat)
    if (feed === undefined) return undefined
    const { lastSeq } = await callSurely(this.connection, "sessions.get", { session: feed.session })
    await feed.reached(lastSeq)
    return feed
  }

  /** Tells a listener of each chat whose session is found; returns the function that ends it. */
  onOpen(listener: OpenListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

const shared = new WeakMap<Connection, ChatFeeds>()

/** The feeds of a connection. */
export function feedsOn(connection: Connection): ChatFeeds {
  const feeds = shared.get(connection) ?? new ChatFeeds(connection)
  shared.set(connection, feeds)
  return feeds
}
