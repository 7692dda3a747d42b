/**
 * One session that chats of a page read: one attachment for all of them, which comes back by itself (C-1), and a view of the
 * session with which a reader begins that comes later (docs/protocol/rules.md, I-7).
 */
import type { Followed } from "@holdfast/core/agent/turn-follower"
import type { Event } from "@holdfast/protocol/event"
import { decodeRecord } from "@holdfast/protocol/record"
import { Attachment } from "../Attachment.ts"
import type { Connection } from "../Connection.ts"
import { HoldfastError } from "../errors.ts"
import type { Item } from "../items.ts"
import { callSurely } from "./chat-calls.ts"
import { ChatReader } from "./ChatReader.ts"
import { SessionView } from "./SessionView.ts"

/** Milliseconds that an attachment is kept when no one reads: a view that is built twice leaves and comes back at once. */
const LINGER = 1000

/** What a listener hears of: the session as a whole, an event of it, or that a reader has read all. */
export type FeedNews =
  | { readonly _tag: "Shown" }
  | { readonly _tag: "Event"; readonly event: Event }
  | { readonly _tag: "Read" }
  | { readonly _tag: "Ended"; readonly error: HoldfastError | undefined }

/** Someone who waits until the view has the events up to a seq. */
interface Wait {
  readonly seq: number
  readonly resolve: () => void
}

/** The feed of one session. */
export class ChatFeed {
  readonly session: string
  readonly #connection: Connection
  /** Each with the transport that it is for. */
  readonly #readers = new Map<ChatReader, object>()
  /** Each with the transport whose chat it is bound to. */
  readonly #listeners = new Map<(news: FeedNews) => void, object>()
  #attachment: Attachment | undefined
  #cancelLinger: () => void = () => undefined
  readonly #waits = new Set<Wait>()
  #settling = false
  view = new SessionView()

  constructor(connection: Connection, session: string) {
    this.#connection = connection
    this.session = session
  }

  /** Whether a turn is being read for a transport. */
  isReading(turn: string, transport: object): boolean {
    return [...this.#readers].some(([{ follower }, owner]) => owner === transport && follower.turn === turn)
  }

  /** Begins to read for a transport; where its chat is bound, requests are answered while the stream is open. */
  read(followed: Followed, transport: object): ChatReader {
    const isBound = [...this.#listeners.values()].includes(transport)
    const reader = new ChatReader({ ...followed, endsToAsk: !isBound }, (closed) => {
      this.#readers.delete(closed)
      this.#tell({ _tag: "Read" })
      this.#left()
    })
    this.#readers.set(reader, transport)
    this.#needed()
    if (this.view.isReady) this.#show(reader)
    return reader
  }

  /** Tells a listener of everything, for a chat of a transport; returns the function that ends it. */
  listen(listener: (news: FeedNews) => void, transport: object): () => void {
    this.#listeners.set(listener, transport)
    this.#needed()
    if (this.view.isReady) listener({ _tag: "Shown" })
    return () => {
      this.#listeners.delete(listener)
      this.#left()
    }
  }

  /** Settles once the view has the events up to `seq`, or the session is not followed any more. */
  reached(seq: number): Promise<void> {
    return new Promise((resolve) => {
      const wait = { seq, resolve }
      this.#waits.add(wait)
      this.#needed()
      this.#arrived(wait)
    })
  }

  #needed(): void {
    this.#cancelLinger()
    if (this.#attachment !== undefined) return
    const attachment = new Attachment(this.#connection, { session: this.session, mode: "viewer" })
    this.#attachment = attachment
    const consumed = attachment.consume((item) => (this.#attachment === attachment ? this.#item(item) : undefined))
    consumed.catch((cause: unknown) => {
      if (this.#attachment !== attachment) return
      this.#over(cause instanceof HoldfastError ? cause : new HoldfastError("ProtocolBroken", String(cause)))
    })
  }

  #arrived(wait: Wait): void {
    if (this.#attachment !== undefined && (!this.view.isReady || this.view.seq < wait.seq)) return
    this.#waits.delete(wait)
    wait.resolve()
    this.#left()
  }

  #left(): void {
    if (this.#readers.size > 0 || this.#listeners.size > 0 || this.#waits.size > 0) return
    this.#cancelLinger()
    this.#cancelLinger = this.#connection.timers.after(LINGER, () => this.#detach())
  }

  #detach(): void {
    this.#cancelLinger()
    const attachment = this.#attachment
    this.#attachment = undefined
    this.view = new SessionView()
    for (const wait of [...this.#waits]) this.#arrived(wait)
    attachment?.detach()
  }

  #item(item: Item): Promise<void> | void {
    switch (item._tag) {
      case "Attached":
        return this.view.attached(item.session)
      case "Snapshot":
        this.view.snapshot(item.seq, item.screen)
        return this.view.isBehind ? this.#recorded() : this.#shown()
      case "Event": {
        const event = decodeRecord(item.record)
        this.view.event(event)
        for (const reader of [...this.#readers.keys()]) reader.follower.event(event)
        this.#tell({ _tag: "Event", event })
        this.#settleSoon()
        for (const wait of [...this.#waits]) this.#arrived(wait)
        return this.#room()
      }
      case "Ended":
        return this.#over(item.error)
      default:
    }
  }

  #over(error: HoldfastError | undefined): void {
    for (const reader of [...this.#readers.keys()]) reader.follower.fail(error?.message ?? "the session is not followed any more")
    this.#attachment = undefined
    this.view = new SessionView()
    for (const wait of [...this.#waits]) this.#arrived(wait)
    this.#tell({ _tag: "Ended", error })
  }

  /** The record is older than the snapshot: what came between is in neither, and in no event. */
  async #recorded(): Promise<void> {
    const { view } = this
    view.attached(await callSurely(this.#connection, "sessions.get", { session: this.session }))
    if (this.view === view) this.#shown()
  }

  #shown(): void {
    this.view.isReady = true
    for (const reader of [...this.#readers.keys()]) this.#show(reader)
    for (const wait of [...this.#waits]) this.#arrived(wait)
    this.#tell({ _tag: "Shown" })
  }

  #show(reader: ChatReader): void {
    reader.follower.snapshot(this.view.shown, this.view)
    reader.follower.settle()
    reader.looked()
  }

  /** What came together is looked at together: a rule may answer a request in the same frame. */
  #settleSoon(): void {
    if (this.#settling || ![...this.#readers.keys()].some(({ follower }) => follower.mayAsk)) return
    this.#settling = true
    this.#connection.timers.after(0, () => {
      this.#settling = false
      for (const reader of [...this.#readers.keys()]) reader.follower.settle()
    })
  }

  #room(): Promise<void> | undefined {
    const full = [...this.#readers.keys()].flatMap((reader) => reader.room() ?? [])
    return full.length === 0 ? undefined : Promise.all(full).then(() => undefined)
  }

  #tell(news: FeedNews): void {
    for (const listener of [...this.#listeners.keys()]) listener(news)
  }
}
