/** Claude Code as the catalogue knows it, over its own library and over ACP. */
import type { AdapterFacts, KnownAgent } from "../host/KnownAgent.ts"
import { readClaudeOptions } from "./options.ts"
import { CLAUDE_PLACES } from "./places.ts"
import { findClaudeSdk } from "./sdk.ts"

/** Its adapter. */
export const claudeFacts: AdapterFacts = {
  readOptions: readClaudeOptions,
  reads: CLAUDE_PLACES,
  findLibrary: (data) => findClaudeSdk({ directory: data }),
}

/** Claude Code, with the exact versions that it was tried with. */
export const CLAUDE_AGENTS: ReadonlyArray<KnownAgent> = [
  {
    name: "claude",
    title: "Claude Code",
    adapter: "claude",
    package: { name: "@anthropic-ai/claude-agent-sdk", version: "0.3.329" },
  },
  {
    name: "claude-acp",
    title: "Claude Code over ACP",
    adapter: "acp",
    package: {
      name: "@agentclientprotocol/claude-agent-acp",
      version: "0.100.0",
      file: "dist/index.js",
      command: "claude-agent-acp",
    },
  },
]
