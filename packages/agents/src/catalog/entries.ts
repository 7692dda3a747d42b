/** The agents and adapters that are known without a configuration. */
import { join } from "node:path"
import type * as Schema from "effect/Schema"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { ACP_AGENTS, ACP_PLACES } from "../acp/known.ts"
import { readAcpOptions } from "../acp/options.ts"
import { CLAUDE_AGENTS, claudeFacts } from "../claude/known.ts"
import type { AdapterFacts, AgentPackage, KnownAgent } from "../host/KnownAgent.ts"
import { readScriptedOptions } from "../scripted/options.ts"

/** An agent of the catalog, with what the configuration says of it. */
export interface CatalogAgent {
  readonly name: string
  readonly title: string
  readonly adapter: AdapterKind
  readonly package?: AgentPackage
  /** The configuration's own command, in place of the package's. */
  readonly command?: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly passwords: ReadonlyArray<string>
  readonly cwd?: string
  readonly auth?: string
  readonly options: Readonly<Record<string, Schema.Json>>
}

/** All of them; the first is the default. */
export const KNOWN_AGENTS: ReadonlyArray<KnownAgent> = [
  { name: "scripted", title: "Scripted agent", adapter: "scripted" },
  ...CLAUDE_AGENTS,
  ...ACP_AGENTS,
]

/** The adapters. An agent over ACP that is not known may read whatever any agent reads. */
export const ADAPTERS: Readonly<Record<AdapterKind, AdapterFacts>> = {
  acp: { readOptions: readAcpOptions, reads: [...claudeFacts.reads, ...ACP_PLACES] },
  claude: claudeFacts,
  scripted: { readOptions: readScriptedOptions, reads: [] },
}

/** The known agent of a name. */
export function knownAgent(name: string): KnownAgent | undefined {
  return KNOWN_AGENTS.find((agent) => agent.name === name)
}

/** Where agents are installed: a directory for each, in the data directory. */
export function agentsDirectory(data: string): string {
  return join(data, "agents")
}
