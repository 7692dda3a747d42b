/** The AI SDK's own reader of chunks. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai"
import { expect } from "vitest"

/** A value as it comes back from JSON. */
export function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** What the AI SDK makes of chunks. */
export async function sdkMessage(chunks: ReadonlyArray<AgentChunk>): Promise<unknown> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk as UIMessageChunk)
      controller.close()
    },
  })
  let last: UIMessage = { id: "", role: "assistant", parts: [] }
  const errors: Array<unknown> = []
  const onError = (error: unknown) => void (String(error) === "Error: x" || errors.push(error))
  for await (const message of readUIMessageStream({ stream, onError })) last = message
  expect(errors).toEqual([])
  return toJson({ parts: last.parts, metadata: last.metadata })
}
