/** What Claude reports about itself. */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import { headOf } from "@holdfast/protocol/text-cut"
import { listAt, textAt } from "./read.ts"

const DESCRIPTION_MAX = 200
const CHOICES_MAX = 200

/** Names of the permission modes, as Claude's own menu has them. */
const MODES: ReadonlyArray<{ readonly id: string; readonly name: string; readonly description: string }> = [
  { id: "default", name: "Ask", description: "Asks before it changes anything" },
  { id: "acceptEdits", name: "Accept edits", description: "Changes files in its directories without asking" },
  { id: "plan", name: "Plan", description: "Changes nothing, and makes a plan first" },
  { id: "dontAsk", name: "Do not ask", description: "Refuses everything that is not already allowed" },
  { id: "auto", name: "Auto", description: "A model decides when to ask" },
]
const BYPASS = { id: "bypassPermissions", name: "Bypass", description: "Does everything without asking" }

const described = (value: unknown): { readonly description?: string } => {
  const description = textAt(value, "description")
  if (description === undefined || description === "") return {}
  return { description: description.length > DESCRIPTION_MAX ? `${headOf(description, DESCRIPTION_MAX - 1)}…` : description }
}

/** From the answer to the SDK's first request; `bypass` where everything may be allowed. */
export function infoOf(initialization: unknown, model: string | undefined, mode: string, bypass: boolean): AgentInfo {
  const version = textAt(initialization, "claude_code_version")
  const models = listAt(initialization, "models")
    .slice(0, CHOICES_MAX)
    .flatMap((choice) => {
      const id = textAt(choice, "value")
      return id === undefined ? [] : [{ id, name: textAt(choice, "displayName") ?? id, ...described(choice) }]
    })
  return {
    ...(version === undefined ? {} : { version }),
    ...(model === undefined ? {} : { model }),
    mode: textAt(initialization, "current_permission_mode") ?? mode,
    steers: true,
    models,
    modes: bypass ? [...MODES, BYPASS] : MODES,
    commands: commandsOf(initialization),
  }
}

/** Commands that a message may begin with. */
export function commandsOf(value: unknown): NonNullable<AgentInfo["commands"]> {
  return listAt(value, "commands")
    .slice(0, CHOICES_MAX)
    .flatMap((command) => {
      const name = textAt(command, "name")
      return name === undefined ? [] : [{ name, ...described(command) }]
    })
}
