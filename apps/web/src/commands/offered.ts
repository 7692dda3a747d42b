/** Which commands the palette offers: those of which it says what they are about (docs/protocol/app-rules.md, APP-140). */
import type { Command } from "./command.ts"

/** Commands of the workspace come last: most have keys that are learned soon. */
const isOfPane = ({ id }: Command): number => Number(id.startsWith("pane."))

/**
 * Each command once, those of a session only for the one whose pane has the focus; none that answers a request, which the line of the
 * palette does not show: what waits has commands of its own, with its name.
 */
export function offeredCommands(all: ReadonlyArray<Command>, focused: string | undefined): ReadonlyArray<Command> {
  const shown = new Map<string, Command>()
  for (const command of all) {
    const { id, session, target, when } = command
    if (target !== undefined || when === "request" || /^(?:palette|pane\.number\.)/.test(id)) continue
    if (session !== undefined && session !== focused) continue
    if (session === undefined && shown.get(id)?.session !== undefined) continue
    shown.set(id, command)
  }
  return [...shown.values()].sort((one, other) => isOfPane(one) - isOfPane(other))
}
