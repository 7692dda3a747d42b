/** What the parameters of routes mean, and the numbers among them, which a URL has as text (docs/PROTOCOL.md, H-27). */
import { CHANNELS } from "@holdfast/protocol/event"

/** A parameter as the description shows it; without a schema that of the definition. */
export interface Described {
  readonly description: string
  readonly schema?: object
  readonly example?: string | number
}

const seq = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const time = { type: "integer", minimum: 0 }
const text = { type: "string" }
const named = (description: string): Described => ({ description })

const BY_NAME: Readonly<Record<string, Described>> = {
  hash: named("SHA-256 of the file's bytes, in hexadecimal"),
  messageId: named("Id of the message, whole"),
  requestId: named("Id of the permission request, whole"),
  tokenId: named("Id of the token"),
  taskId: named("Id of the background task, whole"),
  "idempotency-key": { description: "The key of the request: with it once, however often it is sent", example: "8e03978e-40d5" },
  key: { description: "The key of the request: with it once, however often it is sent", example: "8e03978e-40d5" },
  after: { description: "The last seq that was received: what follows it is given", schema: seq, example: 0 },
  log: named("Identity of the log that the cursor is of"),
  limit: { description: "At most this many", schema: { type: "integer", minimum: 1, maximum: 10_000 }, example: 50 },
  before: { description: "Cursor of the next older page", schema: { type: "integer", minimum: 1 }, example: 100 },
  channel: {
    description: "Only events of these channels; several times, or several names with commas between",
    schema: { type: "array", items: { type: "string", enum: CHANNELS } },
  },
  type: {
    description: "Only events of these types; several times, or several names with commas between",
    schema: { type: "array", items: text },
  },
  turn: named("Only events of this turn"),
  status: named("Sessions with this status; all are the active and the archived ones; active without it"),
  kind: named("Sessions of this kind"),
  tag: { description: "Sessions with this tag", example: "build" },
  owner: { description: "Sessions that this credential made", example: "owner" },
  process: named("Sessions whose process is so"),
  pinned: { description: "Pinned sessions, or those that are not", schema: { type: "boolean" } },
  activeSince: { description: "Active at or after this time, in epoch milliseconds", schema: time },
  createdSince: { description: "Created at or after this time, in epoch milliseconds", schema: time },
  createdBefore: { description: "Created before this time, in epoch milliseconds", schema: time },
  q: { description: "Words that the label must have, in any case", example: "make" },
  sort: named("Order: newest first, labels A first; last active first without it"),
  cursor: named("next of the page before"),
  name: { description: "An id, a unique beginning or end of one, or a label", example: "build" },
  format: named("asciicast version 2, one event a line, or a Markdown transcript"),
  session: { description: "Id of the session, whole", example: "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70" },
  credential: named("Public id of the credential"),
  nonce: named("Random text that the proof is made over"),
  link: named("Secret of the one-time link"),
}

/** Parameters that mean something else on one route. */
const BY_ROUTE: Readonly<Record<string, Readonly<Record<string, Described>>>> = {
  "sessions.watch": {
    after: { description: "The id of the last event that was received, CHANGE@FEED, or a change number", schema: text },
  },
  "viewers.list": { session: named("Id of the session, whole; without it all of them") },
  "rules.list": { session: named("Id of the session, whole; without it the answers for all sessions") },
  "sessions.list": {
    limit: { description: "At most this many", schema: { type: "integer", minimum: 1, maximum: 1000 }, example: 50 },
  },
  "messages.list": {
    limit: { description: "At most this many", schema: { type: "integer", minimum: 1, maximum: 1000 }, example: 50 },
  },
}

/** What is said of a parameter of an operation. */
export const describedParameter = (operation: string, name: string): Described | undefined =>
  BY_ROUTE[operation]?.[name] ?? BY_NAME[name]
