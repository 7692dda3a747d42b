/** What the option of an agent is called that chooses its mode when it is made. */
import type { AgentEntry } from "@holdfast/protocol/agent/agent"

/** By adapter; the scripted agent has no modes. */
const MODE_OPTION: Readonly<Record<AgentEntry["adapter"], string | undefined>> = {
  claude: "permissionMode",
  acp: "mode",
  scripted: undefined,
}

/** The option's name; `undefined` where modes cannot be chosen. */
export function modeOptionOf({ adapter }: Pick<AgentEntry, "adapter">): string | undefined {
  return MODE_OPTION[adapter]
}
