/** Where the agents of a runner run: the runner starts them through this, and knows no adapter. */
import type { AgentNote, AgentStart } from "@holdfast/link/agent-messages"
import type { ChildExit } from "./adapter.ts"
import type { AgentHandle } from "./agent-adapter.ts"

/** Where an agent's notes go, with their size in characters. */
export interface AgentJournal {
  readonly note: (note: AgentNote, size: number) => void
  readonly spawned: (pid: number) => void
  readonly exit: (exit: ChildExit) => void
}

/** The hosts of a runner's agents. */
export interface AgentHosts {
  /** Starts an agent; what goes wrong is reported by its notes. `environment` is all that its process gets. */
  start(child: number, start: AgentStart, environment: Readonly<Record<string, string>>, journal: AgentJournal): AgentHandle
  /** Ends every host; agents that are still there are killed and reported as crashed. */
  stop(): Promise<void>
}

/** Makes the hosts; `failed` hears of one that died. */
export type MakeAgentHosts = (failed: (message: string) => void) => AgentHosts
