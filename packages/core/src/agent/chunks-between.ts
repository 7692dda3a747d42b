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

/** Text that is still open in the message of a streaming turn: kind and id, and the part's place. */
type Open = LiveMessage["open"]

/**
 * The chunks of a whole message, from `start`, which has its id and metadata, to the end of its turn. Of a turn that streams,
 * whose message has no end, what comes next continues them; `open` names its open text.
 */
export function chunksFrom(message: Message, open: Open = []): ReadonlyArray<AgentChunk> {
  const metadata = message.metadata === undefined ? {} : { messageMetadata: message.metadata }
  const start: AgentChunk = { type: "start", messageId: message.id, ...metadata }
  return [start, ...newParts(partsOf(message), { first: 0, inStep: false, open: byPlace(open) }, message), ...endOf(message)]
}

/**
 * The chunks that a viewer still needs which has shown `shown` of the message's turn, up to the end of the turn, or up to now
 * while it streams; then `open` names the message's open text, as in `chunksFrom`. `undefined` when no chunks lead from the one to the other, as where it has shown more than the message keeps: then what
 * it shows is to be replaced by the message.
 */
export function chunksBetween(shown: LiveMessage, message: Message, open: Open = []): ReadonlyArray<AgentChunk> | undefined {
  const places = byPlace(open)
  const metadata: ReadonlyArray<AgentChunk> =
    message.metadata === undefined || sameJson(shown.metadata, message.metadata)
      ? []
      : [{ type: "message-metadata", messageMetadata: message.metadata }]
  const parts = partsOf(message)
  const kept = shown.parts.findLastIndex(({ type }) => type === "step-start") + 1
  for (const count of [shown.parts.length, kept]) {
    const changed = changedParts(shown, parts, count, places)
    if (changed === undefined) continue
    const reset: ReadonlyArray<AgentChunk> = count === shown.parts.length ? [] : [{ type: "reset-step" }]
    const added = newParts(parts, { first: count, inStep: stepOf(shown, count), open: places }, message)
    const chunks = [...changed, ...reset, ...added, ...metadata]
    if (shows(shown, chunks, message)) return [...chunks, ...endOf(message)]
  }
  return undefined
}

/** The parts of a message in our vocabulary; those of a later version are left out (M-1). */
const partsOf = ({ parts }: Message): ReadonlyArray<MessagePart> =>
  (parts as ReadonlyArray<unknown> as ReadonlyArray<MessagePart>).filter(isKnownPart)

type Places = ReadonlyMap<number, string>

/** The ids of open text by the places of the parts. */
const byPlace = (open: Open): Places => new Map(open.map(([key, index]) => [index, key.slice(key.indexOf(":") + 1)]))

/** The changes of the first `count` parts; `undefined` when one of them cannot be changed so. */
function changedParts(
  { parts, open }: LiveMessage,
  wanted: ReadonlyArray<MessagePart>,
  count: number,
  places: Places,
): ReadonlyArray<AgentChunk> | undefined {
  const ids = byPlace(open)
  const step = parts.findLastIndex(({ type }) => type === "step-start")
  const chunks: Array<AgentChunk> = []
  for (const [index, part] of parts.slice(0, count).entries()) {
    const to = wanted[index]
    // What comes next would continue a text that the viewer cannot continue.
    if (places.has(index) && places.get(index) !== ids.get(index)) return undefined
    const change = to === undefined ? undefined : chunksOfChange(part, to, { id: ids.get(index), isPast: index < step })
    if (change === undefined) return undefined
    chunks.push(...change)
  }
  return chunks
}

/** Whether a step is open among the first `count` parts. */
const stepOf = ({ parts }: LiveMessage, count: number): boolean => parts.slice(0, count).some(({ type }) => type === "step-start")

/** Where new parts begin, whether in a step, and the ids of text that is open. */
interface Beginning {
  readonly first: number
  readonly inStep: boolean
  readonly open: Places
}

/** The chunks of the parts from `first` on; the end of each step stands before the next one begins, and after the last of an ended turn. */
function newParts(
  parts: ReadonlyArray<MessagePart>,
  { first, inStep, open }: Beginning,
  { outcome }: Message,
): ReadonlyArray<AgentChunk> {
  const chunks: Array<AgentChunk> = []
  const taken = new Set(open.values())
  let within = inStep
  for (const [at, part] of parts.slice(first).entries()) {
    if (part.type === "step-start") {
      if (within) chunks.push({ type: "finish-step" })
      within = true
    }
    const own = `${first + at}`
    chunks.push(...chunksOfNew(part, open.get(first + at) ?? (taken.has(own) ? `part ${own}` : own)))
  }
  return within && outcome !== undefined ? [...chunks, { type: "finish-step" }] : chunks
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
