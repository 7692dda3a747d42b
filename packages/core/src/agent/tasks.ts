/** Background tasks: started, reported, stopped, ended (docs/protocol/rules.md, A-15 to A-17). */
import { TaskNotFound } from "@holdfast/protocol/errors"
import type { EventData, EventDraft } from "@holdfast/protocol/events"
import type { AgentReport } from "./commands.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { cancelled } from "./permissions.ts"

type TaskReport = Extract<AgentReport, { readonly _tag: `AgentTask${string}` }>

/** The events of what an agent reports of a task. */
export function taskReport(agent: AgentFacts, report: TaskReport): ReadonlyArray<EventDraft> {
  if (report._tag === "AgentTaskStarted") {
    const known = agent.tasks.some(({ id }) => id === report.task.id)
    return known ? [] : [{ name: "task/started", data: { task: report.task } }]
  }
  const task = agent.tasks.find(({ id }) => id === report.taskId)
  if (task === undefined) return []
  if (report._tag === "AgentTaskProgressed") {
    const { taskId, progress } = report
    return task.progress === progress ? [] : [{ name: "task/progress", data: { taskId, progress } }]
  }
  const { taskId, outcome, summary } = report
  return [
    ...cancelledOf(agent, (request) => request.task === taskId, "its task ended"),
    { name: "task/ended", data: { taskId, outcome, ...(summary === undefined ? {} : { summary }) } },
  ]
}

/** The process is to end, with what runs in the background. */
export function processEnding(agent: AgentFacts, reason: EventData["session/agent-ending"]["reason"]): EventDraft {
  const tasks = agent.tasks.map(({ id, kind, description }) => ({ id, kind, description }))
  return { name: "session/agent-ending", data: { reason, ...(tasks.length === 0 ? {} : { tasks }) } }
}

/** Ends everything that runs in the background, with the process; what was asked of it is cancelled. */
export function endTasks(agent: AgentFacts, reason: string): ReadonlyArray<EventDraft> {
  return [
    ...cancelledOf(agent, () => true, reason),
    ...agent.tasks.map(({ id }): EventDraft => ({
      name: "task/ended",
      data: { taskId: id, outcome: "stopped", summary: reason },
    })),
  ]
}

type Request = AgentFacts["permissions"][number]

const cancelledOf = (agent: AgentFacts, which: (request: Request) => boolean, reason: string): ReadonlyArray<EventDraft> =>
  agent.permissions.filter((request) => request.turn === undefined && which(request)).map((request) => cancelled(request, reason))

/** Has a task stopped; asked again, it is tried again, as what did not stop may stop now. */
export function stopTask(agent: AgentFacts, id: string): ReadonlyArray<EventDraft> | TaskNotFound {
  if (agent.tasks.some((one) => one.id === id)) return [{ name: "task/stopping", data: { taskId: id } }]
  const known = agent.tasks.map((one) => one.id).join(", ")
  return new TaskNotFound({ message: `no task ${id} is running; ${known === "" ? "none is" : `there are ${known}`}`, taskId: id })
}

/** Whether something runs in the background or waits for a person there, so that the process must stay (A-16). */
export function hasBackground({ tasks, permissions }: AgentFacts): boolean {
  return tasks.length > 0 || permissions.length > 0
}
