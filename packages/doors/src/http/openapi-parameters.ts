/** What the parameters of routes mean, and the numbers among them, which a URL has as text (docs/protocol/rules.md, H-27). */
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
  messageId: named("Whole id of the message"),
  requestId: named("Whole id of the permission request"),
  tokenId: named("Id of the token"),
  taskId: named("Whole id of the background task"),
  "idempotency-key": {
    description: "Idempotency key: the request is carried out once, however often it is sent with this key",
    example: "8e03978e-40d5",
  },
  key: {
    description: "Idempotency key: the request is carried out once, however often it is sent with this key",
    example: "8e03978e-40d5",
  },
  after: { description: "The last seq received; the events after it are returned", schema: seq, example: 0 },
  log: named("Identity of the log that the cursor belongs to"),
  limit: { description: "Maximum number of items", schema: { type: "integer", minimum: 1, maximum: 10_000 }, example: 50 },
  before: { description: "Cursor of the next older page", schema: { type: "integer", minimum: 1 }, example: 100 },
  channel: {
    description: "Only events of these channels; repeat the parameter, or separate names with commas",
    schema: { type: "array", items: { type: "string", enum: CHANNELS } },
  },
  type: {
    description: "Only events of these types; repeat the parameter, or separate names with commas",
    schema: { type: "array", items: text },
  },
  turn: named("Only events of this turn"),
  status: named("Only sessions with this status; all means active and archived (default: active)"),
  kind: named("Only sessions of this kind"),
  tag: { description: "Only sessions with this tag", example: "build" },
  owner: { description: "Only sessions created by this credential", example: "owner" },
  process: named("Only sessions whose process is in this state"),
  pinned: { description: "Only pinned sessions, or only others", schema: { type: "boolean" } },
  activeSince: { description: "Active at or after this time, in epoch milliseconds", schema: time },
  createdSince: { description: "Created at or after this time, in epoch milliseconds", schema: time },
  createdBefore: { description: "Created before this time, in epoch milliseconds", schema: time },
  q: { description: "Words that the label must contain, in any case", example: "make" },
  sort: named("Sort order: newest first, labels from A (default: last active first)"),
  cursor: named("The previous page's next"),
  name: { description: "An id, a unique beginning or end of one, or a label", example: "build" },
  format: named("cast: asciicast version 2; jsonl: one event per line; md: a Markdown transcript"),
  session: { description: "Whole id of the session", example: "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70" },
  credential: named("Public id of the credential"),
  nonce: named("Random text that the proof covers"),
  link: named("Secret of the one-time link"),
}

/** Parameters that mean something else on one route. */
const BY_ROUTE: Readonly<Record<string, Readonly<Record<string, Described>>>> = {
  "sessions.watch": {
    after: { description: "The id of the last event received (CHANGE@FEED), or a change number", schema: text },
  },
  "viewers.list": { session: named("Whole id of the session (default: all sessions)") },
  "rules.list": { session: named("Whole id of the session (default: the answers for all sessions)") },
  "sessions.list": {
    limit: { description: "Maximum number of items", schema: { type: "integer", minimum: 1, maximum: 1000 }, example: 50 },
  },
  "messages.list": {
    limit: { description: "Maximum number of items", schema: { type: "integer", minimum: 1, maximum: 1000 }, example: 50 },
  },
}

/** What is said of a parameter of an operation. */
export function describedParameter(operation: string, name: string): Described | undefined {
  return BY_ROUTE[operation]?.[name] ?? BY_NAME[name]
}
