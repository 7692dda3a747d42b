/**
 * What hub and runner say to each other about agents: the spec a child is started with, commands down, notes up.
 *
 * Commands are level-triggered and idempotent: the hub repeats them after every reconnect until a note in the journal
 * shows that they were carried out, and the runner carries each out once (docs/PROTOCOL.md, A-2).
 */
import type { AdapterKind, AgentInfo, Resumed } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { InputPart, TurnOutcome, Usage } from "@holdfast/protocol/agent/message"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { TaskInfo, TaskOutcome } from "@holdfast/protocol/agent/task"

/** How an agent's process is started. Paths are absolute; times are milliseconds. */
export interface AgentStart {
  readonly adapter: AdapterKind
  /** Name in the configuration, for messages to people. */
  readonly name: string
  readonly cwd: string
  /** Added to what it inherits. */
  readonly env: Readonly<Record<string, string>>
  /** Checked by the adapter before; see its options file. */
  readonly options: Readonly<Record<string, unknown>>
  /** Whether a person trusts the directory: only then what it brings (hooks, MCP servers, allow rules) runs. */
  readonly trusted?: boolean
  /** Program of the agent, for adapters that start one by name. */
  readonly program?: { readonly command: string; readonly args: ReadonlyArray<string> }
  /** How the agent signs in, where it must be told: the id of one of its ways (ACP's `authenticate`). */
  readonly auth?: string
  /** The session's own directory; `logs/agent.log` in it takes the child's stderr. */
  readonly directory: string
  /** The hub's own directories, which no file request of the agent may enter. */
  readonly guarded?: ReadonlyArray<string>
  /** A person had the agent begin anew: it resumes nothing, also not what its options name. */
  readonly anew?: boolean
  /** What there is to go on from; absent for the first process of a session. */
  readonly resume?: {
    /** The agent's own id of the session. */
    readonly native?: string
    /** File with the agent's own transcript: one line of JSON per entry batch, `{key, entries}`. */
    readonly transcript?: string
    /** File with our messages as JSON, one per line, oldest first: for agents that cannot load. */
    readonly history?: string
  }
  /** From an interrupt to the kill of the process group; and from the start to the first sign of life. */
  readonly interruptGrace: number
  readonly startTimeout: number
}

/** How a permission request ends for the agent. */
export type PermissionOutcome =
  | {
      readonly type: "answered"
      readonly optionId: string
      readonly allow: boolean
      readonly answers?: Readonly<Record<string, string>>
      readonly message?: string
    }
  | { readonly type: "cancelled"; readonly reason: string }

/** A part of a message on its way to the agent; the bytes of a file that the hub keeps lie at `path`. */
export type DeliveredPart = InputPart & { readonly path?: string }

/** What the hub asks of a running agent. */
export type AgentCommand =
  /** Hands a message over: a turn begins, or, with `steer`, it goes into the streaming turn. Once per message and turn. */
  | {
      readonly type: "deliver"
      readonly id: string
      readonly turn: string
      readonly parts: ReadonlyArray<DeliveredPart>
      readonly steer: boolean
    }
  /** Stops the turn; another one, or none, is left alone. After `interruptGrace` the process group is killed. */
  | { readonly type: "interrupt"; readonly turn: string }
  /** Ends a permission request; one that is not open is left alone. */
  | { readonly type: "answer"; readonly permission: string; readonly outcome: PermissionOutcome }
  /** Stops a background task; `task-ended` tells when it is done. */
  | { readonly type: "stop-task"; readonly task: string }
  /** Changes model or mode; `info` tells when it is done. */
  | { readonly type: "configure"; readonly model?: string; readonly mode?: string }

/** How a turn ended, as the agent sees it. */
export interface TurnEnd {
  readonly outcome: Exclude<TurnOutcome, "lost">
  readonly error?: { readonly tag: string; readonly message: string }
  readonly usage?: Usage
  readonly model?: string
}

/** What an agent's process did; each takes a position in its journal. `turn` is the turn it was told with `deliver`. */
export type AgentNote =
  /** It can take messages now. */
  | {
      readonly type: "ready"
      readonly pid: number
      readonly resumed: Resumed
      readonly native?: string
      readonly info?: AgentInfo
    }
  /** It could not be started; the exit follows. */
  | { readonly type: "failed"; readonly tag: string; readonly message: string }
  | { readonly type: "info"; readonly info: AgentInfo; readonly native?: string }
  /** The agent confirmed the message. */
  | { readonly type: "taken"; readonly id: string; readonly turn: string }
  /** The message certainly did not reach the agent. */
  | { readonly type: "returned"; readonly id: string; readonly reason: string }
  /** In order; at most `CHUNK_BATCH_BYTES` of JSON together unless one alone is longer. */
  | { readonly type: "chunks"; readonly turn: string; readonly chunks: ReadonlyArray<AgentChunk> }
  /** Exactly one per turn that was taken. Its open permission requests end with it, but for those that are `standing`. */
  | ({ readonly type: "turn-ended"; readonly turn: string; readonly standing?: ReadonlyArray<string> } & TurnEnd)
  /** Without a turn it is of background work. */
  | { readonly type: "asked"; readonly turn?: string; readonly request: PermissionAsk }
  /** The agent took the answer, or took its question back. */
  | { readonly type: "settled"; readonly permission: string; readonly how: "taken" | "withdrawn" }
  /**
   * The provider's limit was met; `until` is epoch milliseconds, when it is known. `short`: too much was asked in a short
   * time, and it can be tried again soon. The turn's end follows.
   */
  | { readonly type: "limited"; readonly message: string; readonly until?: number; readonly short?: boolean }
  /** The agent is at work although it tells nothing. */
  | { readonly type: "alive" }
  | { readonly type: "task-started"; readonly task: TaskInfo }
  | { readonly type: "task-progress"; readonly id: string; readonly progress: string }
  | { readonly type: "task-ended"; readonly id: string; readonly outcome: TaskOutcome; readonly summary?: string }
  /** Entries for `resume.transcript`, under the agent's own key; at most 4 MiB of JSON. */
  | { readonly type: "transcript"; readonly key: string; readonly entries: ReadonlyArray<unknown> }

/** Longest `chunks` note, in characters of JSON. */
export const CHUNK_BATCH_BYTES = 64 * 1024
