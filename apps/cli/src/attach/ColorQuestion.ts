/**
 * Asks the user's terminal for its colours when a session is attached (docs/PROTOCOL.md, T-20, C-7).
 *
 * Text and background are asked for, and then what every terminal answers at once, so that nobody waits for one that does
 * not know colours. The answers are taken out of what is typed, however late they come: neither the session nor the user's
 * shell gets them, and keys that were pressed meanwhile are kept.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { exactHex, parseColor } from "@holdfast/runner/emulator/colors"
import { listenToKeys } from "./keyboard.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"

/** Milliseconds for which an answer is waited for at most. */
const PATIENCE = 250
/** Milliseconds in which the rest of an answer comes. */
const RELEASE = 30
const ASKED = "\u001b]10;?\u001b\\\u001b]11;?\u001b\\\u001b[c"

// oxlint-disable-next-line no-control-regex -- answers begin with one
const COLOR = /\u001b\](1[01]);(rgba?:[\da-fA-F/]{1,40})(?:\u0007|\u001b\\)/g
// oxlint-disable-next-line no-control-regex -- answers begin with one
const DONE = /\u001b\[\?[\d;]*c/
/** What may be the begin of an answer, at the end of a chunk. */
// oxlint-disable-next-line no-control-regex -- answers begin with one
const BEGUN = /\u001b(?:\](?:1(?:[01](?:;[rgba:\da-fA-F/]{0,40}\u001b?)?)?)?|\[(?:\?[\d;]*)?)?$/

/** One question and its answers. */
export class ColorQuestion {
  readonly #found = new Map<string, string>()
  readonly #settled = Promise.withResolvers<void>()
  #isOpen = false
  #held = ""
  #isReleasing = false

  /** Asks; gives the colours when the terminal has told them in time. */
  async ask(terminal: OwnTerminal): Promise<TerminalColors | undefined> {
    const early: Array<Uint8Array> = []
    const read = (chunk: Uint8Array): void => void early.push(this.keys(chunk))
    this.#isOpen = true
    listenToKeys(read)
    terminal.write(ASKED)
    const patience = setTimeout(() => this.#settled.resolve(), PATIENCE)
    await this.#settled.promise
    clearTimeout(patience)
    process.stdin.off("data", read)
    const typed = Buffer.concat(early)
    if (typed.length > 0) process.stdin.unshift(typed)
    const [foreground, background] = [this.#found.get("10"), this.#found.get("11")]
    return foreground === undefined || background === undefined ? undefined : { foreground, background }
  }

  /** The bytes of a chunk that are no answers. */
  keys(chunk: Uint8Array): Uint8Array {
    if (!this.#isOpen || this.#isReleasing) return chunk
    let text = (this.#held + Buffer.from(chunk).toString("latin1")).replace(COLOR, (_, number: string, spec: string) => {
      const color = parseColor(spec.replace(/^rgba:((?:[^/]+\/){2}[^/]+)\/.*$/, "rgb:$1"))
      if (color !== undefined) this.#found.set(number, exactHex(color))
      return ""
    })
    this.#held = ""
    const done = DONE.exec(text)
    if (done !== null) {
      text = text.slice(0, done.index) + text.slice(done.index + done[0].length)
      this.#isOpen = false
      this.#settled.resolve()
      return Buffer.from(text, "latin1")
    }
    const begun = BEGUN.exec(text)
    if (begun !== null) {
      // A key may begin so as well: it waits for what comes next, not for long.
      this.#held = begun[0]
      text = text.slice(0, begun.index)
      if (begun[0].length < 3) this.#release(begun[0])
    }
    return Buffer.from(text, "latin1")
  }

  /** Gives back what was held when nothing follows it. */
  #release(held: string): void {
    setTimeout(() => {
      if (this.#held !== held) return
      this.#held = ""
      this.#isReleasing = true
      process.stdin.emit("data", Buffer.from(held, "latin1"))
      this.#isReleasing = false
    }, RELEASE).unref()
  }
}
