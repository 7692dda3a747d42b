/** What a hub is given that it does not know itself: parts of the runner and of agents, each loaded when it is needed. */
import type { HubOptions } from "@holdfast/hub/layer"
import { EmulatedScreens } from "./EmulatedScreens.ts"

/** The parts of one hub. */
export function hubParts(): Pick<HubOptions, "imports" | "screens"> {
  return {
    imports: async () => (await import("@holdfast/agents/claude/import/claude-source")).claudeSource,
    screens: new EmulatedScreens(),
  }
}
