/**
 * The background tasks of one agent, as they are reported to the hub: at most `TASKS_MAX` at a time, so that a record stays
 * bounded; a further one is reported when another has ended, so that an agent with tasks never seems to have none.
 */
import { AGENT_EVENTS } from "@holdfast/protocol/agent/agent-events"
import { cutText } from "@holdfast/protocol/agent/cut"
import type { TaskInfo, TaskOutcome } from "@holdfast/protocol/agent/task"
import { TASKS_MAX } from "@holdfast/protocol/agent/task-limits"
import type { AgentNote } from "@holdfast/link/agent-messages"

/** Tasks that are kept until they can be reported. */
const WAITING_MAX = 10_000
/** Wait between two words about the progress of a task, in milliseconds; what is said in between is left out. */
const PROGRESS_MILLIS = 2000

interface Told {
  at: number
  progress: string | undefined
}

/** Reports tasks; nothing is reported of unknown ones. */
export class Tasks {
  readonly #note: (note: AgentNote) => void
  readonly #told = new Map<string, Told>()
  readonly #waiting = new Map<string, TaskInfo>()

  constructor(note: (note: AgentNote) => void) {
    this.#note = note
  }

  /** Whether a task runs. */
  has(id: string): boolean {
    return this.#told.has(id) || this.#waiting.has(id)
  }

  /** Ids of the tasks that run. */
  get ids(): ReadonlyArray<string> {
    return [...this.#told.keys(), ...this.#waiting.keys()]
  }

  started(task: TaskInfo): void {
    if (this.has(task.id)) return
    if (this.#told.size >= TASKS_MAX) {
      if (this.#waiting.size < WAITING_MAX) this.#waiting.set(task.id, task)
      return
    }
    this.#told.set(task.id, { at: 0, progress: undefined })
    this.#note({
      type: "task-started",
      task: { ...task, description: cutText(task.description, AGENT_EVENTS["task/started"].cut["task.description"]) },
    })
  }

  /** What a task does now. */
  progress(id: string, text: string): void {
    const told = this.#told.get(id)
    const progress = cutText(text, AGENT_EVENTS["task/progress"].cut.progress)
    const now = performance.now()
    if (told === undefined || progress === "" || told.progress === progress || now - told.at < PROGRESS_MILLIS) return
    this.#told.set(id, { at: now, progress })
    this.#note({ type: "task-progress", taskId: id, progress })
  }

  ended(id: string, outcome: TaskOutcome, summary?: string): void {
    this.#waiting.delete(id)
    if (!this.#told.delete(id)) return
    const said =
      summary === undefined || summary === "" ? {} : { summary: cutText(summary, AGENT_EVENTS["task/ended"].cut.summary) }
    this.#note({ type: "task-ended", taskId: id, outcome, ...said })
    const [next] = this.#waiting.values()
    if (next === undefined) return
    this.#waiting.delete(next.id)
    this.started(next)
  }
}
