/**
 * What Claude reports of what it runs in the background: shells, subagents, monitors, workflows.
 *
 * The set of all that runs (`background_tasks_changed`) decides, so that a start or an end that is not told cannot leave a
 * wrong picture; the single words (`task_started`, `task_notification`) say what a task is and how it ended. Tasks that their
 * tool call waits for are of the turn, and ambient ones are no activity: neither is told.
 */
import type { TaskOutcome } from "@holdfast/protocol/agent/task"
import type { Tasks } from "../host/Tasks.ts"
import { at, listAt, textAt } from "./read.ts"

/** Tasks whose place is remembered. */
const KNOWN_MAX = 2000

/** How long the notification of a task that has ended is waited for, in milliseconds. */
const NOTIFICATION_MILLIS = 250

const KINDS: Readonly<Record<string, string>> = { local_bash: "shell", local_agent: "subagent", local_workflow: "workflow" }

const OUTCOMES: Readonly<Record<string, TaskOutcome>> = {
  completed: "completed",
  failed: "failed",
  stopped: "stopped",
  killed: "stopped",
}

interface Known {
  background: boolean
  readonly parent: string | undefined
}

/** The tasks of one Claude; `notice` gets what people should read of their ends. */
export class TaskNews {
  readonly #tasks: Tasks
  readonly #notice: (text: string) => void
  readonly #known = new Map<string, Known>()
  /** What runs, as Claude last reported. */
  #running: ReadonlySet<string | undefined> = new Set()

  constructor(tasks: Tasks, notice: (text: string) => void) {
    this.#tasks = tasks
    this.#notice = notice
  }

  /** The background task that a subagent's call belongs to, be it nested; undefined for one that the turn waits for. */
  taskOf(agent: string | undefined): string | undefined {
    for (let id = agent, steps = 0; id !== undefined && steps < 100; id = this.#known.get(id)?.parent, steps++) {
      if (this.#tasks.has(id)) return id
    }
    return undefined
  }

  /** Takes a message; false when it is not about tasks. */
  take(message: unknown): boolean {
    const id = textAt(message, "task_id") ?? ""
    switch (textAt(message, "subtype")) {
      case "background_tasks_changed":
        this.#changed(listAt(message, "tasks"))
        return true
      case "task_started":
        this.#place(id, message, at(message, "is_backgrounded"))
        return true
      case "task_updated":
        this.#updated(id, message)
        return true
      case "task_progress":
        this.#tasks.progress(id, textAt(message, "summary") ?? textAt(message, "description") ?? "")
        return true
      case "task_notification":
        this.#ended(id, textAt(message, "status") ?? "", textAt(message, "summary"))
        return true
      default:
        return false
    }
  }

  #changed(tasks: ReadonlyArray<unknown>): void {
    const running = tasks.filter((task) => at(task, "ambient") !== true)
    const ids = new Set(running.map((task) => textAt(task, "task_id")))
    this.#running = ids
    for (const id of this.#tasks.ids) if (!ids.has(id)) this.#endSoon(id, "completed")
    // What a task is comes right after, with more words.
    setImmediate(() => {
      for (const task of running) this.#start(textAt(task, "task_id") ?? "", task)
    })
  }

  #place(id: string, message: unknown, background: unknown): void {
    if (at(message, "ambient") === true || at(message, "skip_transcript") === true) return
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(id, { background: background === true, parent: textAt(message, "parent_task_id") })
    if (background === true) this.#start(id, message)
  }

  #start(id: string, told: unknown): void {
    if (id === "" || this.#tasks.has(id)) return
    const type = textAt(told, "task_type") ?? "task"
    const toolCallId = textAt(told, "tool_use_id")
    const description = [textAt(told, "description"), textAt(told, "subagent_type")].find(
      (text) => text !== undefined && text !== "",
    )
    this.#tasks.started({
      id,
      kind: KINDS[type] ?? type.replace(/^local_/, ""),
      description: description ?? type,
      ...(toolCallId === undefined ? {} : { toolCallId }),
    })
  }

  #updated(id: string, message: unknown): void {
    const known = this.#known.get(id)
    const background = at(message, "patch", "is_backgrounded")
    if (known !== undefined && typeof background === "boolean") known.background = background
    const outcome = OUTCOMES[textAt(message, "patch", "status") ?? ""]
    if (outcome !== undefined && this.#tasks.has(id)) this.#endSoon(id, outcome)
  }

  /** A task has ended. Its notification says more, and comes right after, if it comes. */
  #endSoon(id: string, outcome: TaskOutcome): void {
    const timer = setTimeout(() => {
      if (!this.#running.has(id)) this.#tasks.ended(id, outcome)
    }, NOTIFICATION_MILLIS)
    timer.unref()
  }

  #ended(id: string, status: string, summary: string | undefined): void {
    const known = this.#known.get(id)
    this.#known.delete(id)
    this.#tasks.ended(id, OUTCOMES[status] ?? "completed", summary)
    // The end of what a tool call waited for is in its result, that of what was stopped is no news.
    const silent = (known !== undefined && !known.background) || status === "stopped"
    if (!silent && summary !== undefined && summary !== "") this.#notice(summary)
  }
}
