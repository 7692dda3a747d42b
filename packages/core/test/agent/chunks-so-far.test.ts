/** The steps of a streaming turn for one that comes in the middle of it. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Accumulator, emptyMessage, type LiveMessage } from "../../src/agent/accumulator.ts"
import { chunksSoFar } from "../../src/agent/chunks-so-far.ts"
import { isTextPart } from "../../src/agent/message-part.ts"
import { legalChunks } from "./chunks.ts"
import { sdkMessage, toJson } from "./sdk-message.ts"

const told = (chunks: ReadonlyArray<AgentChunk>): Accumulator => {
  const accumulator = emptyMessage("t1", 5)
  for (const chunk of chunks) accumulator.tell(chunk)
  return accumulator
}
const seen = ({ parts, metadata }: Message): unknown => toJson({ parts, metadata })
/** Makes the AI SDK hand out what it has. */
const LAST: AgentChunk = { type: "message-metadata", messageMetadata: { end: true } }

/** Text that a step left open when it was started over: no chunk ends it any more. */
const isOrphaned = ({ parts, open }: LiveMessage): boolean =>
  parts.some((part, at) => isTextPart(part) && part.state === "streaming" && !open.some(([, index]) => index === at))

describe("the chunks of a streaming turn so far", () => {
  it("J-4 and those that follow show what one shows that was told all of them, here and in the AI SDK", async () => {
    await fc.assert(
      fc.asyncProperty(legalChunks, fc.nat(), async (chunks, at) => {
        const cut = at % (chunks.length + 1)
        const live = told(chunks.slice(0, cut)).toLive()
        fc.pre(!isOrphaned(live))
        const all = [...chunksSoFar(toJson(live) as LiveMessage), ...chunks.slice(cut)]
        expect(all[0]).toMatchObject({ type: "start", messageId: "t1" })
        expect(seen(told(all).message())).toEqual(seen(told(chunks).message()))
        expect(await sdkMessage([...all, LAST])).toEqual(seen(told([...all, LAST]).message()))
      }),
      { numRuns: 400 },
    )
  })

  it("J-4 M-15 an input whose only delta is empty has an empty text, and one without a delta has none", () => {
    const start: AgentChunk = { type: "tool-input-start", toolCallId: "c1", toolName: "bash", dynamic: true }
    const empty: AgentChunk = { type: "tool-input-delta", toolCallId: "c1", inputTextDelta: "" }
    for (const chunks of [[start], [start, empty]]) {
      const live = told(chunks).toLive()
      expect(seen(told(chunksSoFar(live)).message())).toEqual(seen(told(chunks).message()))
    }
  })
})
