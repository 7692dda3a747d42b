/** Sessions as every door shows them, and the requests about them. */
import * as Schema from "effect/Schema"
import { AgentName, AgentState } from "./agent/agent.ts"
import { FirstMessage } from "./agent/message.ts"
import { PermissionRequest } from "./agent/permission.ts"
import { QueueItem } from "./agent/queue.ts"
import { TERMINAL_SIZE } from "./terminal-size.ts"
import { Activity, Task } from "./agent/task.ts"
import { ForkedFrom } from "./forked-from.ts"
import { SessionId, UserId } from "./ids.ts"
import { CREATORS } from "./creators.ts"
import { SESSION_KINDS } from "./session-kinds.ts"
import { SIGNALS } from "./signals.ts"
import { without } from "./field-default.ts"
import { TerminalCommand, TerminalProgram } from "./terminal-program.ts"
import { matching, visible, wellFormed, withoutNul } from "./text.ts"

/** The kinds of session that this version offers: those that can be asked for. */
export const SessionKindName = Schema.Literals(SESSION_KINDS)
export type SessionKindName = typeof SessionKindName.Type

/** A kind of session as a record names it: a server of another version may have more than this one offers. */
const KindName = Schema.String.check(
  matching(/^[a-z][a-z0-9-]{0,31}$/, "a kind of session has 1 to 32 of a to z, digits and -, and begins with a letter"),
)

/** Where a session is in its life. A deleted one is in the trash until it is purged. */
export const SessionStatus = Schema.Literals(["active", "archived", "deleted"])
export type SessionStatus = typeof SessionStatus.Type

/** What kind of client a session was created with, as that client said. */
export const CreatedBy = Schema.Literals(CREATORS)
export type CreatedBy = typeof CreatedBy.Type

/** State of the session's child. `starting`: handed to a runner, not yet confirmed. */
export const ProcessState = Schema.Literals(["none", "starting", "running", "exited", "failed", "lost"])
export type ProcessState = typeof ProcessState.Type

/** Columns or rows of a terminal. */
export const Cells = Schema.Int.check(Schema.isBetween(TERMINAL_SIZE))

/** A label: 1 to 200 characters, one of them visible, without control characters and lone surrogates (row:A1, check:S10). */
export const Label = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(200),
  // oxlint-disable-next-line no-control-regex
  matching(/^[^\u0000-\u001f\u007f-\u009f]*$/, "a label has no control characters"),
  wellFormed,
  visible,
)

/** A tag: 1 to 64 characters of letters, digits, `.`, `_`, `-`, `:` and `/`. */
export const Tag = Schema.String.check(
  matching(/^[\p{L}\p{N}._:/-]{1,64}$/u, "a tag has 1 to 64 letters, digits or ._:/- and no blanks"),
  visible,
)

/** Limits of a session's metadata: how many entries, longest name and value in characters, and all of them in bytes. */
export const METADATA_MAX = { entries: 32, name: 64, value: 512, bytes: 8192 } as const

/** Name of an entry of the metadata: 1 to 64 letters, digits, `.`, `_`, `-`, `:` and `/`. */
export const MetadataName = Schema.String.check(
  matching(/^[A-Za-z0-9._:/-]{1,64}$/, "a name in metadata has 1 to 64 letters, digits or ._:/-"),
)

/** Value of an entry: text of up to 512 characters, without control characters and lone surrogates. */
export const MetadataValue = Schema.String.check(
  Schema.isMaxLength(METADATA_MAX.value),
  // oxlint-disable-next-line no-control-regex
  matching(/^[^\u0000-\u001f\u007f-\u009f]*$/, "a value in metadata has no control characters"),
  wellFormed,
)

/** What a program notes about a session, by names of its own choice. */
export const Metadata = Schema.Record(Schema.String, MetadataValue).check(Schema.isPropertyNames(MetadataName))
export type Metadata = typeof Metadata.Type

/** A filter `NAME=VALUE`: the session has an entry of this name with this value. */
export const MetadataFilter = Schema.String.check(
  matching(/^[A-Za-z0-9._:/-]{1,64}=/, "a filter by metadata is NAME=VALUE"),
  Schema.isMaxLength(METADATA_MAX.name + 1 + METADATA_MAX.value),
)

/** A client-chosen idempotency key, 1 to 200 printable ASCII characters. */
export const Key = Schema.String.check(
  matching(/^[\x21-\x7e]{1,200}$/, "a key has 1 to 200 printable ASCII characters and no blanks"),
)

/** The terminal part of a session's record. */
export const TerminalState = Schema.Struct({
  command: Schema.String,
  args: Schema.Array(Schema.String),
  cwd: Schema.String,
  term: Schema.String,
  cols: Schema.Int,
  rows: Schema.Int,
  title: Schema.String,
  resizedAt: Schema.optionalKey(Schema.Finite),
  pid: Schema.optionalKey(Schema.Int),
  typist: Schema.optionalKey(Schema.Struct({ client: Schema.String, name: Schema.String, seat: Schema.String })),
  /** What its program reports of itself; absent when that is nothing. */
  program: Schema.optionalKey(TerminalProgram),
  lastCommand: Schema.optionalKey(TerminalCommand),
}).annotate({ identifier: "TerminalState" })
export type TerminalState = typeof TerminalState.Type

/** What a person should know of a session: where in the log it is, and when it came. */
export const News = Schema.Struct({
  seq: Schema.Finite,
  time: Schema.Finite,
  what: Schema.Literals(["finished", "failed"]),
}).annotate({ identifier: "News" })
export type News = typeof News.Type

/** A session's record (docs/protocol/rules.md, H-3). Times are epoch milliseconds. */
export const Session = Schema.Struct({
  id: SessionId,
  version: Schema.Int,
  kind: KindName,
  label: Schema.String,
  /** Name of the session's directory: a readable form of the label that it was created with, then the id. */
  directory: Schema.String,
  status: SessionStatus,
  tags: Schema.Array(Schema.String),
  pinned: Schema.Boolean,
  /** What programs noted about it; absent when that is nothing. */
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  owner: UserId,
  /** Kind of client that it was created with; absent where that did not say. */
  createdBy: Schema.optionalKey(CreatedBy),
  forkedFrom: Schema.optionalKey(ForkedFrom),
  createdAt: Schema.Finite,
  updatedAt: Schema.Finite,
  lastActiveAt: Schema.Finite,
  archivedAt: Schema.optionalKey(Schema.Finite),
  deletedAt: Schema.optionalKey(Schema.Finite),
  purgeAt: Schema.optionalKey(Schema.Finite),
  firstSeq: Schema.Finite,
  lastSeq: Schema.Finite,
  /** Position of the record's last change in the feed of sessions. */
  change: Schema.Finite,
  turn: Schema.Struct({
    status: Schema.Literals(["idle", "streaming"]),
    id: Schema.optionalKey(Schema.String),
    startedAt: Schema.optionalKey(Schema.Finite),
    /** An interrupt was requested and has not ended the turn yet. */
    interrupting: Schema.optionalKey(Schema.Boolean),
    /** Time of the agent's last sign of life, once it counts as silent; epoch milliseconds. */
    silentSince: Schema.optionalKey(Schema.Finite),
  }),
  process: ProcessState,
  exitCode: Schema.optionalKey(Schema.Int),
  signal: Schema.optionalKey(Schema.String),
  /** Why the process failed or was lost, in words. */
  problem: Schema.optionalKey(Schema.String),
  /** The last thing that a person should know of: a turn or a process that ended otherwise than by a person, or failed. */
  news: Schema.optionalKey(News),
  /** Up to which seq the caller has seen the session; in lists and in answers to `sessions.get` alone, absent when that is nothing. */
  seen: Schema.optionalKey(Schema.Finite),
  queue: Schema.Array(QueueItem),
  permissions: Schema.Array(PermissionRequest),
  /** What an agent does; of a terminal what its program reports, absent when that is nothing. */
  activity: Schema.optionalKey(Activity),
  /** Running background tasks of an agent; absent when there are none. */
  tasks: Schema.optionalKey(Schema.Array(Task)),
  terminal: Schema.optionalKey(TerminalState),
  agent: Schema.optionalKey(AgentState),
}).annotate({ identifier: "Session" })
export type Session = typeof Session.Type

/** Longest argument list of a terminal, in entries, and longest text of one entry, in characters. */
const Arg = Schema.String.check(Schema.isMaxLength(131_072), wellFormed, withoutNul)

/** A variable's value; names and values that no program can be given are refused by the hub. */
const Value = Schema.String.check(Schema.isMaxLength(131_072))

/** The environment that a process inherits. */
const Environment = Schema.Record(Schema.String, Value).annotate(
  without("the hub's environment, with the variables of a login as the last client that sent some had them"),
)

/** Variables of a login by name, such as `SSH_AUTH_SOCK`. */
export const Refreshed = Schema.Record(Schema.String, Schema.String.check(Schema.isMaxLength(4096)))

/**
 * Body of `POST /api/sessions`. Without a command a terminal gets the user's shell; without a name an agent session gets
 * the default agent. `options` belong to agents. Without a label a terminal is called as its command, and an agent session
 * as its agent until its first message names it.
 */
export const CreateSession = Schema.Struct({
  kind: SessionKindName,
  agent: Schema.optionalKey(AgentName.annotate(without("the setting `agent`; if that is empty, `scripted`"))),
  command: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, withoutNul).annotate(
      without("the user's shell"),
    ),
  ),
  args: Schema.optionalKey(Schema.Array(Arg).check(Schema.isMaxLength(4096)).annotate({ default: [] })),
  env: Schema.optionalKey(Schema.Record(Schema.String, Value)),
  /** The environment of the caller, which the terminal or the agent inherits in place of the hub's; it is in no event and no part of what a key stands for. */
  environment: Schema.optionalKey(Environment),
  cwd: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(4096), wellFormed, withoutNul).annotate(
      without("the home directory of the user who runs the hub, from which a relative path counts too"),
    ),
  ),
  cols: Schema.optionalKey(Cells.annotate({ default: 80 })),
  rows: Schema.optionalKey(Cells.annotate({ default: 24 })),
  term: Schema.optionalKey(
    Schema.String.check(matching(/^[\w.+-]{1,64}$/, "a terminal type has 1 to 64 letters of A to Z, digits or ._+-")).annotate({
      default: "xterm-256color",
    }),
  ),
  label: Schema.optionalKey(
    Label.annotate(without("the command; for an agent its name, until its first message gives the session a label")),
  ),
  tags: Schema.optionalKey(Schema.Array(Tag).check(Schema.isMaxLength(64)).annotate({ default: [] })),
  metadata: Schema.optionalKey(Metadata.annotate({ default: {} })),
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  /** Of an agent: sent with the creation, in one step. */
  message: Schema.optionalKey(FirstMessage),
  /** No part of what a key stands for. */
  createdBy: Schema.optionalKey(CreatedBy.annotate(without("what the connection said in `Hello`"))),
  key: Schema.optionalKey(Key),
  /** false: answer as soon as the session is durable. Otherwise once its process runs, or with the error of its start. */
  wait: Schema.optionalKey(Schema.Boolean.annotate({ default: true })),
}).annotate({ identifier: "CreateSession" })
export type CreateSession = typeof CreateSession.Type

/**
 * Body of `PATCH /api/sessions/:id`; with a key the change is made once. Entries of `metadata` replace those of the same name,
 * `null` removes one, and those that are not named stay.
 */
export const UpdateSession = Schema.Struct({
  label: Schema.optionalKey(Label),
  tags: Schema.optionalKey(Schema.Array(Tag).check(Schema.isMaxLength(64))),
  pinned: Schema.optionalKey(Schema.Boolean),
  metadata: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.NullOr(MetadataValue)).check(Schema.isPropertyNames(MetadataName)),
  ),
  key: Schema.optionalKey(Key),
}).annotate({ identifier: "UpdateSession" })
export type UpdateSession = typeof UpdateSession.Type

/** Body of `POST /api/sessions/:id/restart`; `environment` as in `CreateSession`, the size as it was when absent. */
export const RestartSession = Schema.Struct({
  key: Schema.optionalKey(Key),
  cols: Schema.optionalKey(Cells.annotate(without("as it was"))),
  rows: Schema.optionalKey(Cells.annotate(without("as it was"))),
  environment: Schema.optionalKey(Environment),
}).annotate({ identifier: "RestartSession" })
export type RestartSession = typeof RestartSession.Type

/** Body of `POST /api/sessions/:id/marks`: a named place in the log. */
export const MarkSession = Schema.Struct({
  text: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, visible),
  key: Schema.optionalKey(Key),
}).annotate({ identifier: "MarkSession" })
export type MarkSession = typeof MarkSession.Type

/** The session that a name stands for. */
export const Resolved = Schema.Struct({ session: SessionId }).annotate({ identifier: "Resolved" })
export type Resolved = typeof Resolved.Type

/** What a keyed or plain append answers with: the seq of the first event it made. */
export const Appended = Schema.Struct({ seq: Schema.Finite }).annotate({ identifier: "Appended" })
export type Appended = typeof Appended.Type

/** Orders of the session list; newest or A first. */
export const SessionSort = Schema.Literals(["active", "created", "updated", "label"])
export type SessionSort = typeof SessionSort.Type

/** A time in a query; whole milliseconds are enough to say. */
const Moment = (description: string) => Schema.Finite.annotate({ description, shown: { type: "integer", minimum: 0 } })

/** Filters of the session list. Without `status` only active sessions are in it; `all` are the active and the archived ones. */
export const SessionQuery = Schema.Struct({
  status: Schema.optionalKey(
    Schema.Literals([...SessionStatus.literals, "all"]).annotate({
      description: "Only sessions with this status; all means active and archived (default: active)",
      default: "active",
    }),
  ),
  kind: Schema.optionalKey(SessionKindName.annotate({ description: "Only sessions of this kind" })),
  tag: Schema.optionalKey(Schema.String.annotate({ description: "Only sessions with this tag", examples: ["build"] })),
  owner: Schema.optionalKey(
    Schema.String.annotate({ description: "Only sessions created by this credential", examples: ["owner"] }),
  ),
  createdBy: Schema.optionalKey(CreatedBy.annotate({ description: "Only sessions created with this kind of client" })),
  process: Schema.optionalKey(ProcessState.annotate({ description: "Only sessions whose process is in this state" })),
  pinned: Schema.optionalKey(Schema.Boolean.annotate({ description: "Only pinned sessions, or only others" })),
  metadata: Schema.optionalKey(
    Schema.Array(MetadataFilter).check(Schema.isMaxLength(METADATA_MAX.entries)).annotate({
      description: "Only sessions with this entry of metadata, NAME=VALUE; repeat it for several, all of which must match",
    }),
  ),
  unread: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Only sessions with news that the caller has not seen; false is as without" }),
  ),
  activeSince: Schema.optionalKey(Moment("Active at or after this time, in epoch milliseconds")),
  createdSince: Schema.optionalKey(Moment("Created at or after this time, in epoch milliseconds")),
  createdBefore: Schema.optionalKey(Moment("Created before this time, in epoch milliseconds")),
  q: Schema.optionalKey(
    Schema.String.annotate({ description: "Words that the label must contain, in any case", examples: ["make"] }),
  ),
  sort: Schema.optionalKey(
    SessionSort.annotate({
      description: "Sort order: newest first, labels from A (default: last active first)",
      default: "active",
    }),
  ),
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })).annotate({
      description: "Maximum number of items",
      default: 50,
      examples: [50],
    }),
  ),
  cursor: Schema.optionalKey(Schema.String.annotate({ description: "The previous page's next" })),
})
export type SessionQuery = typeof SessionQuery.Type

/** Up to how many sessions the total of a list is exact. */
export const LIST_TOTAL_MAX = 1000

/** One page of sessions. `total` is exact up to `LIST_TOTAL_MAX`; with `more` there are more than that. `next`: the cursor of the next page. */
export const SessionPage = Schema.Struct({
  sessions: Schema.Array(Session),
  total: Schema.Finite,
  more: Schema.Boolean,
  next: Schema.NullOr(Schema.String),
}).annotate({ identifier: "SessionPage" })
export type SessionPage = typeof SessionPage.Type

/** What a viewer sees now: the visible rows of a terminal as text. `cursor` is 0-based. */
export const Screen = Schema.Struct({
  cols: Schema.Int,
  rows: Schema.Int,
  cursor: Schema.Struct({ x: Schema.Int, y: Schema.Int, visible: Schema.Boolean }),
  text: Schema.String,
  title: Schema.String,
  alternate: Schema.Boolean,
  /** The last seq whose output the screen shows. */
  seq: Schema.Finite,
}).annotate({ identifier: "Screen" })
export type Screen = typeof Screen.Type

/** A signal that may be sent to a child's process group. */
export const SignalName = Schema.Literals(SIGNALS)
export type SignalName = typeof SignalName.Type
