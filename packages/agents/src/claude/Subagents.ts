/** What Claude's subagents do, in short: one `data-subagent` for each call, replaced as it continues. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { cutText } from "@holdfast/protocol/agent/cut"
import { subjectOf } from "./permissions.ts"
import { at, listAt, textAt } from "./read.ts"

/** Latest calls that are shown of one subagent, and the longest text of one, in characters. */
const CALLS_MAX = 20
const TEXT_MAX = 300
/** Subagents of a turn that are followed. */
const SUBAGENTS_MAX = 200

interface Subagent {
  calls: number
  latest: Array<string>
  text: string | undefined
}

/** The subagents of one turn. */
export class Subagents {
  readonly #chunk: (chunk: AgentChunk) => void
  readonly #known = new Map<string, Subagent>()

  constructor(chunk: (chunk: AgentChunk) => void) {
    this.#chunk = chunk
  }

  begin(): void {
    this.#known.clear()
  }

  /** Takes a message of the subagent that the call `parent` started. */
  message(parent: string, message: unknown): void {
    const known = this.#known.get(parent) ?? { calls: 0, latest: [], text: undefined }
    if (this.#known.size >= SUBAGENTS_MAX && !this.#known.has(parent)) return
    this.#known.set(parent, known)
    let changed = false
    for (const block of listAt(message, "message", "content")) {
      const type = textAt(block, "type")
      if (type === "tool_use") {
        const subject = subjectOf(at(block, "input"))
        const name = textAt(block, "name") ?? "tool"
        known.calls += 1
        known.latest.push(cutText(subject === "" ? name : `${name}: ${subject}`, TEXT_MAX))
        if (known.latest.length > CALLS_MAX) known.latest.shift()
        changed = true
      }
      if (type === "text" && textAt(message, "type") === "assistant") {
        known.text = cutText(textAt(block, "text") ?? "", TEXT_MAX)
        changed = true
      }
    }
    if (!changed) return
    const text = known.text === undefined ? {} : { text: known.text }
    const data = { toolCallId: parent, calls: known.calls, latest: [...known.latest], ...text }
    this.#chunk(namedChunk("data-subagent", data, parent))
  }
}
