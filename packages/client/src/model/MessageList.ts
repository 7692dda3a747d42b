/**
 * The messages of a session in order, with a cell for each message and each of its parts (docs/protocol/rules.md, U-2).
 *
 * Invariants: stored messages in the order in which they were added, the streaming one last (M-1). A part that says the same
 * as before stays the same object, so what shows it need not be made again: not by the next delta, and not when the turn ends
 * and the stored message takes the place of the streaming one.
 */
import { sameJson } from "@holdfast/core/agent/same-json"
import type { MessagePart } from "@holdfast/core/agent/message-part"
import type { Message } from "@holdfast/protocol/agent/message"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"

/** Everything about a message but its parts, of which it has the number. */
export interface MessageHead extends Omit<Message, "parts"> {
  readonly parts: number
  readonly isStreaming: boolean
}

/** The cells of one message. */
export interface MessageCells {
  readonly head: Readable<MessageHead>
  readonly whole: Readable<Message>
  /** A part by its place. */
  readonly part: (index: number) => Readable<MessagePart | undefined>
}

const NONE: ReadonlyArray<never> = Object.freeze([])

class OneMessage implements MessageCells {
  readonly #frames: Frames
  readonly head: Cell<MessageHead>
  readonly whole: Cell<Message>
  readonly #parts: Array<Cell<MessagePart | undefined>> = []

  constructor(frames: Frames, message: Message, isStreaming: boolean) {
    this.#frames = frames
    const { parts } = message
    this.head = new Cell(frames, headOf(message, isStreaming))
    this.whole = new Cell(frames, frozen(message, parts))
    for (const [index, part] of partsOf(parts).entries()) this.#parts[index] = new Cell<MessagePart | undefined>(frames, part)
  }

  part(index: number): Cell<MessagePart | undefined> {
    return (this.#parts[index] ??= new Cell<MessagePart | undefined>(this.#frames, undefined))
  }

  /** Takes a later state of the message. */
  become(message: Message, isStreaming: boolean): void {
    const parts = partsOf(message.parts).map((part, index) => {
      const shown = this.part(index).latest
      // A streaming part that changed is another object; a stored message has none of the objects that were shown.
      return shown !== undefined && !isStreaming && sameJson(shown, part) ? shown : part
    })
    for (const [index, part] of parts.entries()) this.part(index).set(part)
    for (const cell of this.#parts.slice(parts.length)) cell.set(undefined)
    const head = headOf(message, isStreaming)
    if (!sameJson(head, this.head.latest)) this.head.set(head)
    this.whole.set(frozen(message, parts))
  }
}

/** Parts of a message as what they are: `Message` has them as JSON, since a later version may have others. */
const partsOf = (parts: ReadonlyArray<unknown>): ReadonlyArray<MessagePart> => parts as ReadonlyArray<MessagePart>

const frozen = (message: Message, parts: ReadonlyArray<unknown>): Message =>
  Object.freeze({ ...message, parts: Object.freeze([...parts]) as Message["parts"] })

function headOf({ parts, ...head }: Message, isStreaming: boolean): MessageHead {
  return Object.freeze({ ...head, parts: parts.length, isStreaming })
}

/** The messages of one session. */
export class MessageList implements Source {
  readonly #frames: Frames
  readonly #ids: Cell<ReadonlyArray<string>>
  readonly #all: Cell<ReadonlyArray<Message>>
  readonly #keys: Cell<ReadonlySet<string>>
  readonly #messages = new Map<string, OneMessage>()
  #stored: Array<string> = []
  #streaming: string | undefined
  #isOrderNew = false

  constructor(frames: Frames) {
    this.#frames = frames
    this.#ids = new Cell<ReadonlyArray<string>>(frames, NONE)
    this.#all = new Cell<ReadonlyArray<Message>>(frames, NONE)
    this.#keys = new Cell<ReadonlySet<string>>(frames, new Set())
  }

  /** Ids in order; the same array while no message comes or goes. */
  get ids(): Readable<ReadonlyArray<string>> {
    return this.#ids
  }

  /** Whole messages in order; those that did not change are the same objects. */
  get all(): Readable<ReadonlyArray<Message>> {
    return this.#all
  }

  /** The keys that the messages were sent with; the same set while no message comes or goes. */
  get keys(): Readable<ReadonlySet<string>> {
    return this.#keys
  }

  /** The cells of a message. */
  of(id: string): MessageCells | undefined {
    return this.#messages.get(id)
  }

  /** Puts a stored message in its place: the end, for a new one. */
  store(message: Message): void {
    if (this.#streaming === message.id) this.#streaming = undefined
    const isNew = this.#put(message, false)
    if (isNew || !this.#stored.includes(message.id)) this.#stored.push(message.id)
    this.#isOrderNew = true
  }

  /** Shows the message of the streaming turn, or with `undefined` that none streams. */
  stream(message: Message | undefined): void {
    if (this.#streaming !== undefined && this.#streaming !== message?.id) {
      this.#messages.delete(this.#streaming)
      this.#streaming = undefined
      this.#isOrderNew = true
      this.#frames.mark(this)
    }
    if (message === undefined) return
    if (this.#put(message, true) || this.#streaming === undefined) this.#isOrderNew = true
    this.#streaming = message.id
  }

  /** Puts an older page in front. */
  prepend(messages: ReadonlyArray<Message>): void {
    const older = messages.filter(({ id }) => !this.#messages.has(id))
    for (const message of older) this.#put(message, false)
    this.#stored = [...older.map(({ id }) => id), ...this.#stored]
    this.#isOrderNew = true
  }

  /** Replaces everything. What streams keeps its cells, which are shown, until `stream` says whether it still does. */
  replace(messages: ReadonlyArray<Message>): void {
    const kept = new Set(messages.map(({ id }) => id))
    if (this.#streaming !== undefined && kept.has(this.#streaming)) this.#streaming = undefined
    for (const id of [...this.#messages.keys()]) if (!kept.has(id) && id !== this.#streaming) this.#messages.delete(id)
    for (const message of messages) this.#put(message, false)
    this.#stored = [...kept]
    this.#isOrderNew = true
    this.#frames.mark(this)
  }

  collect(): void {
    if (this.#isOrderNew) return this.#collectAll()
    const whole = this.#streaming === undefined ? undefined : this.#messages.get(this.#streaming)?.whole.latest
    const { latest } = this.#all
    // Between two changes of the order only the streaming message changes, which is the last.
    if (whole !== undefined && latest.at(-1) !== whole) this.#all.set(Object.freeze([...latest.slice(0, -1), whole]))
  }

  #collectAll(): void {
    this.#isOrderNew = false
    const ids = this.#streaming === undefined ? this.#stored : [...this.#stored, this.#streaming]
    const before = this.#ids.latest
    if (ids.length !== before.length || ids.some((id, index) => id !== before[index])) {
      this.#ids.set(Object.freeze([...ids]))
      this.#keys.set(new Set(ids.flatMap((id) => this.#messages.get(id)?.head.latest.key ?? [])))
    }
    this.#all.set(Object.freeze(ids.flatMap((id) => this.#messages.get(id)?.whole.latest ?? [])))
  }

  /** Whether it is new. */
  #put(message: Message, isStreaming: boolean): boolean {
    const known = this.#messages.get(message.id)
    if (known === undefined) this.#messages.set(message.id, new OneMessage(this.#frames, message, isStreaming))
    else known.become(message, isStreaming)
    this.#frames.mark(this)
    return known === undefined
  }
}
