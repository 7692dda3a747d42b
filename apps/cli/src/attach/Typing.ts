/**
 * What keys do while a terminal's session is shown (docs/protocol/rules.md, C-7): those after the detach key leave, redraw, scroll or take
 * the keyboard; all others are for the session.
 */
import type { Attachment } from "@holdfast/client/Attachment"
import { isTyped } from "@holdfast/core/terminal/input/token"
import type { InputToken } from "@holdfast/core/terminal/input/token"
import type { Browse } from "./Browse.ts"
import { Departure } from "./Departure.ts"
import type { DetachCommand, DetachKeys } from "./DetachKeys.ts"
import type { EntryHint } from "./EntryHint.ts"
import { bytesOf } from "./keyboard.ts"
import type { Stay } from "./Stay.ts"
import type { AttachedView } from "./AttachedView.ts"

/** What keys act on. */
export interface TypingParts {
  readonly keys: DetachKeys
  readonly readOnly: boolean
  readonly attachment: Attachment
  readonly viewer: AttachedView
  readonly browse: Browse
  readonly entry: EntryHint
  readonly stay: Stay
  /** Shows why something was refused. */
  readonly say: (error: unknown) => void
}

/** Hands on what is typed, until the stay is over. */
export class Typing {
  readonly #parts: TypingParts
  #departure: Departure | undefined

  constructor(parts: TypingParts) {
    this.#parts = parts
  }

  /** Takes what came from the keyboard. */
  take(tokens: ReadonlyArray<InputToken>): void {
    if (this.#isLeaving(tokens)) return
    const { keys, browse, entry } = this.#parts
    if (tokens.some(isTyped)) entry.stop()
    for (const part of keys.read(tokens)) {
      if (this.#isLeaving(part._tag === "Input" ? part.tokens : [])) continue
      if (part._tag === "Input") void (browse.take(part.tokens) || this.#send(part.tokens))
      else this.#obey(part.command)
    }
  }

  /** Stops waiting for keys that are released. */
  stop(): void {
    this.#departure?.stop()
  }

  /** Whether the detach key was pressed; what comes after it is kept from everyone. */
  #isLeaving(tokens: ReadonlyArray<InputToken>): boolean {
    this.#departure?.take(tokens)
    return this.#departure !== undefined
  }

  #send(tokens: ReadonlyArray<InputToken>): void {
    const { readOnly, attachment, viewer, stay, say } = this.#parts
    const isTyping = tokens.some(isTyped)
    if (readOnly) return isTyping ? say(new Error("read-only: nothing is typed")) : undefined
    attachment.type(bytesOf(tokens)).catch((error: unknown) => (stay.isOver ? undefined : say(error)))
    // A key is pressed to see what comes of it, also while a flood is being drawn.
    if (isTyping && viewer.lag.far) attachment.refresh()
  }

  #obey(command: DetachCommand): void {
    const { keys, attachment, browse, entry, stay, say } = this.#parts
    if (command === "detach") {
      this.#departure = new Departure(keys.tellsReleases, (unsent) => stay.end({ _tag: "Detached", unsent }))
      this.#departure.take([])
    } else if (command === "redraw") attachment.refresh()
    else if (command === "keys") entry.say(`[${keys.words}]`, true)
    else if (command === "scroll" && browse.over !== undefined) browse.leave()
    else if (command === "scroll") void (browse.begin() || say(new Error("nothing to scroll yet")))
    else attachment.setTypist("single").then(() => say("you hold the keyboard"), say)
  }
}
