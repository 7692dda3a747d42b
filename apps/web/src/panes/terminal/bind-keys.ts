/** Keys of a terminal that are not the emulator's own: those of newer keyboard protocols, and scrolling. */
import type { Terminal } from "@xterm/xterm"
import { encodeKey } from "./keys.ts"
import type { ProgramKeys } from "./ProgramKeys.ts"

/** Has the keys of an emulator encoded as its program asked for. */
export function bindKeys(terminal: Terminal, keys: ProgramKeys): () => void {
  const take = (event: KeyboardEvent): boolean => {
    // A command of the page has taken it.
    if (event.defaultPrevented) return false
    if (event.type === "keypress" || scrolls(terminal, event)) return event.type === "keypress"
    const sent = encodeKey(event, keys.modes)
    if (sent === undefined) return true
    if (sent !== "") {
      terminal.input(sent, event.type === "keydown")
      terminal.clearSelection()
    }
    event.preventDefault()
    return false
  }
  terminal.attachCustomKeyEventHandler(take)
  return () => terminal.attachCustomKeyEventHandler(() => true)
}

/** Shift with Page Up, Page Down, Home and End moves through the lines above the screen, whatever the program asked for. */
function scrolls(terminal: Terminal, { type, key, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (!shiftKey || ctrlKey || altKey || metaKey || terminal.buffer.active.type !== "normal") return false
  const move = MOVES[key]
  if (move === undefined) return false
  if (type === "keydown") move(terminal)
  return true
}

const MOVES: Readonly<Record<string, (terminal: Terminal) => void>> = {
  PageUp: (terminal) => terminal.scrollPages(-1),
  PageDown: (terminal) => terminal.scrollPages(1),
  Home: (terminal) => terminal.scrollToTop(),
  End: (terminal) => terminal.scrollToBottom(),
}
