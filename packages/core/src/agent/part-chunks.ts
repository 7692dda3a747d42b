/**
 * The chunks that turn one part of a message into another state of the same part, or make it (docs/protocol/rules.md, M-15).
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { isDataPart, isTextPart, isToolPart, type MessagePart, type StoredTextPart, type ToolPart } from "./message-part.ts"
import { sameJson } from "./same-json.ts"
import { shownTool } from "./tool-part.ts"

type Chunks = ReadonlyArray<AgentChunk>
type WholePart = Exclude<MessagePart, StoredTextPart | ToolPart | { readonly type: "step-start" }>

/** The chunks that make a part; its text, where it is one, gets the id `id`, unless the part has its own. */
export function chunksOfNew(part: MessagePart, id: string): Chunks {
  if (part.type === "step-start") return [{ type: "start-step" }]
  if (isTextPart(part)) return [...textStart(part, id), ...textRest("", part, part.id ?? id)]
  return isToolPart(part) ? toolChunks(undefined, part) : [wholeChunk(part)]
}

/** Where a part stands that changes: under which id it is open, being text, and whether a later step has begun. */
export interface Place {
  readonly id: string | undefined
  readonly isPast: boolean
}

/** The chunks that turn a part into another; `undefined` when none can. */
export function chunksOfChange(from: MessagePart, to: MessagePart, { id, isPast }: Place): Chunks | undefined {
  if (sameJson(from, to)) return []
  if (isToolPart(to)) return isToolPart(from) && from.toolCallId === to.toolCallId ? toolChunks(from, to, isPast) : undefined
  if (isTextPart(to)) {
    if (id === undefined || !isTextPart(from) || from.type !== to.type || !to.text.startsWith(from.text)) return undefined
    return textRest(from.text, to, id)
  }
  const replaces = isDataPart(to) && isDataPart(from) && to.id !== undefined && from.type === to.type && from.id === to.id
  return replaces ? [wholeChunk(to)] : undefined
}

const textStart = ({ type, id, providerMetadata }: StoredTextPart, other: string): Chunks => [
  { type: `${type}-start`, id: id ?? other, ...(providerMetadata === undefined ? {} : { providerMetadata }) },
]

function textRest(shown: string, { type, text, state, providerMetadata, citations }: StoredTextPart, id: string): Chunks {
  const delta = text.slice(shown.length)
  const meta = providerMetadata === undefined ? {} : { providerMetadata }
  const chunks: Array<AgentChunk> = delta === "" ? [] : [{ type: `${type}-delta`, id, delta }]
  if (state === "streaming") return chunks
  if (type === "reasoning") return [...chunks, { type: "reasoning-end", id, ...meta }]
  return [...chunks, { type: "text-end", id, ...(citations === undefined ? {} : { citations }), ...meta }]
}

/** The chunk of a part that comes whole; the parts have the shape of their chunks. */
const wholeChunk = (part: WholePart): AgentChunk => part

function toolChunks(from: ToolPart | undefined, to: ToolPart, isPast = false): Chunks {
  const input = inputChunks(from, to, isPast)
  // In the AI SDK an input takes a call back to where it has neither request nor result, and a request to where it has none.
  const approval = approvalChunks(input.length > 0 ? undefined : from?.approval, to)
  return [...input, ...approval, ...resultChunks(input.length + approval.length > 0 ? undefined : from, to)]
}

function inputChunks(from: ToolPart | undefined, to: ToolPart, isPast: boolean): Chunks {
  const { toolCallId, toolName, title, providerExecuted, toolMetadata, callProviderMetadata } = to
  const call = {
    toolCallId,
    toolName,
    dynamic: true,
    ...(title === undefined ? {} : { title }),
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
    ...(toolMetadata === undefined ? {} : { toolMetadata }),
    ...(callProviderMetadata === undefined ? {} : { providerMetadata: callProviderMetadata }),
  }
  if (to.state === "input-streaming") {
    const encoding = to.inputEncoding === undefined ? {} : { inputEncoding: to.inputEncoding }
    const shown = from?.rawInput ?? ""
    const rest = (to.rawInput ?? "").slice(shown.length)
    const begun = from === undefined ? [{ type: "tool-input-start" as const, ...call, ...encoding }] : []
    // An empty delta counts: with it there is an input, whose text is empty so far.
    return to.rawInput === from?.rawInput ? begun : [...begun, { type: "tool-input-delta", toolCallId, inputTextDelta: rest }]
  }
  // The AI SDK takes an input that comes in a later step for another call: what shows already is not told again.
  if (from !== undefined && sameJson(callOf(isPast ? shownTool(from) : from), callOf(to))) return []
  // Only the start of a call makes one where an earlier call of the same id is done.
  const start: Chunks = from === undefined || to.input === undefined ? [{ type: "tool-input-start", ...call }] : []
  return to.input === undefined ? start : [...start, { type: "tool-input-available", ...call, input: to.input }]
}

/** What the chunks of a call's input say of it. */
const callOf = ({ toolName, title, providerExecuted, toolMetadata, callProviderMetadata, input }: ToolPart): object => ({
  toolName,
  title,
  providerExecuted,
  toolMetadata,
  callProviderMetadata,
  input,
})

function approvalChunks(known: ToolPart["approval"], { toolCallId, approval }: ToolPart): Chunks {
  if (approval === undefined || sameJson(known, approval)) return []
  const { id: approvalId, requestReason, isAutomatic, approved, reason } = approval
  const asked: AgentChunk = {
    type: "tool-approval-request",
    approvalId,
    toolCallId,
    ...(requestReason === undefined ? {} : { reason: requestReason }),
    ...(isAutomatic === undefined ? {} : { isAutomatic }),
  }
  const request = known?.id === approvalId ? [] : [asked]
  if (approved === undefined) return request
  const why = reason === undefined ? {} : { reason }
  return [...request, { type: "tool-approval-response", approvalId, approved, ...why }]
}

function resultChunks(from: ToolPart | undefined, to: ToolPart): Chunks {
  if (from !== undefined && sameJson(resultOf(from), resultOf(to))) return []
  const { toolCallId, providerExecuted, resultProviderMetadata } = to
  const about = {
    toolCallId,
    dynamic: true,
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
    ...(resultProviderMetadata === undefined ? {} : { providerMetadata: resultProviderMetadata }),
  }
  switch (to.state) {
    case "output-available": {
      const preliminary = to.preliminary === undefined ? {} : { preliminary: to.preliminary }
      return [{ type: "tool-output-available", ...about, output: to.output ?? null, ...preliminary }]
    }
    case "output-error":
      return [{ type: "tool-output-error", ...about, errorText: to.errorText ?? "" }]
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId }]
    default:
      return []
  }
}

/** What the chunks of a call's result say of it. */
const resultOf = ({ state, output, errorText, preliminary, resultProviderMetadata }: ToolPart): object => ({
  state,
  output,
  errorText,
  preliminary,
  resultProviderMetadata,
})
