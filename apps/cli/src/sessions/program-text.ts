/**
 * What a terminal's program reports of itself, and its shell's last command, as people read it.
 */
import type { ProgramTask, ReportedProgram, TerminalCommand } from "@holdfast/protocol/terminal-program"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import type { Style } from "../text/style.ts"

type Report = Omit<ReportedProgram, "tasks" | "task">

const STATES: Readonly<Record<string, string>> = { blocked: "asks" }
const STYLES: Readonly<Record<string, Style>> = { blocked: "yellow", working: "green", done: "cyan", failed: "red" }
const ASKS: Readonly<Record<string, string>> = {
  permission: "asks for permission",
  question: "asks a question",
  auth: "asks to sign in",
}

/** The state in a table, as in `working 40%`: the words are those of agents. */
export function programState({ state, progress }: Report): string {
  const word = STATES[state] ?? printable(state)
  return progress === undefined ? word : `${word} ${progress}%`
}

/** Colour of the state. */
export function programStyle({ state }: Report): Style {
  return STYLES[state] ?? "dim"
}

/** What the program says beside its state: `claude-code: approve Write: a.txt`. */
export function programWords({ app, title, message }: Report): string {
  const words = [title, message].flatMap((text) => (text === undefined ? [] : [printable(text)])).join(", ")
  return [app === undefined ? "" : printable(app), words].filter((text) => text !== "").join(": ")
}

/** A report in one line: `asks for permission, claude-code: approve Write: a.txt`. */
export function programLine(report: Report): string {
  const state = report.kind === undefined ? programState(report) : (ASKS[report.kind] ?? programState(report))
  const words = programWords(report)
  return words === "" ? state : `${state}, ${words}`
}

/** A task in one line, with its id first. */
export function taskLine(task: ProgramTask): string {
  return `${printable(task.id)} ${programLine(task)}`
}

/** A command in one line: `make test: exit 2 after 3s`. */
export function commandText({ line, startedAt, milliseconds, exitCode }: TerminalCommand, now: number): string {
  const name = line === undefined ? "a command" : printable(line)
  if (milliseconds === undefined) return `${name}: runs for ${span(now - startedAt)}`
  const took = milliseconds < 1000 ? `${milliseconds}ms` : span(milliseconds)
  return `${name}: ${exitCode === undefined ? "ended" : `exit ${exitCode}`} after ${took}`
}
