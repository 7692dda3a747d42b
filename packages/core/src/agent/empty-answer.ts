/** A turn that completed without a word: its message says so, so that no one waits for one (docs/protocol/rules.md, M-8). */
import type { Message } from "@holdfast/protocol/agent/message"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import type { EventDraft } from "@holdfast/protocol/events"
import type { Turn } from "./agent-facts.ts"

const NOTICE = namedChunk("data-notice", { text: "The agent ended its turn without an answer." })

/** Parts that are no answer: marks, what people said, and texts without a word. */
function isAnswer(part: unknown): boolean {
  const { type, text } = part as { readonly type?: unknown; readonly text?: unknown }
  if (type === "step-start" || type === "steering-message") return false
  return type === "text" || type === "reasoning" ? typeof text === "string" && text.trim() !== "" : true
}

/** A completed turn's message, and the event of what it says in place of an answer, when it has none. */
export function answered(
  { id, startedAt }: Turn,
  message: Message | undefined,
): { readonly message: Message; readonly notices: ReadonlyArray<EventDraft> } {
  if (message?.parts.some(isAnswer) === true) return { message, notices: [] }
  const empty: Message = { id, role: "assistant", parts: [], turn: id, createdAt: startedAt }
  const { parts, ...rest } = message ?? empty
  const { type: _, ...data } = NOTICE
  return {
    message: { ...rest, parts: [...parts, NOTICE as Message["parts"][number]] },
    // Those who follow the turn build the same message (M-1).
    notices: [{ name: "agent/data-notice", data, turn: id }],
  }
}
