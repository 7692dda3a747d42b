/**
 * `holdfast tasks`: what an agent runs in the background.
 */
import type { Task } from "@holdfast/protocol/agent/task"
import { hint } from "../hint.ts"
import { outputWidth, paint, printEither } from "../output.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { table } from "../text/table.ts"
import { askAgents, oneOf, useAgents } from "./agent-hub.ts"

/** One task in a line: what it is, and what it does or waits for. */
export function taskText({ kind, description, status, progress }: Task): string {
  const now = status === "waiting" ? "waiting for an answer" : status === "stopping" ? "being stopped" : progress
  return printable(`${kind}: ${description}${now === undefined || now === description ? "" : ` (${now})`}`)
}

/** The table of tasks as lines. */
export function taskTable(
  tasks: ReadonlyArray<Task>,
  now: number,
  options: { readonly width?: number; readonly paint?: Paint },
): ReadonlyArray<string> {
  return table(
    [
      { title: "#", text: (task) => String(tasks.indexOf(task) + 1), side: "right" },
      { title: "ID", text: ({ id }) => printable(id.slice(-10)), style: () => "cyan" },
      { title: "STATUS", text: ({ status }) => status, style: ({ status }) => (status === "running" ? "green" : "yellow") },
      { title: "KIND", text: ({ kind }) => printable(kind), drop: 2 },
      { title: "FOR", text: ({ startedAt }) => span(now - startedAt), drop: 1, side: "right" },
      { title: "TASK", text: ({ description }) => printable(description), least: 10 },
      { title: "DOES", text: ({ progress }) => printable(progress ?? ""), drop: 3, least: 10 },
    ],
    tasks,
    { paint: options.paint ?? plain, width: options.width ?? 200 },
  )
}

/** What runs on after an interrupt, and how it is stopped; empty when nothing does. */
export function runningOn(tasks: ReadonlyArray<Task> | undefined, id: string): ReadonlyArray<string> {
  return tasks === undefined || tasks.length === 0
    ? []
    : [
        ...tasks.map((task) => `still running in the background: ${taskText(task)}`),
        `stop one with: ${hint(`tasks stop ${id} ${tasks.length === 1 ? "1" : "N"}`)}`,
      ]
}

/** Prints what runs. */
export async function tasksList(id: string, json: boolean): Promise<void> {
  const { tasks } = await askAgents(useAgents(), (agents) => agents.tasks(id))
  printEither(json, tasks, () =>
    tasks.length === 0
      ? ["nothing is running in the background"]
      : [
          ...taskTable(tasks, Date.now(), { paint, width: outputWidth() ?? 200 }),
          ...(tasks.some(({ status }) => status === "waiting")
            ? [paint("yellow", `one is waiting for an answer: ${hint("inbox")}`)]
            : []),
        ],
  )
}

/** Stops a task that is named by place, id or a part of it. */
export async function tasksStop(id: string, wanted: string, json: boolean): Promise<void> {
  const hub = useAgents()
  const { tasks } = await askAgents(hub, (agents) => agents.tasks(id))
  const task = oneOf(tasks, wanted, "task", `nothing is running in the background of ${id}`)
  const session = await askAgents(hub, (agents) => agents.stopTask(id, task.id))
  printEither(json, session.tasks ?? [], () => [`stopping ${taskText(task)}`])
}
