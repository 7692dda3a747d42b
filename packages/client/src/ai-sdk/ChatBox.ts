/**
 * Messages of chats in an outbox: kept until the hub has them, whatever ends the page (docs/protocol/rules.md, I-11).
 *
 * Invariant: a message is stored under its id before it is sent. While a chat has no session that is known, its messages stand
 * behind the create of one, whose key is the chat's; if the hub has the session by another create, they are redirected to it.
 */
import { CHAT_ID_PROBLEM, chatKey, chatOfKey, chatTag, isChatId } from "@holdfast/core/agent/chat-id"
import { HoldfastError } from "../errors.ts"
import { createOf, offlineId } from "../outbox/item.ts"
import type { OutboxAnswer, OutboxInput, OutboxItem } from "../outbox/item.ts"
import { offlineMessages } from "../outbox/optimistic.ts"
import type { OfflineMessage } from "../outbox/optimistic.ts"
import type { Entry, Outbox } from "../outbox/Outbox.ts"
import type { ChatFeed } from "./ChatFeed.ts"
import type { ChatFeeds } from "./ChatFeeds.ts"
import type { ChatRequest } from "./chat-request.ts"

type Sent = OutboxAnswer<"messages.send">
type Create = Omit<OutboxInput<"sessions.create">, "kind">
type Say = Extract<ChatRequest, { readonly _tag: "Send" }>

/** A message that is stored. */
export interface KeptMessage {
  /** The feed of its session, once there is one. */
  readonly feed: Promise<ChatFeed>
  /** The hub's answer; fails with why the message was refused, or with `Cancelled`. */
  readonly sent: Promise<Sent>
}

const isTagged = (error: unknown, tag: string): boolean => error instanceof HoldfastError && error.tag === tag

/** The box of a transport. */
export class ChatBox {
  readonly #feeds: ChatFeeds
  readonly #outbox: Promise<Outbox>
  readonly #listeners = new Set<() => void>()
  /** What is shown already and still being stored. */
  readonly #storing = new Map<string, Promise<unknown>>()
  #opened: Outbox | undefined
  #redirecting: Promise<void> | undefined

  constructor(feeds: ChatFeeds, outbox: Outbox | PromiseLike<Outbox>) {
    this.#feeds = feeds
    this.#outbox = Promise.resolve(outbox).then((opened) => {
      this.#opened = opened
      opened.listen(() => this.#changed())
      this.#changed()
      return opened
    })
    // Whoever sends or listens is told.
    this.#outbox.catch(() => undefined)
  }

  /** Calls back after each change, and `failed` if the outbox cannot be opened; returns the function that ends it. */
  listen(listener: () => void, failed: (error: HoldfastError) => void): () => void {
    this.#listeners.add(listener)
    this.#outbox.catch((error: unknown) => (this.#listeners.has(listener) ? failed(error as HoldfastError) : undefined))
    return () => this.#listeners.delete(listener)
  }

  /** Stores a message, for the chat's session or one that `create` describes; fails with `OutboxFull` or `OutboxNotStored`. */
  async keep(chat: string, { key, mode, parts }: Say, create: object = {}): Promise<KeptMessage> {
    const outbox = await this.#outbox
    const session = this.#feeds.known(chat)
    const made = session === undefined ? await this.#create(outbox, chat, create as Create) : undefined
    const send = (to: string): Entry<Sent> => outbox.send(to, { mode, parts: [...parts] }, { id: key })
    const entry = send(session ?? offlineId(chatKey(chat)))
    this.#storing.set(
      key,
      entry.stored.catch(() => undefined),
    )
    await entry.stored.finally(() => this.#storing.delete(key))
    const sent = entry.done.catch(async (error: unknown) => {
      if (!isTagged(error, "SessionNotCreated")) throw error
      await this.#redirect(outbox)
      const to = this.#item(key)?.session
      // It waits for another session now, or it failed for good.
      if (to === undefined || createOf(to) !== undefined || to === session) throw error
      return send(to).done
    })
    const feed = session === undefined ? made?.feed : this.#feeds.open(chat, session)
    // The feed may fail first, and then no one asks for this.
    sent.catch(() => undefined)
    return { feed: Promise.resolve(feed as ChatFeed | Promise<ChatFeed>), sent }
  }

  /** The messages of a chat that the hub has not accepted, in order, without those that are shown by their keys. */
  unsent(chat: string, shown: () => ReadonlySet<string>): ReadonlyArray<OfflineMessage> {
    const sessions = new Set([offlineId(chatKey(chat)), this.#feeds.known(chat)])
    const own = this.#items.filter(({ operation, session }) => operation === "messages.send" && sessions.has(session))
    const waiting = own.flatMap((item) => offlineMessages(item.session, { items: [item] }))
    if (waiting.length === 0) return waiting
    const keys = shown()
    return waiting.filter(({ key }) => !keys.has(key))
  }

  /** Whether a message is in the box no more. */
  isDropped(id: string): boolean {
    return this.#opened !== undefined && this.#item(id) === undefined
  }

  /** The session that a create in the box has made for a chat. */
  madeFor(chat: string): string | undefined {
    return (this.#item(chatKey(chat))?.answer as { readonly id: string } | undefined)?.id
  }

  /** Sends a message that failed again, and creates its session again if that failed. */
  async retry(id: string): Promise<void> {
    const outbox = await this.#outbox
    const create = createOf(this.#item(id)?.session ?? "")
    if (create !== undefined) await outbox.retry(create)
    await outbox.retry(id)
  }

  /** Takes a message out of the box. */
  async drop(id: string): Promise<void> {
    const outbox = await this.#outbox
    await this.#storing.get(id)
    if ((await outbox.clear(id)) === 0) await outbox.cancel(id)
  }

  /** Stores the create of a chat's session; one that is stored already is the same. */
  async #create(outbox: Outbox, chat: string, create: Create): Promise<{ readonly feed: Promise<ChatFeed> }> {
    if (!isChatId(chat)) throw new HoldfastError("BadRequest", CHAT_ID_PROBLEM, { field: "id" })
    const id = chatKey(chat)
    await outbox.retry(id)
    const tags = [...(create.tags ?? []), chatTag(chat)]
    const entry = outbox.add("sessions.create", { ...create, kind: "agent", tags }, { id })
    await entry.stored
    const feed = entry.done.then(
      (made) => this.#feeds.open(chat, made.id),
      async (error: unknown) => {
        const other = isTagged(error, "KeyConflict") ? await this.#feeds.of(chat) : undefined
        if (other === undefined) throw error
        return other
      },
    )
    // It may fail before the message behind it is stored.
    feed.catch(() => undefined)
    return { feed }
  }

  /** Sends what waited for a create to the session that another create has made first. */
  #redirect(outbox: Outbox): Promise<void> {
    this.#redirecting ??= this.#redirectAll(outbox).finally(() => (this.#redirecting = undefined))
    return this.#redirecting
  }

  async #redirectAll(outbox: Outbox): Promise<void> {
    const tried = new Set<string>()
    for (let item = this.#stranded(tried); item !== undefined; item = this.#stranded(tried)) {
      tried.add(item.id)
      const other = await this.#feeds.of(item.chat)
      if (other !== undefined) await outbox.redirect(item.id, other.session)
    }
  }

  #stranded(tried: ReadonlySet<string>): { readonly id: string; readonly chat: string } | undefined {
    for (const { error, id, session, status } of this.#items) {
      const create = createOf(session)
      if (create === undefined || status !== "failed" || error?.tag !== "SessionNotCreated" || tried.has(id)) continue
      const chat = chatOfKey(create)
      if (chat !== undefined && this.#item(create)?.error?.tag === "KeyConflict") return { id, chat }
    }
    return undefined
  }

  get #items(): ReadonlyArray<OutboxItem> {
    return this.#opened?.state.items ?? []
  }

  #item(id: string): OutboxItem | undefined {
    return this.#items.find((item) => item.id === id)
  }

  #changed(): void {
    // Where the hub cannot be asked, they stay failed, with the reason.
    if (this.#opened !== undefined) this.#redirect(this.#opened).catch(() => undefined)
    for (const listener of [...this.#listeners]) listener()
  }
}
