/** One session's agent as the code sees it that starts it and translates what it says. */
import type { Command } from "@holdfast/core/decide"
import type { DirectoryTrust } from "@holdfast/protocol/agent/trust"
import type { ChildPart } from "../child/ChildPart.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { AgentContext } from "./AgentContext.ts"
import type { PooledAgent } from "./AgentPool.ts"
import type { StreamingMessage } from "./StreamingMessage.ts"

/** One session's agent. */
export interface DrivenAgent extends PooledAgent {
  readonly context: AgentContext
  readonly session: OpenSession
  readonly part: ChildPart
  readonly live: StreamingMessage
  /** The agent did something. */
  readonly heard: () => void
  /** What is in the session's directory, and whether it may run. */
  readonly found: (trust: DirectoryTrust | undefined) => void
  /** Submits a command of the hub's own. */
  readonly submit: (command: Command) => void
  /** A line in the hub's log. */
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}
