/**
 * The agent part of a session's state: its turn, its queue, its permission requests.
 *
 * Invariants: at most one turn; an item is in the queue until the agent confirmed it; a request
 * belongs to a turn and leaves with it, or to background work (P-3); tasks run as long as the process at most. Plain data; JSON keeps it whole. Chunks change nothing here, so that a stream of them
 * stores no state.
 */
import type { AgentInfo, AgentSpec, AgentState } from "@holdfast/protocol/agent/agent"
import { asProjectPath } from "@holdfast/protocol/checked-ids"
import type { Usage } from "@holdfast/protocol/agent/message"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { SessionTrust } from "@holdfast/protocol/agent/trust"
import { EMPTY_QUEUE, type QueueSize } from "./queue-item.ts"
import type { TaskInfo } from "@holdfast/protocol/agent/task"

/** The streaming turn. `from` is the seq of its `turn/started`. */
export interface Turn {
  readonly id: string
  readonly from: number
  readonly startedAt: number
  readonly interrupting?: "person" | "message" | "stalled"
  /** Since when nothing was heard, in epoch milliseconds; set once that is worth saying. */
  readonly silentSince?: number
  /** A message of someone's is answered in it. */
  readonly asked?: true
  /** A message's turn that the agent has not come to, because it began this one by itself before. */
  readonly behind?: Turn
}

/** A background task that runs. */
export interface RunningTask extends TaskInfo {
  readonly startedAt: number
  readonly progress?: string
  /** How often it was asked to stop. */
  readonly stopping?: number
}

/** Why the process is to end, and the seq from which what is sent is for the next one. */
export interface Ending {
  readonly reason: "idle" | "limit" | "stopped" | "renewed"
  readonly since: number
}

/** A rule for all sessions, and when it was made, in epoch milliseconds. */
export interface OwedRule {
  readonly rule: PermissionRule
  readonly at: number
}

/** Messages with seqs in this range, both ends included, are left out of an agent's context. */
export interface LeftOut {
  readonly from: number
  readonly to: number
}

/** Everything the events of an agent session say beyond what all sessions have. */
export interface AgentFacts {
  readonly spec: AgentSpec
  readonly info: AgentInfo
  /** Model and mode a person asked for; the agent's own word is in `info`. */
  readonly wanted: { readonly model?: string; readonly mode?: string }
  readonly native?: string
  readonly trust?: SessionTrust
  readonly pid?: number
  /** The process was started with what its directory brings. */
  readonly trusted?: true
  readonly ending?: Ending
  readonly turn?: Turn
  readonly queue: ReadonlyArray<QueueItem>
  /** The size of `queue`, kept so that a message does not measure all that wait. */
  readonly queueSize: QueueSize
  readonly hold?: Hold
  /** Short limits in a row, since a turn completed: each waits longer than the one before. */
  readonly limits?: number
  readonly permissions: ReadonlyArray<PermissionRequest>
  readonly tasks: ReadonlyArray<RunningTask>
  /** Answers remembered for this session. */
  readonly rules: ReadonlyArray<PermissionRule>
  /** Answers remembered for all sessions that the server does not store yet (P-20). */
  readonly owedRules?: ReadonlyArray<OwedRule>
  /** A person had the agent start over; which messages the context of a process without memory is made without. */
  readonly renewed?: { readonly leftOut: ReadonlyArray<LeftOut> }
  readonly turns: number
  readonly usage: Usage
  /** Bounds of the last ended turn; `before` is the seq at which the one before it ended, 0 when there was none. */
  readonly lastTurn?: { readonly id: string; readonly from: number; readonly to: number; readonly before: number }
}

/** The agent part before anything happened. */
export function newAgentPart(spec: AgentSpec): AgentFacts {
  return {
    spec,
    info: {},
    wanted: {},
    queue: [],
    queueSize: EMPTY_QUEUE,
    permissions: [],
    tasks: [],
    rules: [],
    turns: 0,
    usage: {},
  }
}

function isEmpty({ model, mode }: AgentFacts["wanted"]): boolean {
  return model === undefined && mode === undefined
}

/** The agent part as a record shows it. */
export function toAgentState({ spec, info, wanted, native, trust, pid, turns, usage, hold }: AgentFacts): AgentState {
  return {
    name: spec.name,
    adapter: spec.adapter,
    cwd: asProjectPath(spec.cwd),
    options: spec.options,
    info,
    ...(isEmpty(wanted) ? {} : { wanted }),
    ...(native === undefined ? {} : { native }),
    ...(pid === undefined ? {} : { pid }),
    turns,
    usage,
    ...(trust === undefined ? {} : { trust }),
    ...(hold === undefined ? {} : { hold }),
  }
}

/** Sums tokens and cost; the context is that of the later one. */
export function addUsage(sum: Usage, usage: Usage): Usage {
  const total: { -readonly [K in keyof Usage]: Usage[K] } = { ...sum }
  for (const name of ["inputTokens", "outputTokens", "cachedInputTokens", "reasoningTokens", "cost"] as const) {
    const value = usage[name]
    if (value !== undefined) total[name] = (sum[name] ?? 0) + value
  }
  if (usage.contextUsed !== undefined) total.contextUsed = usage.contextUsed
  if (usage.contextWindow !== undefined) total.contextWindow = usage.contextWindow
  return total
}
