/**
 * The commands of a shell that marks them (OSC 133; docs/protocol/rules.md, T-57): `A` a prompt begins, `B` it ends, `C` the
 * command runs, `D` it has ended.
 */
import type { IMarker, Terminal } from "@xterm/headless"
import type { TerminalCommand } from "@holdfast/protocol/terminal-program"
import { headOf } from "@holdfast/protocol/text-cut"
import { given, seenText } from "./program-status.ts"

/** Longest command line that is kept, in characters. */
const MAX_LINE = 500
/** Most rows that a command line is read from. */
const MAX_ROWS = 20
/** Prompts that begin nothing: on the right, in the middle of a command, of its continuation. */
const OTHER_PROMPTS: ReadonlySet<string> = new Set(["r", "s", "c"])
const EXIT_CODE = /^-?\d{1,10}$/

/** The marks of one terminal. */
export class CommandMarks {
  readonly #terminal: Terminal
  #prompt: { readonly marker: IMarker; readonly column: number } | undefined
  #command: TerminalCommand | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** The last command; `undefined` before the first. */
  get command(): TerminalCommand | undefined {
    return this.#command
  }

  /** Takes the data of a mark that came at this time, in epoch milliseconds; true when a prompt begins. */
  take(data: string, time: number): boolean {
    const [mark, ...options] = data.split(";")
    switch (mark) {
      case "A": {
        if (OTHER_PROMPTS.has(optionOf(options, "k") ?? "")) return false
        this.#ended(time, undefined)
        return true
      }
      case "B":
        this.#begins()
        return false
      case "C":
        this.#command = { startedAt: time, ...given("line", this.#line(options)) }
        this.#forget()
        return false
      case "D":
        this.#ended(time, options[0])
    }
    return false
  }

  /** The terminal was reset as a whole. */
  reset(): void {
    this.#forget()
  }

  #ended(time: number, code: string | undefined): void {
    if (this.#command === undefined || this.#command.milliseconds !== undefined) return
    const milliseconds = Math.max(0, time - this.#command.startedAt)
    const exitCode = code !== undefined && EXIT_CODE.test(code) ? Number(code) : undefined
    this.#command = { ...this.#command, milliseconds, ...given("exitCode", exitCode) }
  }

  /** The prompt ends where the cursor is: what is typed stands behind it. */
  #begins(): void {
    this.#forget()
    const { active } = this.#terminal.buffer
    const marker = active.type === "normal" ? this.#terminal.registerMarker(0) : undefined
    if (marker !== undefined) this.#prompt = { marker, column: active.cursorX }
  }

  #forget(): void {
    this.#prompt?.marker.dispose()
    this.#prompt = undefined
  }

  /** What was typed: as the shell says it, else as it stands on the screen. */
  #line(options: ReadonlyArray<string>): string | undefined {
    const said = optionOf(options, "cmdline_url")
    const text = said === undefined ? this.#typed() : unescaped(said)
    const line = seenText(text.replace(/\p{Cc}+/gu, " "))
    return line === undefined ? undefined : headOf(line, MAX_LINE)
  }

  #typed(): string {
    const { active } = this.#terminal.buffer
    if (this.#prompt === undefined || active.type !== "normal" || this.#prompt.marker.line < 0) return ""
    const { marker, column } = this.#prompt
    const cursor = active.baseY + active.cursorY
    const last = Math.min(active.cursorX === 0 ? cursor - 1 : cursor, marker.line + MAX_ROWS - 1)
    let text = ""
    for (let row = marker.line; row <= last; row++) {
      const line = active.getLine(row)
      if (line === undefined) break
      const isJoined = active.getLine(row + 1)?.isWrapped === true
      text += `${row === marker.line || line.isWrapped ? "" : " "}${line.translateToString(!isJoined, row === marker.line ? column : 0)}`
    }
    return text
  }
}

const optionOf = (options: ReadonlyArray<string>, name: string): string | undefined =>
  options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1)

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A shell that escapes only some of it is read as it stands.
    return text
  }
}
