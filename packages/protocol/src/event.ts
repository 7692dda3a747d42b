/**
 * Events: what a log holds, as every JSON door shows it.
 *
 * Invariants (docs/PROTOCOL.md, E-1 to E-5): `seq` is dense from 1; an event that stands for a range
 * carries `from`, the first seq of the range, so `from ?? seq` is always the previous `seq` + 1.
 * A reader meets types it does not know: it keeps them as they are and counts them.
 */
import * as Schema from "effect/Schema"
import type { AgentInfo, AgentSpec, Resumed } from "./agent/agent.ts"
import type { AlsoSends, InputPart, Message, TurnOutcome, Usage } from "./agent/message.ts"
import type { PermissionAsk, PermissionDecision } from "./agent/permission.ts"
import type { PermissionRule } from "./agent/permission-rule.ts"
import type { Hold } from "./agent/hold.ts"
import type { QueuedMessage } from "./agent/queue.ts"
import type { DirectoryTrust } from "./agent/trust.ts"
import type { TaskInfo, TaskOutcome } from "./agent/task.ts"

/** The channels an event can be on. */
export const CHANNELS = [
  "session",
  "turn",
  "queue",
  "message",
  "agent",
  "permission",
  "terminal",
  "artifact",
  "participant",
  "workflow",
  "task",
  "system",
] as const

/** Channel of an event. */
export const Channel = Schema.Literals(CHANNELS)
export type Channel = typeof Channel.Type

/** Position in a log: a whole number from 1 to 2^53 - 1. */
export const Seq = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/** One event as JSON. `time` is epoch milliseconds; `by` names the author; `turn` the turn's id. */
export const Event = Schema.Struct({
  seq: Seq,
  from: Schema.optionalKey(Seq),
  time: Schema.Finite,
  channel: Channel,
  type: Schema.String,
  turn: Schema.optionalKey(Schema.String),
  by: Schema.optionalKey(Schema.String),
  data: Schema.Json,
}).annotate({ identifier: "Event" })
export type Event = typeof Event.Type

/** Why a process is no longer known to run without an exit code. */
export const LostReason = Schema.Literals(["runner-died", "start-unconfirmed", "journal-damaged"])
export type LostReason = typeof LostReason.Type

/** How a terminal is opened (row:B1). `env` is added to the hub's clean base environment. */
export const TerminalSpec = Schema.Struct({
  command: Schema.String,
  args: Schema.Array(Schema.String),
  cwd: Schema.String,
  env: Schema.Record(Schema.String, Schema.String),
  cols: Schema.Int,
  rows: Schema.Int,
  term: Schema.String,
}).annotate({ identifier: "TerminalSpec" })
export type TerminalSpec = typeof TerminalSpec.Type

/** A terminal as the log has it: the names of its variables alone (E-8). */
export type LoggedTerminal = Omit<TerminalSpec, "env"> & { readonly env: ReadonlyArray<string> }

/**
 * Event data by `channel/type`, for the types this version writes.
 * `terminal/output` is stored as bytes and never takes this form inside the server.
 */
export interface EventData {
  readonly "session/created": {
    /** Name of the session's kind. */
    readonly kind: string
    readonly label: string
    /** Nobody chose the label: the first message gives another. */
    readonly unnamed?: true
    readonly tags: ReadonlyArray<string>
    readonly owner: string
    readonly terminal?: LoggedTerminal
    readonly agent?: AgentSpec
    /** Id of the child process that belongs to the session, chosen before it is started. */
    readonly child?: string
    /** Generation of the runner that was asked to start the child. */
    readonly runner?: string
  }
  /** `message`: the message whose first line the label is; nobody chose it. */
  readonly "session/renamed": { readonly label: string; readonly message?: string }
  readonly "session/tagged": { readonly tags: ReadonlyArray<string> }
  readonly "session/pinned": { readonly pinned: boolean }
  readonly "session/archived": Record<string, never>
  readonly "session/restored": Record<string, never>
  /** Soft delete; `purgeAt` is when the purge may take it for good. */
  readonly "session/deleted": { readonly purgeAt: number }
  /** A named place in the log, shown on timelines and as a marker in asciicast files. */
  readonly "session/marked": { readonly text: string }
  /** An ended process is started again, in a terminal that is empty; the child is chosen before it is started. */
  readonly "terminal/starting": {
    readonly child: string
    readonly runner: string
    readonly cols: number
    readonly rows: number
  }
  readonly "terminal/started": { readonly pid: number; readonly cols: number; readonly rows: number }
  /** `text` when the bytes are whole UTF-8, otherwise `base64`; exactly one of the two. */
  readonly "terminal/output": { readonly text?: string; readonly base64?: string }
  readonly "terminal/resize": { readonly cols: number; readonly rows: number }
  readonly "terminal/title": { readonly title: string }
  /** Who may type: everybody (`free`) or one client (`single`), with the client that holds it; `seat` is its alone, also when others have its id. */
  readonly "terminal/typist": {
    readonly mode: "free" | "single"
    readonly client?: string
    readonly name?: string
    readonly seat?: string
  }
  /** The child could not be started; nothing ran. */
  readonly "terminal/failed": { readonly tag: string; readonly message: string }
  readonly "terminal/exit": { readonly code: number; readonly signal?: string }
  readonly "terminal/lost": { readonly reason: LostReason; readonly message: string }
  /** An agent process was asked of a runner; the child is chosen before it is started. `trusted`: with what its directory brings. */
  readonly "session/agent-starting": { readonly child: string; readonly runner: string; readonly trusted?: true }
  readonly "session/agent-started": { readonly pid: number; readonly resumed: Resumed; readonly native?: string }
  /** What an agent told about itself. */
  readonly "session/agent-info": AgentInfo & { readonly native?: string }
  /** What the agent's directory brings, and whether it may run; `by` is whose word it is. */
  readonly "session/agent-directory": DirectoryTrust
  /** The agent's directory is another from here on: its next process begins there. */
  readonly "session/agent-moved": { readonly cwd: string }
  /**
   * The agent's next process begins anew, with our transcript as its context and not from its own. `before`: the
   * message, and `from` its seq, from which on the messages so far are left out of the context.
   */
  readonly "session/agent-renewed": { readonly before?: string; readonly from?: number }
  /** Asked by a person; `session/agent-info` tells when the agent has done it. */
  readonly "session/agent-configured": { readonly model?: string; readonly mode?: string }
  /** The agent process could not be started; nothing ran. */
  readonly "session/agent-failed": { readonly tag: string; readonly message: string }
  /** The agent process is to end, with the background tasks that run; what is sent from here on is for the next one. */
  readonly "session/agent-ending": {
    readonly reason: "idle" | "limit" | "stopped" | "renewed"
    readonly tasks?: ReadonlyArray<TaskInfo>
  }
  /** The agent process ended: unloaded because idle or over the limit, stopped, for a new one in its place, or by itself. */
  readonly "session/agent-exited": {
    readonly code: number
    readonly signal?: string
    readonly reason: "idle" | "limit" | "stopped" | "renewed" | "itself"
  }
  readonly "session/agent-lost": { readonly reason: LostReason; readonly message: string }

  /** A turn begins; it ends with exactly one `turn/ended`. */
  readonly "turn/started": { readonly turn: string }
  readonly "turn/interrupting": { readonly turn: string; readonly reason: "person" | "message" | "stalled" }
  /** Nothing was heard of the agent since a time, in epoch milliseconds; `turn/heard` tells when something is again. */
  readonly "turn/silent": { readonly turn: string; readonly since: number }
  readonly "turn/heard": { readonly turn: string }
  readonly "turn/ended": {
    readonly turn: string
    readonly outcome: TurnOutcome
    readonly error?: { readonly tag: string; readonly message: string }
    readonly usage?: Usage
    readonly model?: string
    /** Requests that stand on although the turn is over: they are of background work. */
    readonly standing?: ReadonlyArray<string>
  }

  /** A message waits; `first` puts it in front of the others. */
  readonly "queue/added": { readonly item: QueuedMessage; readonly first?: boolean }
  readonly "queue/edited": { readonly id: string; readonly parts: ReadonlyArray<InputPart> }
  readonly "queue/removed": { readonly id: string }
  readonly "queue/reordered": { readonly order: ReadonlyArray<string> }
  /** Handed to the agent's process; it leaves the queue with `queue/taken`. */
  readonly "queue/sent": { readonly id: string; readonly turn: string; readonly steer?: boolean }
  /** The agent confirmed it; a `message/added` comes with it. */
  readonly "queue/taken": { readonly id: string; readonly turn: string }
  /** It certainly did not reach the agent and waits again. */
  readonly "queue/returned": { readonly id: string; readonly reason: string }
  /** The agent died between hand-over and confirmation. */
  readonly "queue/uncertain": { readonly id: string }
  readonly "queue/held": Hold
  /** `alsoSends`: what waited when a message released the queue. */
  readonly "queue/released": { readonly alsoSends?: AlsoSends }

  /** A message of the transcript: a person's when the agent took it, an assistant's when its turn ended. */
  readonly "message/added": { readonly message: Message }

  readonly "permission/asked": {
    readonly request: PermissionAsk
    /** Absent for a request of background work. */
    readonly turn?: string
    readonly expiresAt?: number
  }
  readonly "permission/answered": { readonly id: string; readonly decision: PermissionDecision }
  readonly "permission/expired": { readonly id: string }
  readonly "permission/cancelled": { readonly id: string; readonly reason: string }
  /** The agent has the answer. */
  readonly "permission/taken": { readonly id: string }
  /** An answer is remembered for this session, or for all. */
  readonly "permission/remembered": { readonly rule: PermissionRule; readonly scope: "session" | "always" }
  /** The server stores a rule for all sessions that an answer in this one made. */
  readonly "permission/kept": { readonly rule: PermissionRule }
  /** A rule of this session was forgotten. */
  readonly "permission/forgotten": { readonly rule: PermissionRule }

  /** The agent runs something in the background, until `task/ended`; with the agent's process all of it ends. */
  readonly "task/started": { readonly task: TaskInfo }
  readonly "task/progress": { readonly id: string; readonly progress: string }
  /** A person wants it stopped; `task/ended` tells when it is. */
  readonly "task/stopping": { readonly id: string }
  readonly "task/ended": { readonly id: string; readonly outcome: TaskOutcome; readonly summary?: string }

  /** Entries of the agent's own transcript, so that it can go on in another process and on another machine. */
  readonly "system/transcript": {
    readonly key: string
    readonly encoding: "zstd"
    readonly entries: number
    readonly base64: string
  }
  /** Everything up to and including `through` left the log; the checkpoint stands for it. */
  readonly "system/trimmed": {
    readonly through: number
    readonly bytes: number
    readonly reason: string
  }
}

/** `channel/type` of the events this version writes, but for the `agent` channel's, whose types are those of chunks. */
export type EventName = keyof EventData

/** An event before it has a seq: what `decide` returns. */
export type EventDraft =
  | {
      readonly [N in EventName]: {
        readonly name: N
        readonly data: EventData[N]
        readonly by?: string
        readonly turn?: string
      }
    }[EventName]
  | {
      readonly name: `agent/${string}`
      readonly data: Readonly<Record<string, unknown>>
      readonly by?: never
      readonly turn: string
    }
