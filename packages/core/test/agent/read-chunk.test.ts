/** Reading chunks, against the AI SDK's own schema. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { readChunk, unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { uiMessageChunkSchema } from "ai"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { emptyMessage } from "../../src/agent/accumulator.ts"
import { legalChunks } from "./chunks.ts"

/** Whether the AI SDK takes a value as a chunk. */
async function sdkTakes(value: unknown): Promise<boolean> {
  const result = await uiMessageChunkSchema().validate?.(value)
  return result?.success === true
}

const wrongValue = fc.oneof(
  fc.constantFrom(null, 0, true, "x", [], {}, { a: 1 }, { a: {} }, [{ type: "text" }]),
  fc.jsonValue({ maxDepth: 2 }),
)

/** A legal chunk with one field replaced, one removed, or as it is. */
const nearChunk = fc
  .tuple(legalChunks, fc.nat(), fc.nat(), fc.constantFrom("keep", "replace", "remove", "add"), wrongValue)
  .map(([chunks, at, field, how, value]): Record<string, unknown> => {
    const chunk: Record<string, unknown> = { ...chunks[at % chunks.length] }
    const keys = Object.keys(chunk)
    const key =
      how === "add"
        ? ["providerMetadata", "dynamic", "title", "inputEncoding", "finishReason"][field % 5]!
        : keys[field % keys.length]!
    if (how === "replace" || how === "add") chunk[key] = value
    if (how === "remove") delete chunk[key]
    return chunk
  })

describe("reading chunks", () => {
  it("A-3 what the AI SDK takes as a chunk is read, and what it refuses is not", async () => {
    await fc.assert(
      fc.asyncProperty(nearChunk, async (value) => {
        const chunk = readChunk(value)
        // A missing input, output or data is filled in, so that it can be taken.
        expect([value, chunk !== undefined]).toEqual([value, await sdkTakes(chunk ?? value)])
      }),
      { numRuns: 1500 },
    )
  })

  it("A-3 a chunk is read as it is, with fields beyond the vocabulary", () => {
    const chunk = { type: "text-delta", id: "1", delta: "a", beyond: [1] }
    expect(readChunk(chunk)).toBe(chunk)
    expect(readChunk({ type: "tool-output-available", toolCallId: "c" })).toEqual({
      type: "tool-output-available",
      toolCallId: "c",
      output: null,
    })
  })

  it("A-3 anything else is data-unknown, which can be written, read and shown", () => {
    let deep: unknown = "deep"
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const long = { type: "text-start", id: "x".repeat(2_000) }
    for (const value of [
      undefined,
      null,
      1,
      "text",
      [],
      {},
      { type: 1 },
      { type: "__proto__" },
      { type: "toString" },
      { type: "data-" },
      long,
    ]) {
      expect(readChunk(value)).toBeUndefined()
    }
    expect(readChunk({ type: "data-a", data: deep })).toBeUndefined()
    for (const value of [undefined, 1, { type: "new-thing", a: "x".repeat(1_000_000) }, { type: "data-a", data: deep }]) {
      const chunk = unknownChunk(value)
      expect(JSON.stringify(chunk).length).toBeLessThan(40_000)
      expect(readChunk(JSON.parse(JSON.stringify(chunk)))).toEqual(chunk)
      const accumulator = emptyMessage("t", 0)
      accumulator.tell(chunk)
      expect(accumulator.message().parts).toEqual([chunk])
    }
  })

  it("A-3 nothing that is read makes an accumulator throw", () => {
    fc.assert(
      fc.property(fc.array(nearChunk, { maxLength: 20 }), (values) => {
        const accumulator = emptyMessage("t", 0)
        for (const chunk of values.map(readChunk).filter((read): read is AgentChunk => read !== undefined))
          accumulator.tell(chunk)
        accumulator.message()
      }),
    )
  })
})
