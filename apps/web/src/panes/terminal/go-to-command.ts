/** From prompt to prompt, and the output between two of them, where the shell marks its commands (OSC 133). */
import type { Emulator } from "./Emulator.ts"
import { findCommands, nextCommand } from "./prompts.ts"
import type { FoundCommand } from "./prompts.ts"

/** Commands that are looked for at most. */
const MOST = 300

/** Reads the last marked commands, as events, the oldest first. */
export type ReadCommands = (limit: number) => Promise<{ readonly events: ReadonlyArray<{ readonly data: unknown }> }>

/** Goes to the command before or after what is seen first. */
export async function goToCommand(emulator: Emulator, read: ReadCommands, way: "up" | "down"): Promise<void> {
  const found = await foundCommands(emulator, read)
  const { terminal } = emulator
  const next = nextCommand(found, terminal.buffer.active.viewportY, way)
  if (next !== undefined) terminal.scrollToLine(next.row)
  else if (way === "down") terminal.scrollToBottom()
  else emulator.say(found.length === 0 ? NOT_MARKED : "No command before this one here")
}

/** Selects what the command printed that is seen last, or that something is selected of. */
export async function selectOutput(emulator: Emulator, read: ReadCommands): Promise<void> {
  const found = await foundCommands(emulator, read)
  const { terminal } = emulator
  const { active } = terminal.buffer
  const seen = terminal.getSelectionPosition()?.start.y ?? active.viewportY + terminal.rows - 1
  const at = found.findLastIndex(({ row }) => row <= seen)
  const command = found[at]
  if (command === undefined) return emulator.say(found.length === 0 ? NOT_MARKED : "No command here")
  const after = found[at + 1]?.row ?? active.baseY + active.cursorY
  terminal.selectLines(command.output, Math.max(command.output, after - 1))
}

const NOT_MARKED = "This shell does not mark its commands (OSC 133)"

async function foundCommands(emulator: Emulator, read: ReadCommands): Promise<ReadonlyArray<FoundCommand>> {
  try {
    const { events } = await read(2 * MOST)
    const lines = new Map<number, string>()
    for (const { data } of events) {
      const { line, startedAt } = data as { readonly line?: string; readonly startedAt: number }
      if (line !== undefined) lines.set(startedAt, line)
    }
    return findCommands(emulator.terminal.buffer.active, [...lines.values()].slice(-MOST))
  } catch (cause) {
    emulator.say(`The commands could not be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    return []
  }
}
