/**
 * Asks the user's terminal for its colours when a session is attached (docs/protocol/rules.md, T-20, C-7).
 *
 * Text and background are asked for, and then what every terminal answers at once, so that no one waits for one that does
 * not know colours. The answers are taken out of what is typed, however late they come: neither the session nor the user's
 * shell gets them, and keys that were pressed meanwhile are kept for the session.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { exactHex, parseColor } from "@holdfast/runner/emulator/colors"
import { listenToKeys } from "./keyboard.ts"

/** Milliseconds for which an answer is waited for at most, and where a late one would reach the user's shell. */
const PATIENCE = 250
const LAST_PATIENCE = 1000
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

/** Keys that end a command in a terminal that is not raw, and the signals that it sends for them. */
const INTERRUPTS = [
  [0x03, "SIGINT"],
  [0x1c, "SIGQUIT"],
] as const

/** One question and its answers. */
export class ColorQuestion {
  readonly #found = new Map<string, string>()
  /** The terminal answered, or nothing comes from it any more. */
  readonly #answered = Promise.withResolvers<void>()
  readonly #early: Array<Uint8Array> = []
  #askedAt = 0
  #isOpen = false
  #held = ""
  #isReleasing = false
  #isQuitting = false

  readonly #interrupt: (signal: NodeJS.Signals) => void

  /** `interrupt` sends this process a signal; the terminal is not raw then, because the process may end at once. */
  constructor(interrupt: (signal: NodeJS.Signals) => void = (signal) => process.kill(process.pid, signal)) {
    this.#interrupt = interrupt
  }

  /** Asks with `write`, and reads standard input from here on; the terminal stays raw until `giveUp`, or until `OwnTerminal` has it. */
  ask(write: (text: string) => void): void {
    this.#isOpen = true
    if (process.stdin.isTTY) process.stdin.setRawMode(true)
    listenToKeys(this.#read)
    process.stdin.on("error", this.#ended).on("end", this.#ended)
    this.#askedAt = performance.now()
    write(ASKED)
  }

  /** The colours, where the terminal reported them in time. What was typed is on standard input again, the terminal raw. */
  async answer(): Promise<TerminalColors | undefined> {
    await this.#stop(PATIENCE)
    const typed = Buffer.concat(this.#early)
    if (typed.length > 0) process.stdin.unshift(typed)
    const [foreground, background] = [this.#found.get("10"), this.#found.get("11")]
    return foreground === undefined || background === undefined ? undefined : { foreground, background }
  }

  /** Gives the terminal back: there is nothing to attach to. */
  async giveUp(): Promise<void> {
    await this.#stop(LAST_PATIENCE)
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    process.stdin.unref()
  }

  /** Waits for the answers until this many milliseconds after the question. */
  async #answersOr(patience: number): Promise<void> {
    const timer = setTimeout(() => this.#answered.resolve(), Math.max(0, this.#askedAt + patience - performance.now()))
    await this.#answered.promise
    clearTimeout(timer)
  }

  /** Waits for the answers like `answersOr`, and stops reading. */
  async #stop(patience: number): Promise<void> {
    await this.#answersOr(patience)
    process.stdin.off("data", this.#read).off("error", this.#ended).off("end", this.#ended)
    process.stdin.pause()
  }

  readonly #ended = (): void => this.#answered.resolve()

  readonly #read = (chunk: Uint8Array): void => {
    const typed = this.keys(chunk)
    this.#early.push(typed)
    // Nothing is attached yet: these keys are for this program, as they were before the terminal was raw.
    for (const [key, signal] of INTERRUPTS) if (typed.includes(key)) this.#quit(signal)
  }

  /** Passes the signal on when the terminal has answered: the process may end at once. A second key does not wait. */
  #quit(signal: NodeJS.Signals): void {
    if (this.#isQuitting) return this.#answered.resolve()
    this.#isQuitting = true
    void this.#answersOr(LAST_PATIENCE).then(() => {
      this.#isQuitting = false
      if (process.stdin.isTTY) process.stdin.setRawMode(false)
      this.#interrupt(signal)
    })
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
      this.#answered.resolve()
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
