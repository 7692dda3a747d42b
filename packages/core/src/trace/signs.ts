/** What the events of a session add to its trace (docs/protocol/rules.md, L-6). */
import type { KnownEvent } from "@holdfast/protocol/events"
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import { activityOf } from "../agent/task-state.ts"
import { newsOf } from "../news.ts"
import type { SessionState } from "../state.ts"

/** Kinds of background task that are work; others, such as a server that was started, may last for days. */
const WORKS: ReadonlySet<string> = new Set(["subagent", "workflow"])

/** What a session does as far as its state says: of a terminal nothing, because its output says it. */
export function signOf(state: Pick<SessionState, "agent"> | undefined): TraceSign {
  const agent = state?.agent
  if (agent === undefined) return "."
  const activity = activityOf(agent)
  if (activity === "asking") return "a"
  return activity === "working" || agent.tasks.some(({ kind }) => WORKS.has(kind)) ? "w" : "."
}

/** The sign of what an event is by itself: a failure, or a person's message. */
export function momentOf(known: Pick<KnownEvent, "name" | "data">): TraceSign | undefined {
  if (known.name === "message/added") return (known as Message).data.message.role === "user" ? "m" : undefined
  return newsOf(known as KnownEvent) === "failed" ? "f" : undefined
}

type Message = Extract<KnownEvent, { readonly name: "message/added" }>
