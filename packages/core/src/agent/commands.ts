/** Commands about agents: what people ask, and what an agent's process reports. Ids and times come in with them. */
import type { AgentInfo, Resumed } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { InputPart, Message, SendMode, TurnOutcome, Usage } from "@holdfast/protocol/agent/message"
import type { DirectoryTrust } from "@holdfast/protocol/agent/trust"
import type { AnswerPermission, PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { TaskInfo, TaskOutcome } from "@holdfast/protocol/agent/task"

/** What people, programs and timers ask. `turn` is the id of the turn that the command may start; `at` epoch milliseconds. */
export type AgentRequest = { readonly kind: "request" } & (
  | {
      readonly _tag: "SendMessage"
      readonly messageId: string
      readonly parts: ReadonlyArray<InputPart>
      readonly mode: SendMode
      readonly by: string
      readonly at: number
      readonly turn: string
      /** The key that it was sent with. */
      readonly key?: string
    }
  | { readonly _tag: "EditMessage"; readonly messageId: string; readonly parts: ReadonlyArray<InputPart> }
  | { readonly _tag: "RemoveMessage"; readonly messageId: string }
  | { readonly _tag: "ReorderQueue"; readonly order: ReadonlyArray<string> }
  | { readonly _tag: "SendQueued"; readonly messageId: string; readonly mode: "steer" | "interrupt"; readonly turn: string }
  | { readonly _tag: "ResolveMessage"; readonly messageId: string; readonly action: "again" | "drop"; readonly turn: string }
  | { readonly _tag: "HoldQueue" }
  | { readonly _tag: "ReleaseQueue"; readonly turn: string }
  /** The time of a usage limit has come. */
  | { readonly _tag: "LimitOver"; readonly at: number; readonly turn: string }
  /** Nothing was heard of the turn since a time. */
  | { readonly _tag: "NoteSilence"; readonly turn: string; readonly since: number }
  | { readonly _tag: "Interrupt"; readonly reason: "person" | "stalled" }
  | {
      readonly _tag: "AnswerPermission"
      readonly requestId: string
      readonly answer: AnswerPermission
      readonly by: string
      readonly at: number
    }
  | { readonly _tag: "ExpirePermission"; readonly requestId: string }
  /** Stops a background task while its agent lives. */
  | { readonly _tag: "StopTask"; readonly taskId: string }
  | { readonly _tag: "ForgetRule"; readonly rule: PermissionRule }
  | { readonly _tag: "ConfigureAgent"; readonly model?: string; readonly mode?: string }
  /** The agent continues in another directory. */
  | { readonly _tag: "MoveAgent"; readonly cwd: string; readonly turn: string }
  /** The agent starts over; `before` is the first message that its context is made without. */
  | { readonly _tag: "RenewAgent"; readonly before?: { readonly id: string; readonly seq: number }; readonly turn: string }
  /** A runner will be asked for a process. */
  | { readonly _tag: "AgentStarting"; readonly child: string; readonly runner: string; readonly trusted?: true }
)

/**
 * What an agent's process reports, from its journal. `message` is what the accumulator built of the turn that ends
 * with the report; `turn` the id of a turn that may follow.
 */
export type AgentReport = { readonly kind: "report" } & (
  | {
      readonly _tag: "AgentReady"
      readonly pid: number
      readonly resumed: Resumed
      readonly native?: string
      readonly info?: AgentInfo
    }
  | { readonly _tag: "AgentTold"; readonly info: AgentInfo; readonly native?: string }
  /** The server stores a rule for all sessions. */
  | { readonly _tag: "RuleKept"; readonly rule: PermissionRule }
  /** What the hub found in the agent's directory. */
  | { readonly _tag: "AgentDirectory"; readonly trust: DirectoryTrust }
  /** `parts`: the whole message, where the record has its beginning. */
  | { readonly _tag: "AgentTook"; readonly messageId: string; readonly turn: string; readonly parts?: ReadonlyArray<InputPart> }
  | { readonly _tag: "AgentReturned"; readonly messageId: string; readonly reason: string; readonly next: string }
  | { readonly _tag: "AgentSaid"; readonly turn: string; readonly chunks: ReadonlyArray<AgentChunk> }
  | {
      readonly _tag: "AgentEnded"
      readonly turn: string
      readonly outcome: TurnOutcome
      readonly error?: { readonly tag: string; readonly message: string }
      readonly usage?: Usage
      readonly model?: string
      readonly message?: Message
      /** Requests that stand on although the turn is over. */
      readonly standing?: ReadonlyArray<string>
      readonly next: string
    }
  | {
      readonly _tag: "AgentAsked"
      /** Absent for a request of background work. */
      readonly turn?: string
      readonly request: PermissionAsk
      readonly at: number
      readonly expiresAt?: number
      /** Rules that hold in every session. */
      readonly always: ReadonlyArray<PermissionRule>
    }
  | { readonly _tag: "AgentWithdrew"; readonly requestId: string }
  /** The provider's limit was met; `short` is too much in a short time. `at`: epoch milliseconds. */
  | {
      readonly _tag: "AgentLimited"
      readonly message: string
      readonly at: number
      readonly until?: number
      readonly continues: boolean
      readonly short?: boolean
    }
  | { readonly _tag: "AgentSettled"; readonly requestId: string }
  /** It is at work although it reports nothing. */
  | { readonly _tag: "AgentAlive" }
  | { readonly _tag: "AgentTaskStarted"; readonly task: TaskInfo }
  | { readonly _tag: "AgentTaskProgressed"; readonly taskId: string; readonly progress: string }
  | { readonly _tag: "AgentTaskEnded"; readonly taskId: string; readonly outcome: TaskOutcome; readonly summary?: string }
  | {
      readonly _tag: "AgentTranscript"
      readonly key: string
      readonly encoding: "zstd"
      readonly entries: number
      readonly base64: string
    }
  | {
      readonly _tag: "AgentExited"
      readonly code: number
      readonly signal?: string
      readonly message?: Message
    }
  /** The hub wants the process to end; an agent that works, or is about to, is only ended when it is stopped. */
  | { readonly _tag: "AgentEnding"; readonly reason: "idle" | "limit" | "stopped" }
  | { readonly _tag: "AgentFailed"; readonly tag: string; readonly message: string }
  | {
      readonly _tag: "AgentLost"
      readonly reason: "runner-died" | "start-unconfirmed" | "journal-damaged"
      readonly message: string
      readonly partial?: Message
    }
)

/** Any command about an agent. */
export type AgentCommand = AgentRequest | AgentReport

/** Whether a command is about an agent. */
export function isAgentCommand<C extends { readonly _tag: string }>(command: C | AgentCommand): command is AgentCommand {
  return "kind" in command && (command.kind === "request" || command.kind === "report")
}
