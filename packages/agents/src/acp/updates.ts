/**
 * What an agent reports of a turn, as chunks (A-3). What no one knows becomes `data-unknown`.
 *
 * What it reports of itself (commands, modes, models) belongs to no turn and is `AgentChoices`' matter.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { namedChunk, type PlanItem } from "@holdfast/protocol/agent/named-data"
import { readChunk, unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { blockChunk, blockText } from "./content.ts"
import { at, listOf, textOf } from "./read-json.ts"
import { TextParts } from "./TextParts.ts"
import { ToolCalls } from "./ToolCalls.ts"

const planItem = (entry: unknown): PlanItem => {
  const priority = textOf(at(entry, "priority"))
  return {
    text: textOf(at(entry, "content")) ?? "",
    status: textOf(at(entry, "status")) ?? "pending",
    ...(priority === undefined ? {} : { priority }),
  }
}

/** The chunks of one turn. */
export class TurnUpdates {
  readonly calls: ToolCalls
  readonly #texts: TextParts
  readonly #send: (chunk: AgentChunk) => void
  #begun = false

  constructor(send: (chunk: AgentChunk) => void, terminal: (id: string) => string | undefined) {
    this.#send = (chunk) => {
      if (!this.#begun) {
        this.#begun = true
        send({ type: "start" })
      }
      send(readChunk(chunk) ?? unknownChunk(chunk))
    }
    this.#texts = new TextParts(this.#send)
    this.calls = new ToolCalls((chunk) => {
      if (chunk.type === "tool-input-start") this.#texts.close()
      this.#send(chunk)
    }, terminal)
  }

  /** Adds a chunk of the adapter's own. */
  add(chunk: AgentChunk): void {
    this.#texts.close()
    this.#send(chunk)
  }

  /** Takes one update. */
  take(update: unknown): void {
    switch (at(update, "sessionUpdate")) {
      case "agent_message_chunk":
        return this.#say("text", update)
      case "agent_thought_chunk":
        return this.#say("reasoning", update)
      case "user_message_chunk":
        // The person's own words, which are in the log already.
        return
      case "tool_call":
      case "tool_call_update":
        if (this.calls.upsert(update) === undefined) this.add(unknownChunk(update))
        return
      case "plan":
        return this.add(namedChunk("data-plan", { entries: listOf(at(update, "entries")).map(planItem) }, "plan"))
      case "notice":
        return this.#notice(update)
      case "compaction_update":
      case "compaction_summary_chunk":
        return this.#compaction(update)
      default:
        return this.add(unknownChunk(update))
    }
  }

  /** The turn is over; `why` is reported for tools without a result. */
  close(why: string): void {
    this.#texts.close()
    this.calls.close(why)
  }

  #say(kind: "text" | "reasoning", update: unknown): void {
    const content = at(update, "content")
    const text = blockText(content)
    if (text === undefined) return this.add(blockChunk(content))
    this.#texts.add(kind, textOf(at(update, "messageId")), text)
  }

  #notice(update: unknown): void {
    const title = textOf(at(update, "title"))
    if (title === undefined) return this.add(unknownChunk(update))
    const description = textOf(at(update, "description"))
    const severity = textOf(at(update, "severity"))
    const text = description === undefined ? title : `${title}\n\n${description}`
    this.add(namedChunk("data-notice", { text, ...(severity === undefined ? {} : { severity }) }))
  }

  #compaction(update: unknown): void {
    const id = textOf(at(update, "compactionId")) ?? "compaction"
    const summary = blockText(at(update, "content"))
    // The summary is for the model; that it was made is what people see.
    if (summary !== undefined && at(update, "status") === undefined) return
    const status = textOf(at(update, "status"))
    const error = textOf(at(update, "error"))
    const state = status === "completed" ? "done" : status === "failed" || status === "cancelled" ? "failed" : "running"
    this.add(namedChunk("data-compaction", { state, ...(error === undefined ? {} : { error }) }, id))
  }
}
