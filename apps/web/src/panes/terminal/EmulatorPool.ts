/** The emulators of the page that were shown last: who comes back to one finds its screen at once. */
import type { SessionView } from "@holdfast/client/model"
import { Emulator } from "./Emulator.ts"

/** Most emulators that are kept although no one shows them: each has up to 10,000 lines. */
const MOST_HIDDEN = 8

interface Entry {
  readonly emulator: Emulator
  isShown: boolean
}

/** The least recently shown first. */
const entries = new Map<string, Entry>()

/** The emulator of a pane and its session, kept or new. It is the pane's until `giveBack`. */
export function takeEmulator(pane: string, view: SessionView): Emulator {
  const key = `${pane} ${view.id}`
  const known = entries.get(key)
  // Another model, such as after signing in again, has another view.
  if (known !== undefined && known.emulator.view !== view) known.emulator.dispose()
  const entry = known !== undefined && known.emulator.view === view ? known : { emulator: new Emulator(view), isShown: true }
  entry.isShown = true
  entries.delete(key)
  entries.set(key, entry)
  return entry.emulator
}

/** No one shows it any more; it is kept among the last few. */
export function giveBack(emulator: Emulator): void {
  for (const entry of entries.values()) if (entry.emulator === emulator) entry.isShown = false
  const hidden = [...entries].filter(([, { isShown }]) => !isShown)
  for (const [key, entry] of hidden.slice(0, Math.max(0, hidden.length - MOST_HIDDEN))) {
    entries.delete(key)
    entry.emulator.dispose()
  }
}
