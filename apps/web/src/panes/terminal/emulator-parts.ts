/** What the parts of an emulator share: links, clipboard and keys act on it without knowing the whole. */
import type { Terminal } from "@xterm/xterm"
import type { Store } from "../../ui/store.ts"
import type { Asking } from "./Asking.ts"

/** An emulator as its parts see it. */
export interface EmulatorParts {
  readonly session: string
  readonly host: HTMLElement
  readonly terminal: Terminal
  readonly question: Pick<Asking, "ask" | "askForProgram">
  /** The address under the pointer. */
  readonly hovered: Store<string | undefined>
  /** Whether what arrives is of this moment, not of a past that is caught up with. */
  readonly isLive: boolean
  /** Pastes a text that was asked about, or needed no question. */
  readonly paste: (text: string) => void
  /** Says something for a few seconds. */
  readonly say: (text: string) => void
}
