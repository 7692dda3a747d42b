/**
 * The one list of the states that output sets in a terminal and that reach a viewer's own terminal (T-16).
 *
 * The library keeps some of them (`PRIVATE_MODES`), this file the others: keyboard protocols, the working directory, a
 * progress bar, alternate scroll and reversed screen. Whatever is on the list passes to viewers while it happens, and is
 * in every checkpoint; a state that is on no list reaches no one.
 */
import type { ReadParameters } from "./SequenceReader.ts"

/** DEC private modes that the library carries out and a checkpoint writes. */
export const PRIVATE_MODES: ReadonlySet<number> = new Set([
  1, 6, 7, 9, 12, 25, 45, 1000, 1002, 1003, 1004, 1006, 1016, 2004, 2026,
])
/** DEC private modes that show one of two screens; the library carries them out. */
export const SCREEN_MODES: ReadonlySet<number> = new Set([47, 1047, 1049])
/** DEC private modes that are kept here: the screen in reverse, the wheel as cursor keys on the alternate screen. */
export const KEPT_MODES: ReadonlySet<number> = new Set([5, 1007])
/** Control sequences that are kept here, by prefix and final byte: kitty's keyboard flags and modifyOtherKeys. */
export const KEPT_SEQUENCES: ReadonlySet<string> = new Set([">u", "<u", "=u", ">m", ">n"])
/** Operating system commands that are kept here: working directory and progress. */
export const KEPT_COMMANDS: ReadonlySet<number> = new Set([7, 9])

/** Most entries of a stack of keyboard flags, as in kitty. */
const MAX_STACK = 16
const KEYBOARD_FLAGS = 0b11111
const LONGEST_DIRECTORY = 4096
const DIRECTORY = /^(?:file|kitty-shell-cwd):\/\/[\x21-\x7e]*$/
const PROGRESS = /^4;([0-4])(?:;(\d{1,3}))?$/

const number = (parameters: ReadParameters, at: number, fallback = 0): number => {
  const value = parameters.filter((each) => typeof each === "number")[at]
  return value === undefined || value < 0 ? fallback : value
}

/** The states of one terminal. Each change gives the sequence that makes it on another terminal, "" for none. */
export class KeptStates {
  readonly #modes = new Map<number, boolean>()
  #stacks: { readonly normal: Array<number>; readonly alternate: Array<number> } = { normal: [0], alternate: [0] }
  #screen: "normal" | "alternate" = "normal"
  #otherKeys = 0
  #directory = ""
  #progress = ""

  /** Sets or resets a mode of `KEPT_MODES`. */
  mode(mode: number, on: boolean): string {
    this.#modes.set(mode, on)
    return `\x1b[?${mode}${on ? "h" : "l"}`
  }

  /** Reports which screen is shown from here on; the alternate one begins without keyboard flags. */
  show(screen: "normal" | "alternate"): string {
    if (screen === this.#screen) return ""
    const before = this.#flags
    this.#screen = screen
    if (screen === "alternate") this.#stacks = { ...this.#stacks, alternate: [0] }
    return before === 0 && this.#flags === 0 ? "" : this.#setFlags()
  }

  /** Takes a sequence of `KEPT_SEQUENCES`. */
  csi(kind: string, parameters: ReadParameters): string {
    switch (kind) {
      case ">u":
        return this.#keyboard((stack) => [...stack, number(parameters, 0) & KEYBOARD_FLAGS].slice(-MAX_STACK))
      case "<u": {
        const count = Math.max(1, number(parameters, 0, 1))
        return this.#keyboard((stack) => (count >= stack.length ? [0] : stack.slice(0, -count)))
      }
      case "=u":
        return this.#keyboard((stack) => [
          ...stack.slice(0, -1),
          changed(stack.at(-1) ?? 0, number(parameters, 0) & KEYBOARD_FLAGS, number(parameters, 1, 1)),
        ])
      default:
        return this.#modifiers(kind, parameters)
    }
  }

  /** Takes a command of `KEPT_COMMANDS`; undefined for what is no state. */
  osc(command: number, data: string): string | undefined {
    if (command === 7) {
      if (data !== "" && (data.length > LONGEST_DIRECTORY || !DIRECTORY.test(data))) return ""
      this.#directory = data
      return `\x1b]7;${data}\x1b\\`
    }
    const progress = PROGRESS.exec(data)
    if (progress === null) return data.startsWith("4;") ? "" : undefined
    this.#progress = progress[1] === "0" ? "" : data
    return `\x1b]9;${data}\x1b\\`
  }

  /** Back to the beginning, as `ESC c` sets a terminal. */
  reset(): void {
    this.#modes.clear()
    this.#stacks = { normal: [0], alternate: [0] }
    this.#screen = "normal"
    this.#otherKeys = 0
    this.#progress = ""
  }

  /** What sets the states in an empty terminal that shows its normal screen. */
  sequence(): string {
    let out = ""
    for (const [mode, on] of this.#modes) out += `\x1b[?${mode}${on ? "h" : "l"}`
    if (this.#otherKeys !== 0) out += `\x1b[>4;${this.#otherKeys}m`
    if (this.#directory !== "") out += `\x1b]7;${this.#directory}\x1b\\`
    if (this.#progress !== "") out += `\x1b]9;${this.#progress}\x1b\\`
    return out + stackSequence(this.#stacks.normal)
  }

  /** What sets the states of the alternate screen, once that is shown. */
  alternateSequence(): string {
    return stackSequence(this.#stacks.alternate)
  }

  get #flags(): number {
    return this.#stacks[this.#screen].at(-1) ?? 0
  }

  #keyboard(change: (stack: ReadonlyArray<number>) => Array<number>): string {
    this.#stacks = { ...this.#stacks, [this.#screen]: change(this.#stacks[this.#screen]) }
    return this.#setFlags()
  }

  /** The stack is ours alone: on a viewer's terminal the flags are set and its own stack stays as it is. */
  #setFlags(): string {
    return `\x1b[=${this.#flags};1u`
  }

  #modifiers(kind: string, parameters: ReadParameters): string {
    const resource = number(parameters, 0, -1)
    const isAll = kind === ">m" && parameters.length <= 1 && resource <= 0
    if (!isAll && resource !== 4) return ""
    this.#otherKeys = kind === ">m" && !isAll ? Math.min(number(parameters, 1), 2) : 0
    return `\x1b[>4;${this.#otherKeys}m`
  }
}

const changed = (flags: number, by: number, how: number): number => (how === 2 ? flags | by : how === 3 ? flags & ~by : by)

const stackSequence = ([first = 0, ...rest]: ReadonlyArray<number>): string =>
  (first === 0 ? "" : `\x1b[=${first};1u`) + rest.map((flags) => `\x1b[>${flags}u`).join("")
