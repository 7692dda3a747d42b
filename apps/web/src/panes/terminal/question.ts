/** What a terminal asks a person. */
import type { DoubtfulPaste } from "./paste.ts"

/** Something that a person has to decide before it happens. */
export type Question =
  | ({ readonly _tag: "Paste" } & DoubtfulPaste)
  /** A program wants to put this into the clipboard. */
  | { readonly _tag: "Clipboard"; readonly text: string }
  | { readonly _tag: "Link"; readonly address: string }
