/** Which commands the palette offers: those of which it says what they are about (docs/protocol/app-rules.md, APP-140). */
import type { Command } from "./command.ts"

/** What is asked for most comes first: what waits, what begins a session, then what can be done to the session with the focus; panes come last. */
function placeOf({ id, session, isMotion }: Command): number {
  if (id.startsWith("waiting.") && !/^waiting\.(?:next|previous)$/.test(id)) return 0
  if (id.startsWith("session.new")) return 1
  if (id.startsWith("pane.")) return isMotion === true ? 5 : 4
  return session === undefined ? 3 : 2
}

/**
 * Each command once, those of a session only for the one whose pane has the focus; none that answers a request, which the line of the
 * palette does not show: what waits has commands of its own, with its name. What only moves the focus is offered once something is typed.
 */
export function offeredCommands(
  all: ReadonlyArray<Command>,
  focused: string | undefined,
  isTyped: boolean,
): ReadonlyArray<Command> {
  const shown = new Map<string, Command>()
  for (const command of all) {
    const { id, session, target, when, isMotion = false } = command
    if (target !== undefined || when === "request" || /^(?:palette|pane\.number\.|pane\.close-front)/.test(id)) continue
    if (isMotion && !isTyped) continue
    if (session !== undefined && session !== focused) continue
    if (session === undefined && shown.get(id)?.session !== undefined) continue
    shown.set(id, command)
  }
  return [...shown.values()].sort((one, other) => placeOf(one) - placeOf(other))
}
