/**
 * The parts of the agent's message as a client has them, checked (docs/protocol/rules.md, I-5).
 *
 * They are compared with what the turn shows, in the midst of delivering its events, where nothing may fail.
 */
import { isKnownPart, type MessagePart, type ToolState } from "@holdfast/core/agent/message-part"

type Fields = Readonly<Record<string, unknown>>

const STATES: Readonly<Record<ToolState, true>> = {
  "input-streaming": true,
  "input-available": true,
  "approval-requested": true,
  "approval-responded": true,
  "output-available": true,
  "output-error": true,
  "output-denied": true,
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === "string"
const isTextOrNone = (value: unknown): boolean => value === undefined || isText(value)

/** Whether a value is a part as the AI SDK keeps it, in the fields by which parts are compared. */
export function isShownPart(part: unknown): part is MessagePart {
  if (!isFields(part) || !isText(part["type"]) || !isTextOrNone(part["id"])) return false
  const { approval, rawInput, state, text, toolCallId, toolName, type } = part
  if (type === "text" || type === "reasoning") return isText(text)
  if (type !== "dynamic-tool") return isKnownPart({ type })
  const isAsked = approval === undefined || (isFields(approval) && isText(approval["id"]))
  return (
    isText(toolCallId) && isText(toolName) && isText(state) && Object.hasOwn(STATES, state) && isTextOrNone(rawInput) && isAsked
  )
}
