/** The accumulator against the AI SDK's own reader, and against chunks that no reader of it takes. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { cutChunk, jsonBytes } from "@holdfast/protocol/agent/cut"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Accumulator, emptyMessage } from "../../src/agent/accumulator.ts"
import { isToolPart } from "../../src/agent/message-part.ts"
import { partialJson } from "../../src/agent/partial-json.ts"
import { anyChunk, legalChunks, someText } from "./chunks.ts"
import { sdkMessage, toJson } from "./sdk-message.ts"

const told = (chunks: ReadonlyArray<AgentChunk>, max?: number): Accumulator => {
  const accumulator = emptyMessage("t1", 5, max)
  for (const chunk of chunks) accumulator.tell(chunk)
  return accumulator
}

const ours = (accumulator: Accumulator): unknown => {
  const { parts, metadata } = accumulator.message()
  return toJson({ parts, metadata })
}

describe("messages from chunks", () => {
  it("M-1 every legal sequence produces the message that the AI SDK produces", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, fc.nat(), async (chunks, at) => {
        // The last chunk makes the AI SDK hand out what it has.
        const prefix = [...chunks.slice(0, 1 + (at % chunks.length)), { type: "finish", messageMetadata: { end: true } } as const]
        expect(ours(told(prefix))).toEqual(await sdkMessage(prefix))
      }),
      { numRuns: 400 },
    )
  })

  it("M-1 any chunks in any order produce a message, and never an exception", () => {
    fc.assert(
      fc.property(fc.array(anyChunk, { maxLength: 40 }), (chunks) => {
        const accumulator = told(chunks)
        expect(toJson(accumulator.message())).toMatchObject({ id: "t1", role: "assistant" })
        const { parts } = accumulator.ended("interrupted")
        for (const part of parts) expect(part).not.toMatchObject({ state: "streaming" })
      }),
      { numRuns: 1000 },
    )
  })

  it("M-1 a type that a later version wrote is left out", () => {
    const later = [{ type: "tool-moved", toolCallId: "c" }, { type: "folded" }, { type: "hologram", data: 1 }]
    expect(told(JSON.parse(JSON.stringify(later))).message().parts).toEqual([])
  })

  it("M-1 a message restored from JSON in the middle continues and ends the same", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(legalChunks, fc.array(anyChunk, { maxLength: 20 })), { maxLength: 3 }),
        fc.nat(),
        (some, at) => {
          const chunks = some.flat()
          const middle = at % (chunks.length + 1)
          const resumed = new Accumulator(JSON.parse(JSON.stringify(told(chunks.slice(0, middle)).toLive())))
          for (const chunk of chunks.slice(middle)) resumed.tell(chunk)
          expect(toJson(resumed.toLive())).toEqual(toJson(told(chunks).toLive()))
          expect(ours(resumed)).toEqual(ours(told(chunks)))
        },
      ),
      { numRuns: 600 },
    )
  })

  it("M-1 an answer finds the call that asks with its id, also after JSON in the middle", () => {
    const ask = (toolCallId: string, approvalId: string): AgentChunk => ({
      type: "tool-approval-request",
      toolCallId,
      approvalId,
    })
    const answer: AgentChunk = { type: "tool-approval-response", approvalId: "p", approved: true }
    const approvals = (accumulator: Accumulator) => accumulator.toLive().parts.map((part) => isToolPart(part) && part.approval)
    for (const asked of [
      [ask("c", "p"), ask("c", "q")],
      [ask("c", "q"), ask("d", "p"), ask("c", "p")],
    ]) {
      const resumed = new Accumulator(JSON.parse(JSON.stringify(told(asked).toLive())))
      resumed.tell(answer)
      expect(approvals(resumed)).toEqual(approvals(told([...asked, answer])))
    }
    expect(approvals(told([ask("c", "p"), ask("c", "q"), answer]))).toEqual([{ id: "q" }])
    expect(approvals(told([ask("c", "p"), ask("d", "p"), answer]))).toEqual([{ id: "p" }, { id: "p", approved: true }])
  })

  it("M-1 a snapshot is not changed by what comes after it", () => {
    fc.assert(
      fc.property(fc.array(anyChunk, { maxLength: 20 }), fc.array(anyChunk, { maxLength: 20 }), (before, after) => {
        const accumulator = told(before)
        const live = accumulator.toLive()
        const message = accumulator.message()
        const texts = JSON.stringify([live, message])
        for (const chunk of after) accumulator.tell(chunk)
        expect(JSON.stringify([live, message])).toBe(texts)
      }),
    )
  })

  it("M-6 text is kept to the last code unit, through JSON too", () => {
    fc.assert(
      fc.property(fc.array(someText), (deltas) => {
        const accumulator = told(deltas.map((delta) => ({ type: "text-delta", id: "1", delta })))
        const parts = deltas.length === 0 ? [] : [{ type: "text", text: deltas.join(""), state: "done" }]
        expect(toJson(accumulator.ended("completed").parts)).toEqual(parts)
      }),
    )
  })

  it("200,000 deltas and looks at the message in between cost as much as they are long", () => {
    const accumulator = emptyMessage("t1", 0)
    accumulator.tell({ type: "tool-input-start", toolCallId: "c", toolName: "Write" })
    const began = performance.now()
    for (let i = 0; i < 200_000; i++) {
      accumulator.tell({ type: "text-delta", id: String(i % 3), delta: "word " })
      accumulator.tell({ type: "tool-input-delta", toolCallId: "c", inputTextDelta: i === 0 ? '{"a":"' : "x" })
      if (i % 10_000 === 0) accumulator.message()
    }
    // Quadratic cost would be minutes.
    expect(performance.now() - began).toBeLessThan(8_000)
    expect(jsonBytes(accumulator.message())).toBeGreaterThan(1_400_000)
  })
})

describe("tool calls", () => {
  const input: AgentChunk = { type: "tool-input-available", toolCallId: "c", toolName: "Bash", input: { a: 1 } }
  const output: AgentChunk = { type: "tool-output-available", toolCallId: "c", output: "done" }
  const request: AgentChunk = { type: "tool-approval-request", toolCallId: "c", approvalId: "p" }
  const answer: AgentChunk = { type: "tool-approval-response", approvalId: "p", approved: true }

  it("A-4 a result before the call makes the call, and the call fills it in", () => {
    expect(told([output]).message().parts).toEqual([
      { type: "dynamic-tool", toolName: "unknown", toolCallId: "c", state: "output-available", output: "done" },
    ])
    expect(told([output, input]).message().parts).toEqual(told([input, output]).message().parts)
  })

  it("A-4 a request before the call makes the call, and waits on when the call comes", () => {
    const { parts } = told([request, input]).message()
    expect(parts).toEqual([
      {
        type: "dynamic-tool",
        toolName: "Bash",
        toolCallId: "c",
        state: "approval-requested",
        input: { a: 1 },
        approval: { id: "p" },
      },
    ])
  })

  it("A-4 every order of request, answer, call and result ends in the same call", () => {
    const whole = told([input, request, answer, output]).message().parts
    for (const chunks of [
      [request, answer, output, input],
      [request, input, answer, output],
      [output, request, answer, input],
      [input, output, request, answer],
      [request, output, answer, input],
    ]) {
      expect(told(chunks).message().parts).toEqual(whole)
    }
  })

  it("A-4 a call that ends with its turn says that it has no result", () => {
    const streaming: ReadonlyArray<AgentChunk> = [
      { type: "tool-input-start", toolCallId: "c", toolName: "Write" },
      { type: "tool-input-delta", toolCallId: "c", inputTextDelta: '{"path":"a","content":"hal' },
    ]
    expect(told(streaming).ended("interrupted").parts).toEqual([
      {
        type: "dynamic-tool",
        toolName: "Write",
        toolCallId: "c",
        state: "output-error",
        input: { path: "a", content: "hal" },
        errorText: "The turn ended before this call did.",
      },
    ])
  })

  it("A-4 an id that starts again in a later step is another call", () => {
    const again: AgentChunk = { type: "tool-input-start", toolCallId: "c", toolName: "Bash" }
    const { parts } = told([{ type: "start-step" }, input, output, { type: "start-step" }, again, output]).message()
    expect(parts.length).toBe(4)
  })
})

describe("limits", () => {
  it("a message over its limit keeps its parts, and the longest strings say what they lack", () => {
    const chunks = Array.from({ length: 40 }, (_, i): Array<AgentChunk> => [
      { type: "tool-output-available", toolCallId: String(i), output: { text: "x".repeat(i * 1000) } },
      { type: "text-delta", id: String(i), delta: "kept" },
    ]).flat()
    const accumulator = told(chunks, 100_000)
    expect(jsonBytes(accumulator.toLive().parts)).toBeLessThan(150_000)
    const message = accumulator.ended("completed")
    expect(Buffer.byteLength(JSON.stringify(message.parts))).toBeLessThan(100_000)
    expect(message.parts.length).toBe(80)
    expect(JSON.stringify(message)).toMatch(/\[\.\.\. \d+ characters cut \.\.\.\]/)
    expect(JSON.stringify(message).match(/"kept"/g)?.length).toBe(40)
  })

  it("a message with too many parts loses its middle, and streaming continues", () => {
    const accumulator = told(
      Array.from({ length: 20_000 }, (_, i): AgentChunk => ({ type: "text-delta", id: String(i), delta: "a" })),
      100_000,
    )
    accumulator.tell({ type: "text-delta", id: "19999", delta: "b" })
    const message = accumulator.ended("completed")
    expect(message.parts.at(-1)).toEqual({ type: "text", text: "ab", state: "done" })
    expect(Buffer.byteLength(JSON.stringify(message.parts))).toBeLessThan(100_000)
    expect(JSON.stringify(message)).toMatch(/parts left out/)
  })

  it("the bytes of JSON are counted as they are written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), someText, (value, text) => {
        for (const counted of [text, text.repeat(300)])
          expect(jsonBytes(counted)).toBe(Buffer.byteLength(JSON.stringify(counted)))
        const written = Buffer.byteLength(JSON.stringify(value))
        expect(jsonBytes(value)).toBeGreaterThanOrEqual(written)
        expect(jsonBytes(value)).toBeLessThanOrEqual(written + JSON.stringify(value).length)
      }),
    )
  })

  it("a chunk of any shape is cut to its limit", () => {
    const long = "\u0000é".repeat(3_000_000)
    const many = Array.from({ length: 900_000 }, (_, i) => `item ${i}`)
    for (const chunk of [
      { type: "text-delta", id: "1", delta: long },
      { type: "tool-output-available", toolCallId: "c", output: { stdout: long, stderr: "kept" } },
      { type: "tool-input-available", toolCallId: "c", toolName: "T", input: many },
      { type: "file", mediaType: "image/png", url: `data:image/png;base64,${"A".repeat(9_000_000)}` },
    ] as ReadonlyArray<AgentChunk>) {
      const cut = cutChunk(chunk)
      expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(6 * 1024 * 1024)
      expect(JSON.stringify(cut)).toMatch(/characters cut|too long to keep/)
    }
    expect(
      JSON.stringify(cutChunk({ type: "tool-output-available", toolCallId: "c", output: { a: long, b: "kept" } })),
    ).toContain('"kept"')
  })
})

describe("JSON that is being written", () => {
  it("every beginning of JSON text has a value or none, and the whole has its own", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        expect(partialJson(text)).toEqual(JSON.parse(text))
        expect(() => partialJson(text.slice(0, at % (text.length + 1)))).not.toThrow()
      }),
    )
    expect(partialJson('{"a":[1,{"b":"c\\u00')).toEqual({ a: [1, { b: "c" }] })
    expect(partialJson('{"a":tr')).toEqual({ a: true })
    expect(partialJson('{"a":-')).toEqual({})
    expect(partialJson("nonsense")).toBeUndefined()
    expect(partialJson("[".repeat(100_000))).toBeUndefined()
  })
})
