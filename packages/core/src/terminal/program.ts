/** What a terminal's program reports of itself, and its shell's last command, in the session's state (docs/protocol/rules.md, T-54, T-55). */
import type { Activity } from "@holdfast/protocol/agent/task"
import type { EventData } from "@holdfast/protocol/events"
import { isPassing, programOf, reportedStates } from "@holdfast/protocol/program-reports"
import type { ReportedProgram, TerminalProgram } from "@holdfast/protocol/terminal-program"
import { sameJson } from "../agent/same-json.ts"
import type { TerminalFacts } from "./terminal-facts.ts"

/** A report as the data of its event; nothing is reported by an empty one. */
export type ReportData = EventData["terminal/program"]

/** Whether something is reported. */
function isReport(data: ReportData): data is ReportData & ReportedProgram {
  return data.state !== undefined
}

/** Whether a terminal's state has this report already. */
export function isReported({ program }: TerminalFacts, data: ReportData): boolean {
  if (program === undefined) return !isReport(data)
  const { since: _, ...reported } = program
  return sameJson(reported, data)
}

/** Whether a report says nothing new but words and progress: no program or task came into another state. */
export function isSameState({ program }: TerminalFacts, data: ReportData): boolean {
  return program !== undefined && isReport(data) && reportedStates(program) === reportedStates(data)
}

/** A terminal after a report. */
export function reported(terminal: TerminalFacts, data: ReportData, time: number): TerminalFacts {
  const { program: before, ...rest } = terminal
  if (!isReport(data)) return rest
  return { ...rest, program: { ...data, since: before !== undefined && isStill(before, data) ? before.since : time } }
}

/** Whether a program is in the same state as before; what it asks next is another one. */
function isStill(before: ReportedProgram, { state, kind, task, message }: ReportedProgram): boolean {
  if (before.state !== state || before.kind !== kind || before.task !== task) return false
  return state !== "blocked" || before.message === message
}

/** A terminal whose process has ended: nothing works or waits in it any more, and what came of it stays. */
export function afterProcess(terminal: TerminalFacts): TerminalFacts {
  const { pid: _, program, lastCommand, ...rest } = terminal
  const left = program === undefined ? undefined : leftOf(program)
  return {
    ...rest,
    ...(left === undefined ? {} : { program: left }),
    ...(lastCommand?.milliseconds === undefined ? {} : { lastCommand }),
  }
}

/** A terminal in which nothing was reported yet. */
export function withoutReports(terminal: TerminalFacts): TerminalFacts {
  const { program: _, lastCommand: __, ...rest } = terminal
  return rest
}

function leftOf({ since, tasks = [], task, ...own }: TerminalProgram): TerminalProgram | undefined {
  const left = programOf(
    task !== undefined || isPassing(own) ? undefined : own,
    tasks.filter((each) => !isPassing(each)),
  )
  return left === undefined ? undefined : { ...left, since }
}

/** What a terminal does, in the words for agents: its program waits for a person, works, or neither. */
export function programActivity({ state }: TerminalProgram): Activity {
  if (state === "blocked") return "asking"
  return state === "working" ? "working" : "idle"
}
