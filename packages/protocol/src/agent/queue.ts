/** The queue of a session: messages that the agent has not confirmed yet. */
import * as Schema from "effect/Schema"
import { InputPart, SendMode } from "./message.ts"

/** Most messages that wait in one session, and most bytes of them all together as JSON; beyond either a message is `Busy`. */
export const QUEUE_MAX = 200
export const QUEUE_MAX_BYTES = 4 * 1024 * 1024

const sent = {
  id: Schema.String,
  parts: Schema.Array(InputPart),
  mode: SendMode,
  by: Schema.String,
  at: Schema.Finite,
  /** The key that it was sent with, by which its sender recognises it. */
  key: Schema.optionalKey(Schema.String),
}

/** A message as it was put into the queue, whole. */
export const QueuedMessage = Schema.Struct({ ...sent, status: Schema.Literal("waiting") }).annotate({
  identifier: "QueuedMessage",
})
export type QueuedMessage = typeof QueuedMessage.Type

/**
 * A message in the queue. `waiting`: not handed over. `sent`: handed over, not confirmed. `uncertain`: the agent died
 * between hand-over and confirmation; a person decides whether it is sent again or dropped. `parts` are the beginning of the
 * message when it is `cut`; all of it lies in the event `seq`, with `bytes` as JSON.
 */
export const QueueItem = Schema.Struct({
  ...sent,
  status: Schema.Literals(["waiting", "sent", "uncertain"]),
  bytes: Schema.Finite,
  seq: Schema.Finite,
  cut: Schema.optionalKey(Schema.Boolean),
  edited: Schema.optionalKey(Schema.Boolean),
  /** The turn for which it was handed over. */
  turn: Schema.optionalKey(Schema.String),
  /** It was put into a turn that was already streaming. */
  steer: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "QueueItem" })
export type QueueItem = typeof QueueItem.Type

/** Body of `PATCH …/queue/:messageId`. */
export const EditMessage = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  parts: Schema.optionalKey(Schema.Array(InputPart).check(Schema.isMaxLength(64))),
}).annotate({ identifier: "EditMessage" })

export type EditMessage = typeof EditMessage.Type

/** Body of `POST …/queue/:messageId/send`: what becomes of a turn that is streaming. */
export const SendQueued = Schema.Struct({ mode: Schema.Literals(["steer", "interrupt"]) }).annotate({ identifier: "SendQueued" })

/** Body of `PUT …/queue`: ids of all waiting messages in their new order. */
export const ReorderQueue = Schema.Struct({ order: Schema.Array(Schema.String).check(Schema.isMaxLength(QUEUE_MAX)) }).annotate({
  identifier: "ReorderQueue",
})

/** Body of `POST …/queue/:messageId/resolve`: what happens to an uncertain message. */
export const ResolveMessage = Schema.Struct({ action: Schema.Literals(["again", "drop"]) }).annotate({
  identifier: "ResolveMessage",
})
