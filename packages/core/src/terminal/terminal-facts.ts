/** The terminal in a session's state. */
import type { TerminalCommand, TerminalProgram } from "@holdfast/protocol/terminal-program"
import type { LoggedTerminal } from "@holdfast/protocol/terminal-spec"

/** The terminal part of a session's state. */
export interface TerminalFacts {
  readonly spec: LoggedTerminal
  readonly cols: number
  readonly rows: number
  readonly title: string
  /** When its size was changed last. */
  readonly resizedAt?: number
  readonly pid?: number
  /** Who holds the keyboard: `seat` decides, the others are for people. */
  readonly typist?: { readonly client: string; readonly name: string; readonly seat: string }
  /** What its program reports of itself. */
  readonly program?: TerminalProgram
  readonly lastCommand?: TerminalCommand
}
