/**
 * Reports of a terminal at the pace that a log can bear (docs/protocol/rules.md, T-56): at most four a second that change a
 * state, of those that change words or progress one a second. Of several in between the last counts.
 */
import { reportedStates } from "@holdfast/protocol/program-reports"
import type { ReportedProgram, TerminalCommand } from "@holdfast/protocol/terminal-program"
import type { Reported } from "./hook-program.ts"

/** Shortest time between two reports, in milliseconds. */
export const REPORT_INTERVAL = 250
/** The same, when the later one says nothing but other words or another progress. */
export const PROGRESS_INTERVAL = 1000

/** Where reports go. */
export interface ReportEvents {
  readonly program: (program: ReportedProgram | undefined) => void
  readonly command: (command: TerminalCommand) => void
}

/** The teller of one terminal. */
export class ReportTeller {
  readonly #events: ReportEvents
  #source: Reported | undefined
  #told: string | undefined
  #toldState = ""
  #toldCommand: TerminalCommand | undefined
  #toldAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(events: ReportEvents) {
    this.#events = events
  }

  /** What is reported may have changed. */
  changed(source: Reported): void {
    this.#source = source
    // What the rest of this turn reports is told with it.
    this.#timer ??= setTimeout(this.#due, this.#toldAt + REPORT_INTERVAL - performance.now()).unref()
  }

  /** Tells what has changed, without waiting. */
  tell(): void {
    this.#stop()
    const source = this.#source
    if (source === undefined) return
    this.#source = undefined
    this.#tellProgram(source.program)
    if (source.command === undefined || source.command === this.#toldCommand) return
    this.#toldCommand = source.command
    this.#toldAt = performance.now()
    this.#events.command(source.command)
  }

  /** Tells nothing any more. */
  close(): void {
    this.#stop()
    this.#source = undefined
  }

  #tellProgram(program: ReportedProgram | undefined): void {
    const text = program === undefined ? undefined : JSON.stringify(program)
    if (text === this.#told) return
    this.#told = text
    this.#toldState = reportedStates(program)
    this.#toldAt = performance.now()
    this.#events.program(program)
  }

  readonly #due = (): void => {
    this.#timer = undefined
    const wait = this.#toldAt + PROGRESS_INTERVAL - performance.now()
    if (wait > 0 && this.#isProgress()) this.#timer = setTimeout(this.#due, Math.min(wait, REPORT_INTERVAL)).unref()
    else this.tell()
  }

  /** Whether nothing but words has changed. */
  #isProgress(): boolean {
    const { program, command } = this.#source ?? {}
    return command === this.#toldCommand && reportedStates(program) === this.#toldState
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
