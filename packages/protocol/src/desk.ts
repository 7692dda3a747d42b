/** What a person keeps of the work: drafts of messages, the layouts of clients, up to where sessions were seen (docs/protocol/rules.md, L-5, L-8 to L-10). */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"
import { DESK_MAX } from "./desk-limits.ts"
import { matching, uncontrolled, visible, wellFormed } from "./text.ts"

/** The version that a change was made from, which must be the one that is stored. */
const Expected = Schema.optionalKey(
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate(
    without("replace any version", "The version that it was made from; 0: there was none"),
  ),
)

/** A draft of the next message to a session. `version` is 0 and the text empty when there is none. Times are epoch milliseconds. */
export const Draft = Schema.Struct({
  session: Schema.String,
  version: Schema.Finite,
  time: Schema.Finite,
  text: Schema.String,
  /** What the client that wrote it keeps beside the text. */
  data: Schema.optionalKey(Schema.Json),
}).annotate({ identifier: "Draft" })
export type Draft = typeof Draft.Type

/** Body of `PUT …/draft`; an empty text without data removes the draft. */
export const PutDraft = Schema.Struct({
  text: Schema.String.check(Schema.isMaxLength(DESK_MAX.draft)),
  data: Schema.optionalKey(Schema.Json),
  version: Expected,
}).annotate({ identifier: "PutDraft" })
export type PutDraft = typeof PutDraft.Type

/** A draft in a list: the beginning of its text, and how long all of it is in characters. */
export const DraftHead = Schema.Struct({
  session: Schema.String,
  version: Schema.Finite,
  time: Schema.Finite,
  text: Schema.String,
  length: Schema.Finite,
}).annotate({ identifier: "DraftHead" })
export type DraftHead = typeof DraftHead.Type

/** The caller's drafts, the newest first. */
export const DraftList = Schema.Struct({ drafts: Schema.Array(DraftHead) }).annotate({ identifier: "DraftList" })

/** What was put: its version from now on, 0 for what was removed. */
export const DeskPut = Schema.Struct({ version: Schema.Finite, time: Schema.Finite }).annotate({ identifier: "DeskPut" })
export type DeskPut = typeof DeskPut.Type

/** Id of a client, as `Hello` has it. */
export const ClientId = Schema.String.check(
  matching(/^[\w-]{8,64}$/, "the id of a client has 8 to 64 letters of A to Z, digits, _ or -"),
)

/** Name of a client, for people who choose among layouts. */
const ClientName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100), wellFormed, uncontrolled, visible)

/** How a client has arranged its panes. `version` is 0 and `layout` null when it never did. */
export const ClientLayout = Schema.Struct({
  client: Schema.String,
  version: Schema.Finite,
  time: Schema.Finite,
  name: Schema.optionalKey(Schema.String),
  layout: Schema.Json,
}).annotate({ identifier: "ClientLayout" })
export type ClientLayout = typeof ClientLayout.Type

/** Body of `PUT /api/layouts/:client`. */
export const PutLayout = Schema.Struct({
  layout: Schema.Json.annotate({ description: "A tree of splits and tiles, as in packages/core/src/layout" }),
  name: Schema.optionalKey(ClientName),
  version: Expected,
}).annotate({ identifier: "PutLayout" })
export type PutLayout = typeof PutLayout.Type

/** The layouts of the caller's clients, the one that was changed last first. */
export const LayoutList = Schema.Struct({ layouts: Schema.Array(ClientLayout) }).annotate({ identifier: "LayoutList" })

/** Up to which seq the caller has seen a session. `number` grows with each change of the caller's marks. */
export const Seen = Schema.Struct({ session: Schema.String, seq: Schema.Finite, number: Schema.Finite }).annotate({
  identifier: "Seen",
})
export type Seen = typeof Seen.Type

/** Body of `PUT …/seen`. */
export const PutSeen = Schema.Struct({
  seq: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate(without("the last seq of the log"))),
  unread: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Set the mark back, to before seq or, without one, to before the session's news",
      default: false,
    }),
  ),
}).annotate({ identifier: "PutSeen" })
export type PutSeen = typeof PutSeen.Type

/** A page of the caller's marks in the order of their numbers; `head` is the highest number. */
export const SeenList = Schema.Struct({ marks: Schema.Array(Seen), head: Schema.Finite }).annotate({ identifier: "SeenList" })
export type SeenList = typeof SeenList.Type
