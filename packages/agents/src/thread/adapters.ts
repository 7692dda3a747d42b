/** The adapters of agents; each is loaded with the first agent that needs it. */
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentAdapter } from "@holdfast/adapter/agent-adapter"
import type { AgentStart } from "@holdfast/link/agent-messages"

const LOADERS: Readonly<Partial<Record<AgentStart["adapter"], () => Promise<AgentAdapter>>>> = {
  acp: async () => (await import("../acp/acp-adapter.ts")).acpAdapter,
  claude: async () => (await import("../claude/claude-adapter.ts")).claudeAdapter,
  scripted: async () => (await import("../scripted/scripted-adapter.ts")).scriptedAdapter,
}

/** Loads the adapter of a kind; rejects with `AdapterRefused` when this build has none. */
export async function loadAdapter(kind: AgentStart["adapter"]): Promise<AgentAdapter> {
  const load = LOADERS[kind]
  if (load === undefined) throw new AdapterRefused("Unavailable", `this build has no adapter for ${kind} agents`)
  return load()
}
