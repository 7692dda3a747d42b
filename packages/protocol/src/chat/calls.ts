/**
 * What the calls of the RPC door take (docs/protocol/rules.md, J-1, J-2). Ids are plain strings: one that is none is refused with a typed
 * error, and a client's own schema stops nothing that the hub could explain.
 */
import * as Schema from "effect/Schema"
import { SendMode } from "../agent/message.ts"
import { HistoryCursor } from "./session-snapshot.ts"

const session = Schema.String
const words = Schema.optionalKey(Schema.String)
const number = Schema.optionalKey(Schema.Finite)

/** The WebSocket subprotocol of the door, version included; a client that offers none need not offer this one. */
export const RPC_PROTOCOL = "holdfast.rpc.1"

/** Where the door is. */
export const RPC_PATHS = ["/rpc", "/ws"] as const

/** Most bytes of values that a subscription has under way: the next ones follow the acknowledgement. */
export const RPC_CHUNK_MAX = 64 * 1024

/** A part of a message that a person sends; what is wrong with one, the hub says. */
const Part = Schema.Union([
  Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("file"), mediaType: Schema.String, url: Schema.String, filename: words }),
])

/** The payload of each call. */
export const CHAT_CALLS = {
  /** `after`: the last `seq` received, with the `log` that it is of. Without it the subscription begins with the state. */
  "chat.subscribe": Schema.Struct({
    session,
    after: number,
    log: words,
  }),
  /** With a key the message is sent once, however often the call is repeated. */
  "chat.send": Schema.Struct({
    session,
    text: words,
    parts: Schema.optionalKey(Schema.Array(Part)),
    mode: Schema.optionalKey(SendMode),
    key: words,
  }),
  "chat.interrupt": Schema.Struct({ session }),
  "chat.dequeue": Schema.Struct({ session, messageId: Schema.String }),
  /** With `history`, `messages` is the page before it. */
  "chat.getState": Schema.Struct({
    session,
    history: Schema.optionalKey(HistoryCursor),
    limit: number,
  }),
} as const

/** Name of a call. */
export type ChatCall = keyof typeof CHAT_CALLS
