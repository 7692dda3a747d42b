/** Which keyboard protocols the program of a terminal has asked for, as its output says. */
import type { IDisposable, Terminal } from "@xterm/xterm"
import type { KeyModes } from "./keys.ts"

type Params = ReadonlyArray<number | ReadonlyArray<number>>

const numberAt = (params: Params, at: number, absent: number): number => {
  const value = params[at]
  return typeof value === "number" ? value : absent
}

/** The modes of one emulator; the hub's emulator has made one form of all the ways to say them (T-16). */
export class ProgramKeys {
  readonly #terminal: Terminal
  readonly #handlers: ReadonlyArray<IDisposable>
  #flags = 0
  #normal = 0
  #otherKeys = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    const { parser } = terminal
    const screens = (isAlternate: boolean) => (params: Params) => {
      if (params.some((mode) => mode === 47 || mode === 1047 || mode === 1049)) this.#show(isAlternate)
      return false
    }
    this.#handlers = [
      parser.registerCsiHandler({ prefix: "=", final: "u" }, (params) => ((this.#flags = numberAt(params, 0, 0)), true)),
      parser.registerCsiHandler({ prefix: ">", final: "u" }, (params) => ((this.#flags = numberAt(params, 0, 0)), true)),
      parser.registerCsiHandler({ prefix: ">", final: "m" }, (params) => {
        if (numberAt(params, 0, 4) === 4) this.#otherKeys = numberAt(params, 1, 0)
        return true
      }),
      parser.registerCsiHandler({ prefix: "?", final: "h" }, screens(true)),
      parser.registerCsiHandler({ prefix: "?", final: "l" }, screens(false)),
      parser.registerEscHandler({ final: "c" }, () => {
        this.#flags = this.#normal = this.#otherKeys = 0
        return false
      }),
    ]
  }

  /** What holds now. */
  get modes(): KeyModes {
    const { applicationCursorKeysMode } = this.#terminal.modes
    return { flags: this.#flags, otherKeys: this.#otherKeys, applicationCursor: applicationCursorKeysMode }
  }

  dispose(): void {
    for (const handler of this.#handlers) handler.dispose()
  }

  /** Each screen has flags of its own; the alternate one begins without. */
  #show(isAlternate: boolean): void {
    const wasAlternate = this.#terminal.buffer.active.type === "alternate"
    if (isAlternate === wasAlternate) return
    if (isAlternate) [this.#normal, this.#flags] = [this.#flags, 0]
    else this.#flags = this.#normal
  }
}
