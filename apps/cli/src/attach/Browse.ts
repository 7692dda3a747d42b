/**
 * Turns between the session and its history on one terminal (docs/protocol/rules.md, T-33).
 *
 * The history stands on the alternate screen, so that nothing of the session's is lost; afterwards the session's screen is
 * written again, and what came meanwhile follows.
 */
import type { InputToken } from "@holdfast/core/terminal/input/token"
import { KeyReader } from "../agent-view/KeyReader.ts"
import { History } from "./History.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import type { AttachedView } from "./AttachedView.ts"

const ENTER = "\u001b[?1047h"
const LEAVE = "\u001b[?1047l"

/** Looks at the history of one attachment. */
export class Browse {
  readonly #terminal: OwnTerminal
  readonly #viewer: AttachedView
  readonly #reader = new KeyReader()
  #history: History | undefined
  #entered = false
  #resized = false
  #over = Promise.withResolvers<void>()

  constructor(terminal: OwnTerminal, viewer: AttachedView) {
    this.#terminal = terminal
    this.#viewer = viewer
  }

  /** Settles when the session is seen again; undefined while it is. */
  get over(): Promise<void> | undefined {
    return this.#history === undefined ? undefined : this.#over.promise
  }

  /** Shows the history; false where there is none yet. */
  begin(): boolean {
    if (this.#history !== undefined) return true
    const rows = this.#viewer.history()
    if (rows === undefined) return false
    const write = (text: string | Uint8Array): void => this.#terminal.write(text)
    this.#over = Promise.withResolvers()
    this.#entered = !this.#viewer.isAside
    if (this.#entered) {
      write(ENTER)
      this.#terminal.alternate = true
    }
    this.#history = new History(
      rows,
      write,
      () => this.#terminal.size,
      () => this.leave(),
    )
    this.#history.draw()
    return true
  }

  /** Takes what is typed; false when it is the session's. */
  take(tokens: ReadonlyArray<InputToken>): boolean {
    if (this.#history === undefined) return false
    for (const { key } of this.#reader.read(tokens)) this.#history?.key(key)
    return true
  }

  /** The window has another size. */
  windowChanged(): void {
    this.#resized = true
    this.#history?.draw()
  }

  /** Returns to the session, as the user asked. */
  leave(): void {
    this.stop()
    this.#over.resolve()
  }

  /** Gives the terminal back to the session; what waits for that continues waiting. */
  stop(): void {
    if (this.#history === undefined) return
    this.#history = undefined
    if (this.#entered) {
      this.#terminal.write(LEAVE)
      this.#terminal.alternate = false
    }
    this.#viewer.redraw()
    if (this.#resized) this.#viewer.windowChanged()
    this.#resized = false
  }
}
