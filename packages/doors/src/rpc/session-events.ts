/**
 * Events of a log as the RPC door tells them (docs/protocol/rules.md, J-3, J-6): `SessionEvent` as JSON text.
 *
 * Invariant: an event of the log makes one event here or none, whatever came before it, so that any seq is a cursor.
 */
import type { Message } from "@holdfast/protocol/agent/message"
import type { QueuedMessage } from "@holdfast/protocol/agent/queue"
import type { Event } from "@holdfast/protocol/event"
import { type EventData, type EventName, knownEvent, type KnownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { SessionEvent } from "@holdfast/protocol/chat/session-event"

/** The channels that are told of; on others there is nothing for a chat. */
export const CHAT_CHANNELS = ["session", "turn", "queue", "message", "agent", "permission"] as const

/** What of an event is the same for every subscriber: all but the place that it begins at. */
export interface ToldEvent {
  readonly seq: number
  readonly tag: string
  /** The fields behind `from`, as JSON without its opening brace. */
  readonly rest: string
  readonly bytes: number
}

type Tag = Exclude<SessionEvent["_tag"], "InitialState" | "Synced" | "Unknown">

/** Fields of an event beside its place and time; messages and chunks are as they are stored: the client's schema reads them. */
type Fields<T extends Tag> = {
  readonly [K in keyof Own<T>]: K extends "event"
    ? object
    : K extends "message"
      ? Message | QueuedMessage
      : Own<T>[K] | (object extends Pick<Own<T>, K> ? undefined : never)
}
type Own<T extends Tag> = Omit<Extract<SessionEvent, { readonly _tag: T }>, "_tag" | "from" | "seq" | "time">

/** What an event is called and what it says; fields that are undefined are left out of the text. */
type Made = { [T in Tag]: readonly [tag: T, fields: Fields<T>] }[Tag]

const MESSAGES = { user: "UserMessage", assistant: "AssistantMessage", system: "SystemMessage" } as const

const MAKERS: { readonly [N in EventName]?: (data: EventData[N]) => Made } = {
  "turn/started": ({ turn }) => ["SessionStarted", { turn }],
  "turn/interrupting": ({ turn, reason }) => ["SessionStopping", { turn, reason }],
  "turn/ended": ({ turn, outcome: reason, error, usage, model }) => ["SessionStopped", { turn, reason, error, usage, model }],
  "message/added": ({ message }) => [MESSAGES[message.role], { message }],
  "queue/added": ({ item: message, first }) => ["MessageQueued", { message, first }],
  "queue/removed": ({ messageId }) => ["MessageDequeued", { messageId, reason: "removed" }],
  "queue/taken": ({ messageId, turn }) => ["MessageDequeued", { messageId, reason: "taken", turn }],
  "queue/sent": ({ messageId, turn, steer }) => ["MessageSent", { messageId, turn, steer }],
  "queue/returned": ({ messageId, reason }) => ["MessageReturned", { messageId, reason }],
  "queue/uncertain": ({ messageId }) => ["MessageUncertain", { messageId }],
  "queue/edited": ({ messageId, parts }) => ["MessageEdited", { messageId, parts }],
  "queue/reordered": ({ order }) => ["QueueReordered", { order }],
  "queue/held": (hold) => ["QueueHeld", { hold }],
  "queue/released": () => ["QueueReleased", {}],
  "permission/asked": ({ request, turn, expiresAt }) => ["PermissionAsked", { request, turn, expiresAt }],
  "permission/answered": ({ requestId, decision }) => ["PermissionSettled", { requestId, outcome: "answered", decision }],
  "permission/expired": ({ requestId }) => ["PermissionSettled", { requestId, outcome: "expired" }],
  "permission/cancelled": ({ requestId, reason }) => ["PermissionSettled", { requestId, outcome: "cancelled", reason }],
  "session/renamed": ({ label }) => ["SessionRenamed", { label }],
  "session/archived": () => ["SessionArchived", {}],
  "session/restored": () => ["SessionRestored", {}],
  "session/deleted": ({ purgeAt }) => ["SessionDeleted", { purgeAt }],
}

/** What an event says; `undefined` where there is nothing to show, as of chunks that a message stands for. */
export function madeOf(event: Event): Made | undefined {
  if (event.channel === "agent") {
    const { type, turn, data } = event
    if (turn === undefined || type === "folded") return undefined
    return ["StreamEvent", { turn, event: { ...(data as object), type } }]
  }
  const known = knownEvent(event)
  if (known === undefined) return undefined
  const make = MAKERS[known.name] as ((data: KnownEvent["data"]) => Made) | undefined
  return make?.(known.data)
}

const told = new WeakMap<Uint8Array, ToldEvent | null>()

/** The event of a record. Subscribers of one tick share the record, and so the text that is made here. */
export function toldOf(record: Uint8Array): ToldEvent | null {
  const known = told.get(record)
  if (known !== undefined) return known
  const event = decodeRecord(readRecord(record, 0))
  const made = madeOf(event)
  const text = made === undefined ? null : toldEvent(event, made)
  told.set(record, text)
  return text
}

function toldEvent({ seq, time }: Event, [tag, fields]: Made): ToldEvent {
  const rest = JSON.stringify({ seq, time, ...fields }).slice(1)
  return { seq, tag, rest, bytes: Buffer.byteLength(rest) + tag.length + FRAME_BYTES }
}

/** Bytes around tag and rest: braces, names, the number `from`. */
const FRAME_BYTES = 40

/** The event for a subscriber that has everything before `from`. */
export function eventText({ tag, rest }: ToldEvent, from: number): string {
  return `{"_tag":"${tag}","from":${from},${rest}`
}
