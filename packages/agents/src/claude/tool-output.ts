/** The result of a tool call as a chunk. */
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import { asJson, at, listAt, textAt } from "./read.ts"

/** Content that is text alone as text, other content as it is. */
function outputOf(content: unknown): Json {
  const blocks = listAt(content)
  if (blocks.length === 0 || blocks.some((block) => textAt(block, "type") !== "text")) return asJson(content)
  return blocks.map((block) => textAt(block, "text") ?? "").join("\n")
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content
  const texts = listAt(content).flatMap((block) => textAt(block, "text") ?? [])
  return texts.length > 0 ? texts.join("\n") : JSON.stringify(content ?? "the tool failed")
}

/** The chunk for a `tool_result` block. */
export function toolOutput(toolCallId: string, block: unknown, meta: unknown, provider: boolean): AgentChunk {
  const content = at(block, "content")
  const executed = provider ? { providerExecuted: true } : {}
  const failed = at(block, "is_error") === true || (provider && (textAt(content, "type") ?? "").endsWith("_error"))
  if (!failed) return { type: "tool-output-available", toolCallId, dynamic: true, output: outputOf(content), ...executed }
  const why = textAt(meta, "non_execution_kind")
  const told = why === undefined ? {} : { toolMetadata: { notRun: why } }
  return { type: "tool-output-error", toolCallId, dynamic: true, errorText: textOf(content), ...executed, ...told }
}
