/**
 * Events about turns, requests, the queue and the agent's process, as rows; most events have none.
 */
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import { coverWords } from "@holdfast/core/agent/rule-words"
import type { Event } from "@holdfast/protocol/event"
import { type EventData, knownEvent } from "@holdfast/protocol/events"
import { withHints } from "../hint.ts"
import { alsoSendsText, holdText } from "../agent/hold-text.ts"
import { inputLine } from "../agent/message-text.ts"
import { loadedWords, trustRows } from "./start-rows.ts"
import { usageText } from "../agent/usage-text.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import type { Style } from "../text/style.ts"
import { rowsOf } from "./Rows.ts"
import type { MessageRowOptions } from "./Rows.ts"

/** The rows of an event; `before` is what was so before it. */
export function eventRows(event: Event, before: AgentFacts | undefined, options: MessageRowOptions): Array<string> {
  const says = (text: string, style: Style = "dim"): Array<string> => rowsOf(withHints(text), options, { next: "  ", style })
  const by = event.by === undefined ? "" : ` by ${event.by}`
  const known = knownEvent(event)
  switch (known?.name) {
    case "turn/interrupting": {
      const { reason } = known.data
      return says(reason === "stalled" ? "■ no activity for too long; stopping" : `■ stopping${by === "" ? "" : `, asked${by}`}`)
    }
    case "turn/silent": {
      const { since } = known.data
      return says(`… nothing from the agent for ${span(event.time - since)}; Ctrl-C stops it`, "yellow")
    }
    case "turn/ended": {
      const ended = known.data
      return turnRows(ended, event.time - (before?.turn?.startedAt ?? event.time), says)
    }
    case "permission/answered": {
      const { requestId: id, decision } = known.data
      const title = before?.permissions.find((request) => request.id === id)?.title ?? "the request"
      const how = decision.rules === undefined ? ` by ${decision.by}` : " by a rule"
      const told = Object.values(decision.answers ?? {}).join(", ")
      const why = [told, decision.message ?? ""].filter((word) => word !== "").join(": ")
      const text = `${decision.allow ? "✓ allowed" : "✗ refused"}${how}: ${title}${why === "" ? "" : ` (${why})`}`
      return says(text, decision.allow ? "green" : "yellow")
    }
    case "permission/expired":
    case "permission/cancelled": {
      const { requestId: id } = known.data
      const title = before?.permissions.find((request) => request.id === id)?.title ?? "the request"
      const why = known.name === "permission/expired" ? "no answer in time" : `withdrawn, ${known.data.reason}`
      return says(`✗ ${why}: ${title}`, "yellow")
    }
    case "permission/remembered": {
      const { rule, scope } = known.data
      return says(
        `remembered ${scope === "always" ? "for all sessions" : "for this session"}: ${rule.allow ? "allow" : "refuse"} ${coverWords(rule)}`,
      )
    }
    case "permission/forgotten":
      return says(`forgotten: ${coverWords(known.data.rule)}${by}`)
    case "task/started": {
      const { task } = known.data
      return says(`⧗ in the background: ${task.kind} ${task.description}`)
    }
    case "task/ended": {
      const { taskId: id, outcome, summary } = known.data
      const description = before?.tasks.find((task) => task.id === id)?.description ?? id
      return says(
        `⧗ ${outcome}: ${description}${summary === undefined ? "" : ` (${summary})`}`,
        outcome === "failed" ? "yellow" : "dim",
      )
    }
    default:
      return restRows(event, before, says)
  }
}

type Says = (text: string, style?: Style) => Array<string>

/** The rows of an event about the queue, the agent's process or the session. */
function restRows(event: Event, before: AgentFacts | undefined, says: Says): Array<string> {
  const by = event.by === undefined ? "" : ` by ${event.by}`
  const known = knownEvent(event)
  switch (known?.name) {
    case "session/agent-ending": {
      const { tasks, reason } = known.data
      const running = (tasks ?? []).map((task) => task.description).join(", ")
      return tasks === undefined
        ? []
        : says(`the agent is about to end (${reason}), and its background tasks with it: ${running}`, "yellow")
    }
    case "queue/held":
      return says(`‖ the queue is ${holdText(known.data) ?? "held"}`, "yellow")
    case "queue/released": {
      const { alsoSends } = known.data
      return alsoSends === undefined ? [] : says(alsoSendsText(alsoSends), "yellow")
    }
    case "queue/uncertain": {
      const item = before?.queue.find(({ id }) => id === known.data.messageId)
      return says(`? the agent may not have received: ${item === undefined ? "a message" : inputLine(item.parts)}`, "red")
    }
    case "queue/returned":
      return says(`the message is back in the queue; the agent has not seen it: ${known.data.reason}`, "yellow")
    case "session/agent-configured": {
      const { model, mode } = known.data
      return says(
        [model === undefined ? "" : `model ${model}`, mode === undefined ? "" : `mode ${mode}`]
          .filter((word) => word !== "")
          .join(", ") + by,
      )
    }
    case "session/agent-moved":
      return says(`the agent continues in ${known.data.cwd}${by}`)
    case "session/agent-renewed": {
      const { before } = known.data
      return says(`the agent restarts from the transcript${before === undefined ? "" : `, up to before message ${before}`}${by}`)
    }
    case "session/agent-started": {
      const { resumed } = known.data
      if (resumed === "new") return []
      return says(
        resumed === "resumed" ? "the agent resumed where it was" : "the agent started over, with the transcript as its context",
      )
    }
    case "session/agent-directory":
      return trustRows(known.data, before?.trust?.state, says)
    case "session/agent-info": {
      const { loaded } = known.data
      const words = loaded === undefined ? undefined : loadedWords(loaded)
      const was = before?.info.loaded
      return words === undefined || (was !== undefined && loadedWords(was) === words) ? [] : says(words)
    }
    case "session/agent-failed":
    case "session/agent-lost":
      return says(`✗ ${known.data.message}`, "red")
    case "session/agent-exited": {
      const { reason, code, signal } = known.data
      return reason === "itself"
        ? says(`the agent's process ended ${signal === undefined ? `with code ${code}` : `by ${signal}`}`, "yellow")
        : []
    }
    case "session/renamed":
      // What the first message began with can be read in it.
      return known.data.message === undefined ? says(`the session was renamed${by}`) : []
    case "session/archived":
    case "session/deleted":
      return says(`the session was ${event.type}${by}`)
    default:
      return []
  }
}

function turnRows({ outcome, error, usage }: EventData["turn/ended"], took: number, says: Says): Array<string> {
  const spent = usage === undefined ? "" : usageText(usage)
  const why = error === undefined ? "" : `: ${printable(error.message)}`
  const words = {
    completed: "done",
    interrupted: "■ interrupted",
    error: `✗ the turn ended with an error${why}`,
    lost: `✗ the turn was lost${why}`,
  } as const
  const style: Style = outcome === "completed" ? "dim" : outcome === "interrupted" ? "yellow" : "red"
  const parts = [words[outcome], ...(took >= 1000 ? [span(took)] : []), ...(spent === "" ? [] : [spent])]
  return ["", ...says(parts.join(" · "), style)]
}
