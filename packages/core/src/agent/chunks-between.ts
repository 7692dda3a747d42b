/**
 * The way back from a stored message to chunks, for doors that speak chunks (docs/protocol/rules.md, M-15, M-16).
 *
 * When a turn has ended its chunks fold, so a door that comes back later meets `agent/folded` and then the message. It
 * keeps what it has shown as an accumulator does, and asks here for what is missing. Invariant: an accumulator told the
 * chunks shows the parts and the metadata of the message; where no chunks do that, there is no answer.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import { Accumulator, type LiveMessage } from "./accumulator.ts"
import { isKnownPart, isToolPart, type MessagePart } from "./message-part.ts"
import { chunksOfChange, chunksOfNew } from "./part-chunks.ts"
import { sameJson } from "./same-json.ts"
import { shownTool } from "./tool-part.ts"

/** The chunks of a whole message, from `start`, which has its id and metadata, to the end of its turn. */
export function chunksFrom(message: Message): ReadonlyArray<AgentChunk> {
  const metadata = message.metadata === undefined ? {} : { messageMetadata: message.metadata }
  return [{ type: "start", messageId: message.id, ...metadata }, ...newParts(partsOf(message), 0), ...endOf(message)]
}

/**
 * The chunks that a viewer still needs which has shown `shown` of the message's turn, up to the end of the turn.
 * `undefined` when no chunks lead from the one to the other, as where it has shown more than the message keeps: then what
 * it shows is to be replaced by the message.
 */
export function chunksBetween(shown: LiveMessage, message: Message): ReadonlyArray<AgentChunk> | undefined {
  const metadata: ReadonlyArray<AgentChunk> =
    message.metadata === undefined || sameJson(shown.metadata, message.metadata)
      ? []
      : [{ type: "message-metadata", messageMetadata: message.metadata }]
  const parts = partsOf(message)
  const kept = shown.parts.findLastIndex(({ type }) => type === "step-start") + 1
  for (const count of [shown.parts.length, kept]) {
    const changed = changedParts(shown, parts, count)
    if (changed === undefined) continue
    const reset: ReadonlyArray<AgentChunk> = count === shown.parts.length ? [] : [{ type: "reset-step" }]
    const chunks = [...changed, ...reset, ...newParts(parts, count, stepOf(shown, count)), ...metadata]
    if (shows(shown, chunks, message)) return [...chunks, ...endOf(message)]
  }
  return undefined
}

/** The parts of a message in our vocabulary; those of a later version are left out (M-1). */
const partsOf = ({ parts }: Message): ReadonlyArray<MessagePart> =>
  (parts as ReadonlyArray<unknown> as ReadonlyArray<MessagePart>).filter(isKnownPart)

/** The changes of the first `count` parts; `undefined` when one of them cannot be changed so. */
function changedParts(
  { parts, open }: LiveMessage,
  wanted: ReadonlyArray<MessagePart>,
  count: number,
): ReadonlyArray<AgentChunk> | undefined {
  const ids = new Map(open.map(([key, index]) => [index, key.slice(key.indexOf(":") + 1)]))
  const step = parts.findLastIndex(({ type }) => type === "step-start")
  const chunks: Array<AgentChunk> = []
  for (const [index, part] of parts.slice(0, count).entries()) {
    const to = wanted[index]
    const change = to === undefined ? undefined : chunksOfChange(part, to, { id: ids.get(index), isPast: index < step })
    if (change === undefined) return undefined
    chunks.push(...change)
  }
  return chunks
}

/** Whether a step is open among the first `count` parts. */
const stepOf = ({ parts }: LiveMessage, count: number): boolean => parts.slice(0, count).some(({ type }) => type === "step-start")

/** The chunks of the parts from `first` on; the end of each step stands before the next one begins, and after the last. */
function newParts(parts: ReadonlyArray<MessagePart>, first: number, inStep = false): ReadonlyArray<AgentChunk> {
  const chunks: Array<AgentChunk> = []
  let open = inStep
  for (const [at, part] of parts.slice(first).entries()) {
    if (part.type === "step-start") {
      if (open) chunks.push({ type: "finish-step" })
      open = true
    }
    chunks.push(...chunksOfNew(part, `${first + at}`))
  }
  return open ? [...chunks, { type: "finish-step" }] : chunks
}

/** How a message's turn ended, as a chunk; nothing of one that continues. */
function endOf({ outcome }: Message): ReadonlyArray<AgentChunk> {
  if (outcome === undefined) return []
  if (outcome === "interrupted") return [{ type: "abort" }]
  return outcome === "completed" ? [{ type: "finish" }] : [{ type: "finish", finishReason: "error" }]
}

function shows(shown: LiveMessage, chunks: ReadonlyArray<AgentChunk>, message: Message): boolean {
  const accumulator = new Accumulator(shown, Number.POSITIVE_INFINITY)
  for (const chunk of chunks) accumulator.tell(chunk)
  const { parts, metadata } = accumulator.message()
  return sameJson(metadata, message.metadata) && sameJson(parts, partsOf(message).map(shownPart))
}

const shownPart = (part: MessagePart): MessagePart => (isToolPart(part) ? shownTool(part) : part)
