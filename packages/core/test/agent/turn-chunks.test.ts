/** A turn as a stream for the AI SDK's reader, against that reader. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Accumulator, emptyMessage, type LiveMessage } from "../../src/agent/accumulator.ts"
import type { MessagePart } from "../../src/agent/message-part.ts"
import { TurnChunks } from "../../src/agent/turn-chunks.ts"
import { legalChunks } from "./chunks.ts"
import { sdkMessage, toJson } from "./sdk-message.ts"

const EMPTY: LiveMessage = { turn: "t1", createdAt: 5, parts: [], open: [], grown: 0 }
const told = (chunks: ReadonlyArray<AgentChunk>): Accumulator => {
  const accumulator = emptyMessage("t1", 5)
  for (const chunk of chunks) accumulator.tell(chunk)
  return accumulator
}
const seen = ({ parts, metadata }: Message): unknown => toJson({ parts, metadata })
/** Makes the AI SDK hand out what it has. */
const LAST: AgentChunk = { type: "message-metadata", messageMetadata: { end: true } }
const shownBy = (chunks: ReadonlyArray<AgentChunk>): unknown => seen(told([...chunks, LAST]).message())

const streamed = (chunks: ReadonlyArray<AgentChunk>): ReadonlyArray<AgentChunk> => {
  const turn = new TurnChunks(EMPTY)
  return [...turn.begin(), ...chunks.flatMap((chunk) => turn.next(chunk))]
}

/** The chunks of a step in any order, some of them missing. A call whose input comes in a later step is another one to the SDK. */
const disordered = legalChunks.chain((chunks) => fc.shuffledSubarray(chunks.filter(({ type }) => !type.endsWith("-step"))))

describe("a turn as a stream of chunks", () => {
  it("I-3 the AI SDK shows the message that is stored, and reads without an error whatever order an agent reports in", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, disordered, fc.boolean(), async (legal, others, isLegal) => {
        const chunks = isLegal ? legal : others
        const message = told(chunks).ended("completed")
        const turn = new TurnChunks(EMPTY)
        const live = [...turn.begin(), ...chunks.flatMap((chunk) => turn.next(chunk))]
        const rest = turn.stored(message)
        expect(rest).toBeDefined()
        const read = await sdkMessage([...live, ...(rest ?? []), LAST])
        if (isLegal) expect(read).toEqual(shownBy([...live, ...(rest ?? [])]))
        expect(seen(told([...live, ...(rest ?? [])]).message())).toEqual(seen(message))
      }),
      { numRuns: 400 },
    )
  })

  it("I-3 a reader that comes in the middle begins with all there is, and continues open text", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, fc.nat(), async (chunks, at) => {
        const cut = at % (chunks.length + 1)
        const turn = new TurnChunks(told(chunks.slice(0, cut)).toLive())
        const all = [...turn.begin(), ...chunks.slice(cut).flatMap((chunk) => turn.next(chunk))]
        const rest = turn.stored(told(chunks).ended("completed"))
        expect(rest).toBeDefined()
        if (rest === undefined) return
        expect(await sdkMessage([...all, ...rest, LAST])).toEqual(shownBy([...all, ...rest]))
        expect(seen(told([...all, ...rest]).message())).toEqual(seen(told(chunks).ended("completed")))
      }),
      { numRuns: 300 },
    )
  })

  it("I-5 a stream that stopped for an answer continues the reader's own message", async () => {
    const call = (id: string): ReadonlyArray<AgentChunk> => [
      { type: "tool-input-start", toolCallId: id, toolName: "bash", dynamic: true },
      { type: "tool-input-available", toolCallId: id, toolName: "bash", dynamic: true, input: { command: id } },
    ]
    const before: ReadonlyArray<AgentChunk> = [
      { type: "start-step" },
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", delta: "I look" },
      ...call("one"),
      ...call("two"),
      { type: "tool-approval-request", approvalId: "p1", toolCallId: "one" },
    ]
    const after: ReadonlyArray<AgentChunk> = [
      { type: "tool-approval-response", approvalId: "p1", approved: true },
      { type: "tool-output-available", toolCallId: "one", dynamic: true, output: "1" },
      { type: "tool-output-available", toolCallId: "two", dynamic: true, output: "2" },
      { type: "text-delta", id: "a", delta: " around." },
      { type: "text-end", id: "a" },
      { type: "finish-step" },
    ]
    const first = new TurnChunks(EMPTY)
    const shown = [...first.begin(), ...before.flatMap((chunk) => first.next(chunk)), ...first.pause()]
    const paused = (await sdkMessage(shown)) as { readonly parts: ReadonlyArray<MessagePart> }
    // The SDK sends no answer while another call of the step is open.
    expect(paused.parts.filter(({ type }) => type === "dynamic-tool")).toMatchObject([{ toolCallId: "one" }])
    const answered = paused.parts.map((part) =>
      part.type === "dynamic-tool"
        ? { ...part, state: "approval-responded" as const, approval: { id: "p1", approved: true } }
        : part,
    )
    const second = new TurnChunks(told(before).toLive())
    const rest = [...(second.resume({ parts: answered }) ?? []), ...after.flatMap((chunk) => second.next(chunk))]
    expect(rest[0]).toEqual({ type: "start", messageId: "t1" })
    const continued = told([])
    for (const chunk of [...shown, ...rest]) continued.tell(chunk)
    expect(seen(continued.message())).toEqual(seen(told([...before, ...after]).message()))
    expect(await sdkMessage([...shown, ...rest, LAST])).toEqual(shownBy([...shown, ...rest]))
  })

  it("I-4 a turn ends once, in one of three ways, whatever its agent said before", () => {
    const chunks = streamed([
      { type: "start", messageMetadata: { a: 1 } },
      { type: "error", errorText: "x" },
      { type: "abort" },
      { type: "finish", finishReason: "length", messageMetadata: { b: 2 } },
      { type: "text-delta", id: "late", delta: "more" },
    ])
    expect(chunks).toEqual([
      { type: "start", messageId: "t1" },
      { type: "message-metadata", messageMetadata: { a: 1 } },
      { type: "message-metadata", messageMetadata: { b: 2 } },
      { type: "text-start", id: "late" },
      { type: "text-delta", id: "late", delta: "more" },
    ])
    const turn = new TurnChunks(EMPTY)
    expect(turn.end("completed")).toEqual({ type: "finish" })
    expect(turn.end("interrupted")).toEqual({ type: "abort" })
    expect(turn.end("error", { message: "no credit" })).toEqual({ type: "error", errorText: "no credit" })
    expect(turn.end("lost")).toMatchObject({ type: "error", errorText: expect.stringContaining("lost") })
    turn.next({ type: "finish", finishReason: "stop" })
    expect(turn.end("completed")).toEqual({ type: "finish", finishReason: "stop" })
  })
})
