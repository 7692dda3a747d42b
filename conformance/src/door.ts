/**
 * What the suite needs of a door: to attach from a cursor, to be cut off, to stop reading, and to send.
 *
 * An adapter says what the door said and nothing else: it repairs no order, drops no duplicate and invents no end. One made of a
 * client library that resumes by itself may let its reader continue after a cut.
 */

/** An event of the log under its seq. */
export interface EventItem {
  readonly kind: "event"
  readonly seq: number
  /** First seq of the range that it stands for; `seq` where the event names none. */
  readonly from: number
  /** `channel/type`, as in the log. */
  readonly name: string
  readonly data?: unknown
}

/** What stands for the log up to `seq`. */
export interface SnapshotItem {
  readonly kind: "snapshot"
  readonly seq: number
  readonly reason: string
}

/** Everything up to `seq` was handed out; what follows is live. */
export interface SyncedItem {
  readonly kind: "synced"
  readonly seq: number
}

/** A message as the door shows it now; `done` once the door's own mark says that its turn is over. */
export interface MessageItem {
  readonly kind: "message"
  readonly message: ShownMessage
  readonly done: boolean
}

/** Why nothing follows: the door's own error or end mark, or `ConnectionLost` where its connection broke off. */
export interface EndedItem {
  readonly kind: "ended"
  readonly tag: string
  readonly message: string
}

/** One thing that a reader is given, in the door's order. */
export type DoorItem = EventItem | SnapshotItem | SyncedItem | MessageItem | EndedItem

/** A message of the transcript, as far as it is compared: its id and its parts. */
export interface ShownMessage {
  readonly id: string
  readonly parts: ReadonlyArray<unknown>
}

/** A reader of one session. */
export interface DoorReader {
  /** The next item. `undefined`: the stream ended without a word, which no door may do in a turn. */
  readonly next: () => Promise<DoorItem | undefined>
  /** Breaks the connection under the reader, as a network does. */
  readonly cut: () => void
  /** Stops taking bytes from the connection, which stays open; `resume` continues. */
  readonly pause: () => void
  readonly resume: () => void
  /** Leaves, as a well-behaved client does. */
  readonly close: () => void | Promise<void>
}

/** How to attach. Without a cursor a reader begins with what is on the screen. */
export interface AttachWith {
  readonly session: string
  readonly token: string
  readonly after?: number
  /** Log that the cursor is of. */
  readonly log?: string
  /** Only events of this channel, at a door that `filters`. */
  readonly channel?: string
}

/** A message to send, or a text to type. */
export interface SendWith {
  readonly session: string
  readonly token: string
  readonly text: string
  readonly key: string
}

/** A route or an upgrade by which the door is reached: the guard must stand in front of each. */
export interface Entry {
  readonly method: string
  /** Path with its query; `:session` stands for a session's id. */
  readonly path: string
  /** Subprotocols that are offered; present for an upgrade to a WebSocket. */
  readonly upgrade?: ReadonlyArray<string>
  /** A body, sent as `content-type` says; JSON without it. */
  readonly body?: string
  readonly contentType?: string
}

/** A door. */
export interface DoorUnderTest {
  readonly name: string
  /** What its readers are given: events of the log under their seq, or the messages that these come to. */
  readonly shows: "events" | "messages"
  readonly entries: ReadonlyArray<Entry>
  /** Attaches a reader. Fails with `DoorRefused` when the door refuses. */
  readonly attach: (request: AttachWith) => Promise<DoorReader>
  /** Sends a message and gives the door's answer. Fails with `DoorRefused`. Absent for a door that only reads. */
  readonly send?: (request: SendWith) => Promise<unknown>
  /** Types a text into a terminal. Absent for a door that does not type. */
  readonly type?: (request: SendWith) => Promise<unknown>
  /** What is typed has no key: the door's numbers keep it from being typed twice. */
  readonly typesByNumber?: true
  /** Its readers ask again and again, each time from a cursor: at any of them a folded turn may stand for what they have of it. */
  readonly isAsked?: true
  /** Its readers may ask for one channel alone. */
  readonly filters?: true
  /** Ends what the adapter holds on to. */
  readonly close?: () => void | Promise<void>
}

/** The door refused: the tag of its error, and its words. */
export class DoorRefused extends Error {
  readonly tag: string

  constructor(tag: string, message: string) {
    super(message)
    this.name = "DoorRefused"
    this.tag = tag
  }
}

/** The refusal in an error body `{"error": {tag, message}}`; anything else is a `ProtocolBroken`. */
export function refusalIn(body: unknown, what: string): DoorRefused {
  const { error } = (typeof body === "object" && body !== null ? body : {}) as { readonly error?: unknown }
  const { tag, message } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>
  if (typeof tag === "string" && typeof message === "string") return new DoorRefused(tag, message)
  return new DoorRefused("ProtocolBroken", `${what} is not an error of the contract: ${JSON.stringify(body)?.slice(0, 300)}`)
}
