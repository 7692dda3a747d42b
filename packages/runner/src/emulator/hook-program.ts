/** Hooks what programs report of themselves to a terminal (docs/protocol/rules.md, T-53 to T-57). */
import type { Terminal } from "@xterm/headless"
import type { TerminalCommand, ReportedProgram } from "@holdfast/protocol/terminal-program"
import { CommandMarks } from "./CommandMarks.ts"
import { ProgramReports } from "./ProgramReports.ts"
import { readStatus } from "./program-status.ts"

/** The answer to the question whether the protocol is known: the question itself. */
const KNOWN = "\x1b]7501;?\x1b\\"

/** What is reported in a terminal. */
export interface Reported {
  readonly program: ReportedProgram | undefined
  readonly command: TerminalCommand | undefined
}

/** What a terminal reports from now on; `changed` is called when it may be something else. */
export class TerminalReports implements Reported {
  readonly #reports = new ProgramReports()
  readonly #marks: CommandMarks
  readonly #changed: () => void

  constructor(terminal: Terminal, answer: (data: string) => void, changed: () => void) {
    this.#marks = new CommandMarks(terminal)
    this.#changed = changed
    const { parser } = terminal
    parser.registerOscHandler(7501, (data) => {
      const status = readStatus(data)
      if (status === "question") answer(KNOWN)
      else if (status !== undefined) this.#change(() => this.#reports.take(status))
      return true
    })
    parser.registerOscHandler(133, (data) => {
      this.#change(() => {
        if (this.#marks.take(data, Date.now())) this.#reports.end()
      })
      return true
    })
    // The others look at it as well: progress is also a state of the viewer's terminal (T-16).
    parser.registerOscHandler(9, (data) => {
      if (data.startsWith("4;")) this.#change(() => this.#reports.takeProgress(data))
      return false
    })
    parser.registerEscHandler({ final: "c" }, () => {
      this.#change(() => {
        this.#reports.reset()
        this.#marks.reset()
      })
      return false
    })
  }

  get program(): ReportedProgram | undefined {
    return this.#reports.program
  }

  get command(): TerminalCommand | undefined {
    return this.#marks.command
  }

  /** The program that reported is gone. */
  end(): void {
    this.#change(() => this.#reports.end())
  }

  #change(change: () => void): void {
    change()
    this.#changed()
  }
}
