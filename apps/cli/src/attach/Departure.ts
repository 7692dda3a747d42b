/**
 * The moment after the detach key (docs/protocol/rules.md, C-9): what is typed in the same burst is read and kept from the shell
 * that the user comes back to, from the session too, and then said.
 */
import type { InputToken } from "@holdfast/core/terminal/input/token"
import { typedText } from "./keyboard.ts"

/** Milliseconds without input after which a burst is over: of a terminal that tells when keys are let go, they are waited for. */
const QUIET = 40
const LET_GO = 250
/** Longest burst, in milliseconds. */
const MOST = 1000

/** One departure; `done` gets what was typed and not sent, as text, once. */
export class Departure {
  readonly #done: (unsent: string) => void
  readonly #until = performance.now() + MOST
  readonly #quiet: number
  readonly #tokens: Array<InputToken> = []
  #timer: NodeJS.Timeout | undefined

  /** `tellsReleases`: the terminal reports keys that are let go. */
  constructor(tellsReleases: boolean, done: (unsent: string) => void) {
    this.#done = done
    this.#quiet = tellsReleases ? LET_GO : QUIET
  }

  /** Takes what comes after the key. */
  take(tokens: ReadonlyArray<InputToken>): void {
    clearTimeout(this.#timer)
    this.#tokens.push(...tokens)
    const wait = Math.min(this.#quiet, this.#until - performance.now())
    if (wait <= 0) this.#over()
    else this.#timer = setTimeout(() => this.#over(), wait)
  }

  /** Ends without a word. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  #over(): void {
    this.#done(typedText(this.#tokens))
  }
}
