/** What the programs of one terminal report of themselves, and how long that stands (docs/protocol/rules.md, T-54, T-55). */
import { isPassing, PROGRAM_TASKS_MAX, programOf } from "@holdfast/protocol/program-reports"
import type { ProgramTask, ReportedProgram } from "@holdfast/protocol/terminal-program"
import { headOf } from "@holdfast/protocol/text-cut"
import { given, percent, type StatusReport } from "./program-status.ts"

/** A report that stands. */
type Report = Omit<StatusReport, "state" | "id"> & { readonly state: Exclude<StatusReport["state"], "clear"> }

/** Longest message and title, in characters; many tasks are kept, so that theirs are shorter. */
const OWN_LENGTH = { message: 500, title: 192 }
const TASK_LENGTH = { message: 200, title: 100 }
/** The older form: `4 ; state ; percent`. */
const PROGRESS = /^4;([0-4])(?:;(\d{1,3}))?$/

/** A report with its texts cut. */
function cut({ message, title, ...rest }: Report, length: typeof OWN_LENGTH): Report {
  return {
    ...rest,
    ...given("message", message === undefined ? undefined : headOf(message, length.message)),
    ...given("title", title === undefined ? undefined : headOf(title, length.title)),
  }
}

/** The reports of one terminal. */
export class ProgramReports {
  #own: Report | undefined
  /** By id, the one that was reported longest ago first. */
  readonly #tasks = new Map<string, Report>()
  /** Progress in the older form, which counts until the program reports itself. */
  #progress: Report | undefined

  /** All of it; `undefined` when nothing is reported. */
  get program(): ReportedProgram | undefined {
    return programOf(this.#own ?? this.#progress, this.#shown())
  }

  /** Takes a report, in the place of the one with the same id. */
  take({ id, state, ...rest }: StatusReport): void {
    if (state === "clear") return this.#clear(id)
    const report: Report = { ...rest, state }
    if (id === "") {
      this.#own = cut(report, OWN_LENGTH)
      this.#progress = undefined
      return
    }
    this.#tasks.delete(id)
    this.#tasks.set(id, cut(report, TASK_LENGTH))
    const [oldest] = this.#tasks.keys()
    if (this.#tasks.size > PROGRAM_TASKS_MAX && oldest !== undefined) this.#tasks.delete(oldest)
  }

  /** Takes the data of an `OSC 9`, of which only progress is a report. */
  takeProgress(data: string): void {
    const [, state, at] = PROGRESS.exec(data) ?? []
    if (state === undefined || this.#own !== undefined) return
    const progress = given("progress", state === "3" ? undefined : percent(at))
    this.#progress = state === "0" ? undefined : { state: state === "2" ? "failed" : "working", ...progress }
  }

  /** A prompt is shown, or the program is gone: nothing works or waits any more; what came of it stays. */
  end(): void {
    if (this.#own !== undefined && isPassing(this.#own)) this.#own = undefined
    if (this.#progress !== undefined && isPassing(this.#progress)) this.#progress = undefined
    this.#drop(([, report]) => isPassing(report))
  }

  /** The terminal was reset as a whole. */
  reset(): void {
    this.#clear("")
  }

  #clear(id: string): void {
    if (id === "") this.#own = this.#progress = undefined
    this.#drop(([task]) => id === "" || task === id || task.startsWith(`${id}/`))
  }

  #drop(goes: (entry: readonly [string, Report]) => boolean): void {
    for (const entry of this.#tasks) if (goes(entry)) this.#tasks.delete(entry[0])
  }

  /** The tasks in the order of their ids, each with the name of its program. */
  #shown(): ReadonlyArray<ProgramTask> {
    return [...this.#tasks]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, report]) => ({ id, ...report, ...given("app", report.app ?? this.#appAbove(id)) }))
  }

  /** The name that the nearest report above has. */
  #appAbove(id: string): string | undefined {
    for (let at = id.lastIndexOf("/"); at > 0; at = id.lastIndexOf("/", at - 1)) {
      const app = this.#tasks.get(id.slice(0, at))?.app
      if (app !== undefined) return app
    }
    return this.#own?.app
  }
}
