/** What the parts of an emulator share: links, clipboard and keys act on it without knowing the whole. */
import type { Terminal } from "@xterm/xterm"
import type { Store } from "../../ui/store.ts"
import type { DoubtfulPaste } from "./paste.ts"

/** Something that a person has to decide before it happens. */
export type Question =
  | ({ readonly _tag: "Paste" } & DoubtfulPaste)
  /** A program wants to put this into the clipboard. */
  | { readonly _tag: "Clipboard"; readonly text: string }
  | { readonly _tag: "Link"; readonly address: string }

/** An emulator as its parts see it. */
export interface EmulatorParts {
  readonly session: string
  readonly host: HTMLElement
  readonly terminal: Terminal
  readonly question: Store<Question | undefined>
  /** The address under the pointer. */
  readonly hovered: Store<string | undefined>
  /** Whether what arrives is of this moment, not of a past that is caught up with. */
  readonly isLive: boolean
  /** Pastes a text that was asked about, or needed no question. */
  readonly paste: (text: string) => void
  /** Says something for a few seconds. */
  readonly say: (text: string) => void
}
