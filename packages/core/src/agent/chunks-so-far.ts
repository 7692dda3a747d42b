/**
 * The chunks of a turn that streams, from its start up to now (docs/protocol/rules.md, J-4), for doors that begin in the middle of it.
 *
 * Invariant: an accumulator told them, and then what follows, shows what one shows that was told all of the turn's chunks.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { LiveMessage } from "./accumulator.ts"
import { chunksOfNew } from "./part-chunks.ts"

/** The chunks, `start` with the turn's id first. Text that is open keeps its id, so that its next deltas find it. */
export function chunksSoFar({ turn, parts, metadata, open }: LiveMessage): ReadonlyArray<AgentChunk> {
  const ids = new Map(open.map(([key, index]) => [index, key.slice(key.indexOf(":") + 1)]))
  const chunks: Array<AgentChunk> = [
    { type: "start", messageId: turn, ...(metadata === undefined ? {} : { messageMetadata: metadata }) },
  ]
  let inStep = false
  for (const [index, part] of parts.entries()) {
    if (part.type === "step-start") {
      if (inStep) chunks.push({ type: "finish-step" })
      inStep = true
    }
    // What is closed gets an id that no later delta has.
    chunks.push(...chunksOfNew(part, ids.get(index) ?? `${turn}:${index}`))
  }
  return chunks
}
