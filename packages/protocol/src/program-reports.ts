/** What several reports of a terminal's program come to (docs/protocol/rules.md, T-54). */
import type { ProgramState, ProgramTask, ReportedProgram } from "./terminal-program.ts"

/** Most tasks of a program that are kept; of more, those that were reported last. */
export const PROGRAM_TASKS_MAX = 64

/** The weightiest first: what a program's tasks come to where it has no report of its own. */
const WEIGHT: ReadonlyArray<ProgramState> = ["blocked", "working", "failed", "done", "idle"]

/** The weightiest of some reports, of equal ones the first. */
function weightiest<R extends { readonly state: ProgramState }>(reports: ReadonlyArray<R>): R | undefined {
  for (const state of WEIGHT) {
    const found = reports.find((each) => each.state === state)
    if (found !== undefined) return found
  }
  return undefined
}

/** What reports come to: that of a blocked task, else the program's own, else the weightiest (T-54). */
export function programOf(
  own: Omit<ReportedProgram, "task" | "tasks"> | undefined,
  tasks: ReadonlyArray<ProgramTask>,
): ReportedProgram | undefined {
  const rest = tasks.length === 0 ? {} : { tasks }
  const heaviest = weightiest(tasks)
  if (own !== undefined && (own.state === "blocked" || heaviest?.state !== "blocked")) return { ...own, ...rest }
  if (heaviest === undefined) return undefined
  const { id, ...report } = heaviest
  return { ...report, task: id, ...rest }
}

/** Whether a report ends with what it is about; the result of something stays. */
export function isPassing({ state }: { readonly state: ProgramState }): boolean {
  return state !== "done" && state !== "failed"
}

/** What of a report is more than words and progress: whose it is, who is in which state, and what a blocked one asks. */
export function reportedStates(program: ReportedProgram | undefined): string {
  if (program === undefined) return ""
  const { tasks = [], task, ...own } = program
  const states = [own, ...tasks].map(({ state, kind, app, message }) => [state, kind, app, state === "blocked" ? message : ""])
  return JSON.stringify([task, states, tasks.map(({ id }) => id)])
}
