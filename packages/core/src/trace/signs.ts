/** What the events of a session add to its trace (docs/protocol/rules.md, L-6). */
import type { KnownEvent } from "@holdfast/protocol/events"
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import { activityOf } from "../agent/task-state.ts"
import { newsOf } from "../news.ts"
import type { SessionState } from "../state.ts"
import { programActivity } from "../terminal/program.ts"

/** Kinds of background task that are work; others, such as a server that was started, may last for days. */
const WORKS: ReadonlySet<string> = new Set(["subagent", "workflow"])

/** What a session does as far as its state says: of a terminal whose program reports nothing it is its output that says it. */
export function signOf(state: Pick<SessionState, "agent" | "terminal"> | undefined): TraceSign {
  const agent = state?.agent
  const program = state?.terminal?.program
  if (agent === undefined && program === undefined) return "."
  const activity = agent === undefined ? program && programActivity(program) : activityOf(agent)
  if (activity === "asking") return "a"
  return activity === "working" || agent?.tasks.some(({ kind }) => WORKS.has(kind)) === true ? "w" : "."
}

/** The sign of what an event is by itself: a failure, a person's message, a command that was typed. */
export function momentOf(known: Pick<KnownEvent, "name" | "data">): TraceSign | undefined {
  const event = known as KnownEvent
  // When it was taken, also into a turn; what was imported was said at another time.
  if (event.name === "queue/taken") return "m"
  if (event.name === "terminal/command") {
    const { milliseconds, exitCode = 0 } = event.data
    return milliseconds === undefined ? "m" : exitCode === 0 ? undefined : "f"
  }
  return newsOf(event) === "failed" ? "f" : undefined
}
