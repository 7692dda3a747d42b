/**
 * What a terminal sends, in tokens: keys and pastes of a person, and reports that the terminal makes by itself.
 */
import type { KeyPress } from "./key-press.ts"

/** One token; `bytes` of all tokens in a row are what was sent. */
export type InputToken =
  /** Characters that keys make, as UTF-8; a character may be cut between two tokens. */
  | { readonly _tag: "Text"; readonly bytes: Uint8Array }
  | { readonly _tag: "Key"; readonly bytes: Uint8Array; readonly key: KeyPress }
  /** Marked paste (mode 2004): its begin mark, pieces of its content, its end mark. */
  | { readonly _tag: "Paste"; readonly bytes: Uint8Array; readonly part: "begin" | "content" | "end" }
  | { readonly _tag: "Mouse"; readonly bytes: Uint8Array; readonly action: "press" | "release" | "motion" | "wheel" }
  | { readonly _tag: "Focus"; readonly bytes: Uint8Array }
  /** An answer to a question, or a part of one: attributes, position, size, colours, modes, versions. */
  | { readonly _tag: "Answer"; readonly bytes: Uint8Array }

/** Whether a person did this: pressed a key, pasted, pressed a mouse button (docs/protocol/rules.md, T-27). */
export function isTyped(token: InputToken): boolean {
  if (token._tag === "Key") return token.key.event !== "release"
  return token._tag === "Text" || token._tag === "Paste" || (token._tag === "Mouse" && token.action === "press")
}
