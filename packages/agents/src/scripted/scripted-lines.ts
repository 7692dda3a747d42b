/** What the scripted agent's process and its adapter say to each other: one line of JSON each. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentInfo, Resumed } from "@holdfast/protocol/agent/agent"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { TaskInfo, TaskOutcome } from "@holdfast/protocol/agent/task"
import type { PermissionOutcome, TurnEnd } from "@holdfast/link/agent-messages"
import type { ScriptedOptions } from "./options.ts"

/** To the process; `open` first. */
export type ScriptedInput =
  | { readonly type: "open"; readonly options: ScriptedOptions; readonly history?: string }
  | { readonly type: "message"; readonly id: string; readonly turn: string; readonly text: string; readonly steer: boolean }
  | { readonly type: "interrupt" }
  | { readonly type: "answer"; readonly permission: string; readonly outcome: PermissionOutcome }
  | { readonly type: "stop-task"; readonly task: string }
  | { readonly type: "configure"; readonly model?: string; readonly mode?: string }

/** From the process; `ready` first. */
export type ScriptedOutput =
  | { readonly type: "ready"; readonly resumed: Resumed; readonly info: AgentInfo }
  | { readonly type: "info"; readonly info: AgentInfo }
  | { readonly type: "taken"; readonly id: string }
  | { readonly type: "returned"; readonly id: string; readonly reason: string }
  | { readonly type: "chunk"; readonly chunk: AgentChunk }
  | { readonly type: "ask"; readonly request: PermissionAsk }
  /** The agent begins a turn by itself. */
  | { readonly type: "begin" }
  | { readonly type: "withdraw"; readonly permission: string }
  | { readonly type: "task-started"; readonly task: TaskInfo }
  | { readonly type: "task-ended"; readonly id: string; readonly outcome: TaskOutcome; readonly summary: string }
  | { readonly type: "limited"; readonly message: string; readonly until: number }
  | { readonly type: "ended"; readonly end: TurnEnd }
