/**
 * Tool calls: one part per call, whatever order its chunks come in.
 *
 * A call never goes back: what comes late (an input after the output, a start after the request) fills in what is not
 * known and leaves the state.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { ToolPart, ToolState } from "./message-part.ts"
import { partialJson } from "./partial-json.ts"

/** Chunks about a tool call that name it. */
export type ToolChunk = Exclude<
  Extract<AgentChunk, { readonly type: `tool-${string}` }>,
  { readonly type: "tool-approval-response" }
>
type Response = Extract<AgentChunk, { readonly type: "tool-approval-response" }>

const RANK: Record<ToolState, number> = {
  "input-streaming": 0,
  "input-available": 1,
  "approval-requested": 2,
  "approval-responded": 3,
  "output-available": 4,
  "output-error": 4,
  "output-denied": 4,
}

/** Whether a call has its result. */
export function isSettled(part: ToolPart): boolean {
  return RANK[part.state] === 4 && part.preliminary !== true
}

const atLeast = (part: ToolPart, state: ToolState): ToolState => (RANK[part.state] < RANK[state] ? state : part.state)

const omit = (part: ToolPart, ...keys: ReadonlyArray<keyof ToolPart>): ToolPart => {
  const rest = { ...part }
  for (const key of keys) delete rest[key]
  return rest
}

/** What every chunk may tell of a call. */
function described(part: ToolPart, chunk: ToolChunk, side: "call" | "result"): ToolPart {
  const named = "toolName" in chunk && chunk.toolName !== "" ? { toolName: chunk.toolName } : {}
  if (!("providerMetadata" in chunk || "dynamic" in chunk || "toolName" in chunk || "providerExecuted" in chunk)) return part
  return {
    ...part,
    ...named,
    ...("title" in chunk && chunk.title !== undefined ? { title: chunk.title } : {}),
    ...(chunk.toolMetadata === undefined ? {} : { toolMetadata: chunk.toolMetadata }),
    ...(chunk.providerExecuted === undefined ? {} : { providerExecuted: chunk.providerExecuted }),
    ...(chunk.providerMetadata === undefined ? {} : { [`${side}ProviderMetadata`]: chunk.providerMetadata }),
  }
}

/** The call with what a chunk says of it; without a call the chunk makes one. */
export function advanceTool(known: ToolPart | undefined, chunk: ToolChunk): ToolPart {
  const part: ToolPart = known ?? {
    type: "dynamic-tool",
    toolName: "unknown",
    toolCallId: chunk.toolCallId,
    state: "input-streaming",
  }
  switch (chunk.type) {
    case "tool-input-start": {
      const told = described(part, chunk, "call")
      if (part.input !== undefined) return told
      const encoding = chunk.inputEncoding === undefined ? {} : { inputEncoding: chunk.inputEncoding }
      return { ...omit(told, "rawInput", "inputEncoding"), ...encoding }
    }
    case "tool-input-delta":
      return part.input === undefined ? { ...part, rawInput: (part.rawInput ?? "") + chunk.inputTextDelta } : part
    case "tool-input-available":
      return {
        ...omit(described(part, chunk, "call"), "rawInput", "inputEncoding"),
        state: atLeast(part, "input-available"),
        input: chunk.input,
      }
    case "tool-input-error":
      return {
        ...omit(described(part, chunk, "result"), "rawInput", "inputEncoding", "output", "preliminary"),
        state: "output-error",
        input: chunk.input,
        errorText: chunk.errorText,
      }
    case "tool-approval-request":
      return requested(part, chunk)
    case "tool-output-available": {
      const preliminary = chunk.preliminary === undefined ? {} : { preliminary: chunk.preliminary }
      const told = omit(described(part, chunk, "result"), "errorText", "preliminary")
      return { ...told, state: "output-available", output: chunk.output, ...preliminary }
    }
    case "tool-output-error":
      return {
        ...omit(described(part, chunk, "result"), "output", "preliminary"),
        state: "output-error",
        errorText: chunk.errorText,
      }
    case "tool-output-denied":
      return { ...part, state: "output-denied" }
  }
}

function requested(part: ToolPart, chunk: Extract<AgentChunk, { readonly type: "tool-approval-request" }>): ToolPart {
  if (part.approval?.id === chunk.approvalId && part.approval.approved !== undefined) return part
  const approval = {
    id: chunk.approvalId,
    ...(chunk.reason === undefined ? {} : { requestReason: chunk.reason }),
    ...(chunk.isAutomatic === true ? { isAutomatic: true } : {}),
  }
  return { ...part, state: isSettled(part) ? part.state : "approval-requested", approval }
}

/** The call with the answer to its request. */
export function answerTool(part: ToolPart, chunk: Response): ToolPart {
  const reason = chunk.reason === undefined ? {} : { reason: chunk.reason }
  return {
    ...part,
    state: isSettled(part) ? part.state : "approval-responded",
    approval: { ...part.approval, id: chunk.approvalId, approved: chunk.approved, ...reason },
    ...(chunk.providerExecuted === undefined ? {} : { providerExecuted: chunk.providerExecuted }),
    ...(chunk.providerMetadata === undefined
      ? {}
      : { callProviderMetadata: { ...part.callProviderMetadata, ...chunk.providerMetadata } }),
  }
}

/** The call as a message shows it: its input as far as it has come. */
export function shownTool(part: ToolPart): ToolPart {
  const streaming = part.state === "input-streaming"
  if (part.input !== undefined || part.rawInput === undefined) return streaming ? part : omit(part, "inputEncoding")
  const input = part.inputEncoding === "text" ? part.rawInput : partialJson(part.rawInput)
  const shown = input === undefined ? part : { ...part, input }
  return streaming ? shown : omit(shown, "rawInput", "inputEncoding")
}

/** What a call without a result says when its turn has ended. */
export const LEFT_OPEN = "The turn ended before this call did."

/** The call as it stays when its turn has ended: one without a result says so. */
export function endedTool(part: ToolPart): ToolPart {
  const shown = omit(shownTool(part), "rawInput", "inputEncoding")
  if (RANK[part.state] === 4) return shown
  return { ...omit(shown, "output", "preliminary"), state: "output-error", errorText: LEFT_OPEN }
}
