/**
 * Which of the user's colours a session has changed, and what gives each back (docs/protocol/rules.md, T-51).
 *
 * A colour that the user's terminal reported is set to that again; of others it is only known what the terminal begins with. What the
 * session never changed is never touched, whatever it sets back.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"

const OSC = "\u001b]"
const ST = "\u001b\\"

// oxlint-disable-next-line no-control-regex -- sequences begin with one
const COLORS = /\u001b\](104|11[0-2]|1[0-2]|4)(?:;([^\u001b]*))?\u001b\\/g

/** The changes on one terminal; `undo` has a step for each, by `color NAME`. */
export class ColorChanges {
  readonly #undo: Map<string, string>
  /** Colours of text and background as the user's terminal reported them. */
  own: TerminalColors | undefined

  constructor(undo: Map<string, string>) {
    this.#undo = undo
  }

  /** What gives all of them back. */
  get all(): string {
    return [...this.#undo].flatMap(([name, text]) => (name.startsWith("color ") ? [text] : [])).join("")
  }

  /** The sequences of one command, each by itself, as they may be written. */
  written(sequences: string): string {
    return sequences.replace(COLORS, (sequence, command: string, data = "") => {
      if (command === "4") return this.#set(`4;${data.split(";")[0] ?? ""}`, sequence)
      if (command === "104") return this.#back((name) => (data === "" ? name.startsWith("4;") : name === `4;${data}`))
      return Number(command) < 100 ? this.#set(command, sequence) : this.#back((name) => name === command.slice(1))
    })
  }

  #set(name: string, sequence: string): string {
    this.#undo.set(`color ${name}`, this.#original(name))
    return sequence
  }

  #back(chosen: (name: string) => boolean): string {
    let text = ""
    for (const [key, step] of this.#undo) if (key.startsWith("color ") && chosen(key.slice(6))) text += step
    return text
  }

  #original(name: string): string {
    const known = name === "10" ? this.own?.foreground : name === "11" ? this.own?.background : undefined
    if (known !== undefined) return `${OSC}${name};${known}${ST}`
    return name.startsWith("4;") ? `${OSC}104;${name.slice(2)}${ST}` : `${OSC}1${name}${ST}`
  }
}
