/** The way from a message back to chunks, against the accumulator and the AI SDK's own reader. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Accumulator, emptyMessage, type LiveMessage } from "../../src/agent/accumulator.ts"
import { chunksBetween, chunksFrom } from "../../src/agent/chunks-between.ts"
import { isTextPart } from "../../src/agent/message-part.ts"
import { anyChunk, legalChunks } from "./chunks.ts"
import { sdkMessage, toJson } from "./sdk-message.ts"

const told = (chunks: ReadonlyArray<AgentChunk>, max?: number): Accumulator => {
  const accumulator = emptyMessage("t1", 5, max)
  for (const chunk of chunks) accumulator.tell(chunk)
  return accumulator
}
const seen = ({ parts, metadata }: Message): unknown => toJson({ parts, metadata })
/** Makes the AI SDK hand out what it has. */
const LAST: AgentChunk = { type: "message-metadata", messageMetadata: { end: true } }
const someOutcome = fc.constantFrom<TurnOutcome>("completed", "interrupted", "error", "lost")

/** Whether text that came before a step was left open when the step was started over: no chunk ends it any more. */
const isOrphaned = ({ parts, open }: LiveMessage): boolean =>
  parts.some((part, at) => isTextPart(part) && part.state === "streaming" && !open.some(([, index]) => index === at))

describe("chunks from messages", () => {
  it("M-15 the chunks of a stored message make the same message, here and in the AI SDK (fault:N55)", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, someOutcome, async (chunks, outcome) => {
        const message = toJson(told(chunks).ended(outcome)) as Message
        const again = chunksFrom(message)
        expect(again[0]).toMatchObject({ type: "start", messageId: "t1" })
        expect(seen(told(again).message())).toEqual(seen(message))
        expect(await sdkMessage([...again, LAST])).toEqual(seen(told([...again, LAST]).message()))
      }),
      { numRuns: 400 },
    )
  })

  it("M-16 a viewer cut at any chunk gets what it has not shown and ends with the same message (fault:N55)", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, fc.nat(), someOutcome, async (chunks, at, outcome) => {
        const message = toJson(told(chunks).ended(outcome)) as Message
        const before = chunks.slice(0, at % (chunks.length + 1))
        const shown = told(before).toLive()
        const rest = chunksBetween(shown, message)
        expect(rest !== undefined || isOrphaned(shown)).toBe(true)
        if (rest === undefined) return
        const all = [...before, ...(rest ?? [])]
        expect(seen(told(all).message())).toEqual(seen(message))
        expect(await sdkMessage([...all, LAST])).toEqual(seen(told([...all, LAST]).message()))
      }),
      { numRuns: 400 },
    )
  })

  it("M-16 whatever was shown, the answer leads to the message or there is none", () => {
    fc.assert(
      fc.property(
        fc.array(anyChunk, { maxLength: 30 }),
        fc.array(anyChunk, { maxLength: 30 }),
        fc.boolean(),
        (some, others, same) => {
          const message = told(same ? [...some, ...others] : others).ended("completed")
          const rest = chunksBetween(told(some).toLive(), message)
          if (rest === undefined) return
          expect(seen(told([...some, ...rest]).message())).toEqual(seen(message))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it("M-16 only what is missing is sent: the rest of a text, the result of a call, and nothing twice", () => {
    const call = { toolCallId: "c", toolName: "Bash", dynamic: true }
    const chunks: ReadonlyArray<AgentChunk> = [
      { type: "start-step" },
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", delta: "Hello" },
      { type: "tool-input-available", ...call, input: { command: "ls" } },
      { type: "text-delta", id: "a", delta: ", world" },
      { type: "text-end", id: "a" },
      { type: "tool-output-available", toolCallId: "c", output: "files" },
      { type: "text-start", id: "b" },
      { type: "text-delta", id: "b", delta: "Done." },
      { type: "text-end", id: "b" },
      { type: "finish-step" },
    ]
    const message = told(chunks).ended("completed")
    const types = (count: number) => chunksBetween(told(chunks.slice(0, count)).toLive(), message)?.map((chunk) => chunk.type)
    expect(chunksBetween(told(chunks.slice(0, 4)).toLive(), message)?.[0]).toEqual({
      type: "text-delta",
      id: "a",
      delta: ", world",
    })
    const end = ["finish-step", "finish"]
    expect(types(4)).toEqual(["text-delta", "text-end", "tool-output-available", "text-start", "text-delta", "text-end", ...end])
    expect(types(7)).toEqual(["text-start", "text-delta", "text-end", ...end])
    expect(types(chunks.length)).toEqual(end)
  })

  it("M-16 a viewer that has shown more than the message has learns that", () => {
    const long: ReadonlyArray<AgentChunk> = [
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", delta: "x".repeat(5000) },
      { type: "start-step" },
    ]
    const message = told(long, 2000).ended("completed")
    expect(JSON.stringify(message).length).toBeLessThan(3000)
    expect(chunksBetween(told(long).toLive(), message)).toBeUndefined()
    expect(seen(told(chunksFrom(message)).message())).toEqual(seen(message))
  })

  it("M-15 a part that a later version wrote is left out", () => {
    const message = told([{ type: "custom", kind: "known" }]).ended("completed")
    const later = { ...message, parts: [{ type: "hologram" }, ...message.parts] }
    expect(chunksFrom(later).map(({ type }) => type)).toEqual(["start", "custom", "finish"])
  })
})
