/** How the Claude adapter is started against a model server. */
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import type { AgentDirectories } from "@holdfast/adapter/contract/agent-probe"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { claudeEnvironment, type ClaudePlace } from "./claude.ts"
import { claudeSdk, pathOf } from "./heavy.ts"

/** A start in these directories; Claude's home is beside them, and its own PATH is left to the runner. */
export function claudeStart(
  { cwd, session }: AgentDirectories,
  place: Omit<ClaudePlace, "home"> & { readonly home?: string },
  options: Readonly<Record<string, unknown>> = {},
): AgentStart {
  const home = place.home ?? join(dirname(session), "home")
  mkdirSync(home, { recursive: true })
  return {
    adapter: "claude",
    name: "claude",
    cwd,
    env: claudeEnvironment({ ...place, home }),
    options,
    program: { command: dirname(pathOf(claudeSdk())), args: [] },
    directory: session,
    interruptGrace: 10_000,
    startTimeout: 20_000,
  }
}
