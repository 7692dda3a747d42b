/** Background tasks in a session's state (docs/protocol/rules.md, A-15), and what an agent does. */
import type { AgentEvent } from "@holdfast/protocol/events"
import type { Activity, Task } from "@holdfast/protocol/agent/task"
import type { AgentFacts, RunningTask } from "./agent-facts.ts"

type TaskEvent = Extract<AgentEvent, { readonly name: `task/${string}` }>

/** The tasks after an event about one; `time` in epoch milliseconds. */
export function evolveTasks(tasks: ReadonlyArray<RunningTask>, event: TaskEvent, time: number): ReadonlyArray<RunningTask> {
  if (event.name === "task/started") {
    const { task } = event.data
    return [...tasks.filter(({ id }) => id !== task.id), { ...task, startedAt: time }]
  }
  if (event.name === "task/ended") return tasks.filter(({ id }) => id !== event.data.taskId)
  return tasks.map((task) => {
    if (task.id !== event.data.taskId) return task
    return event.name === "task/stopping"
      ? { ...task, stopping: (task.stopping ?? 0) + 1 }
      : { ...task, progress: event.data.progress }
  })
}

/** Whether no one has answered a request. */
function isOpen({ decision }: AgentFacts["permissions"][number]): boolean {
  return decision === undefined
}

/** What an agent does. */
export function activityOf({ turn, tasks, permissions }: AgentFacts): Activity {
  if (permissions.some(isOpen)) return "asking"
  if (turn !== undefined) return "working"
  return tasks.length > 0 ? "background" : "idle"
}

/** The tasks as a record shows them. */
export function shownTasks({ tasks, permissions }: AgentFacts): ReadonlyArray<Task> {
  return tasks.map(({ stopping, ...task }) => {
    const waitsFor = permissions.find((request) => request.task === task.id && isOpen(request))?.id
    const status = stopping !== undefined ? "stopping" : waitsFor === undefined ? "running" : "waiting"
    return { ...task, status, ...(waitsFor === undefined ? {} : { waitsFor }) }
  })
}
