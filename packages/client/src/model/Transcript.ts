/**
 * The transcript of an attached agent: core's, in cells (docs/protocol/rules.md, M-1, U-2).
 *
 * Consuming is not painting: an event goes into core's transcript at once, and the message of the streaming turn is worked out
 * once per frame.
 */
import { Transcript as Messages } from "@holdfast/core/agent/messages"
import type { TranscriptState } from "@holdfast/core/agent/messages"
import type { Event } from "@holdfast/protocol/event"
import type { Message, MessagePage } from "@holdfast/protocol/agent/message"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"
import { MessageList } from "./MessageList.ts"

/** Reads the page of messages before a cursor. */
export type ReadPage = (before: number) => Promise<MessagePage>

/** What there is before the first message that is here. */
export type Older = "unknown" | "none" | "more" | "loading"

/** A transcript as plain JSON, to be continued by another page. */
export interface SavedTranscript {
  /** Cursor of the page before it, or null. */
  readonly before: number | null
  readonly state: TranscriptState
}

/** What an agent's snapshot holds in place of a screen. */
interface AgentSnapshot extends Pick<TranscriptState, "messages" | "live"> {
  readonly before: number | null
}

const decoder = new TextDecoder()

/** Messages of one session. */
export class Transcript implements Source {
  readonly messages: MessageList
  readonly #frames: Frames
  readonly #older: Cell<Older>
  #core = new Messages()
  /** Cursors of the page before the last snapshot, and before everything that is here. */
  #start: number | null | undefined
  #before: number | null | undefined

  constructor(frames: Frames) {
    this.#frames = frames
    this.messages = new MessageList(frames)
    this.#older = new Cell<Older>(frames, "unknown")
  }

  /** Whether there are messages before the first one here. */
  get older(): Readable<Older> {
    return this.#older
  }

  /** Begins with the snapshot of an agent: what the log came to at `seq`. */
  snapshot(screen: Uint8Array, seq: number): void {
    const { messages, live, before } = JSON.parse(decoder.decode(screen)) as AgentSnapshot
    this.restore({ before, state: { lastSeq: seq, messages, unknown: 0, ...(live === undefined ? {} : { live }) } })
  }

  /** Begins with what `save` gave. */
  restore({ before, state }: SavedTranscript): void {
    this.#core = new Messages(state)
    this.messages.replace(state.messages)
    this.#start = before
    this.#page(before)
    this.#frames.mark(this)
  }

  /** The messages since the last snapshot, as plain JSON; `undefined` before the first one. */
  save(): SavedTranscript | undefined {
    return this.#start === undefined ? undefined : { before: this.#start, state: this.#core.toState() }
  }

  /** Takes the next event. */
  apply(event: Event): void {
    const { channel, type, seq } = event
    if ((channel !== "agent" && channel !== "message" && channel !== "turn") || seq <= this.#core.lastSeq) return
    const { unknown } = this.#core
    this.#core.apply(event)
    if (channel === "message" && type === "added" && this.#core.unknown === unknown) this.messages.store(addedBy(event))
    this.#frames.mark(this)
  }

  collect(): void {
    const live = this.#core.live()
    const isShown = live !== undefined && (live.parts.length > 0 || live.metadata !== undefined)
    this.messages.stream(isShown ? live : undefined)
  }

  /** Reads the page before the first message; settles when it is there. At the beginning nothing happens. */
  async loadOlder(read: ReadPage): Promise<void> {
    const before = this.#before
    if (this.#older.latest !== "more" || typeof before !== "number") return
    const core = this.#core
    this.#older.set("loading")
    try {
      const page = await read(before)
      // A snapshot that came meanwhile has another beginning.
      if (core !== this.#core) return
      this.messages.prepend(page.messages)
      this.#page(page.before)
    } catch (cause) {
      if (core === this.#core) this.#older.set("more")
      throw cause
    }
  }

  #page(before: number | null): void {
    this.#before = before
    this.#older.set(before === null ? "none" : "more")
  }
}

/** The message of a `message/added` event that core has taken. */
const addedBy = ({ data }: Event): Message => (data as unknown as { readonly message: Message }).message
