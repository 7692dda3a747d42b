/** What the scripted agent reports of itself when it starts. */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import { headOf } from "@holdfast/protocol/text-cut"
import { NO_MODEL, type ScriptedOptions } from "./options.ts"

const MODES = [
  { id: "ask", name: "Ask first", description: "Asks before each tool" },
  { id: "allow", name: "Allow all", description: "Uses its tools without asking" },
]

/** Longest description of a command, in characters. */
const ABOUT_MAX = 120

/** The report. */
export function infoOf({ model, models, modes, permissions, commands }: ScriptedOptions): AgentInfo {
  const offered = [...new Set([model, ...models])]
  const named = Object.entries(commands).map(([name, text]) => ({ name, description: headOf(text, ABOUT_MAX) }))
  return {
    version: "1",
    model,
    steers: true,
    models: offered.map((id) => ({ id, name: id === NO_MODEL ? "no model" : id })),
    ...(modes ? { mode: permissions, modes: MODES } : {}),
    ...(named.length === 0 ? {} : { commands: named }),
  }
}
