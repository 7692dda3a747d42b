/** News of a session: the last thing in it that a person should know of although nothing waits for an answer (L-4). */
import type { KnownEvent } from "@holdfast/protocol/events"
import type { Session } from "@holdfast/protocol/session"

/** What the news are, and where and when they came. */
export type News = NonNullable<Session["news"]>

/** What an event is as news; `undefined` when it is none. What a person stopped is none, and what waits for an answer is shown anyway. */
export function newsOf(known: KnownEvent): News["what"] | undefined {
  switch (known.name) {
    case "turn/ended":
      if (known.data.outcome === "interrupted") return undefined
      return known.data.outcome === "completed" ? "finished" : "failed"
    case "terminal/program":
      return known.data.state === "done" ? "finished" : known.data.state === "failed" ? "failed" : undefined
    case "terminal/exit":
      return known.data.code === 0 ? "finished" : "failed"
    case "terminal/failed":
    case "terminal/lost":
    case "session/agent-failed":
    case "session/agent-lost":
      return "failed"
    default:
      return undefined
  }
}
