/**
 * A queued message as a record holds it (docs/protocol/rules.md, Q-17): enough to tell which one it is.
 *
 * Bounded whatever was sent: a record is stored and sent with every change. The whole message lies in its event, `seq`.
 */
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { QueuedMessage, QueueItem } from "@holdfast/protocol/agent/queue"
import { headOfBytes } from "@holdfast/protocol/text-cut"

/** Most bytes of a message's parts in a record. */
const EXCERPT = 1024
/** The same when the messages of a session together hold more than `EXCERPTS`. */
const SHORT_EXCERPT = 128
const EXCERPTS = 4 * 1024

/** The beginning of a message in about `room` bytes; files that do not fit are left out. */
function beginning(parts: ReadonlyArray<InputPart>, room: number): ReadonlyArray<InputPart> {
  const kept: Array<InputPart> = []
  let left = room
  for (const part of parts) {
    // A text has at least as many bytes as characters: a long one need not be measured.
    const fits = (part.type === "file" || part.text.length <= left) && jsonBytes(part) <= left
    if (!fits && part.type === "file") continue
    const shown = fits || part.type === "file" ? part : { ...part, text: headOfBytes(part.text, left) }
    left -= jsonBytes(shown)
    kept.push(shown)
    if (left <= 0) break
  }
  return kept
}

/** Bytes of the parts of queued messages as JSON: of the whole messages, and of what the record holds of them. */
export interface QueueSize {
  readonly bytes: number
  readonly held: number
}

/** The size of no message. */
export const EMPTY_QUEUE: QueueSize = { bytes: 0, held: 0 }

const heldBytes = ({ cut, parts, bytes }: QueueItem): number => (cut === true ? jsonBytes(parts) : bytes)

/** The size with one message more. */
export function sizeWith({ bytes, held }: QueueSize, item: QueueItem): QueueSize {
  return {
    bytes: bytes + item.bytes,
    held: held + heldBytes(item),
  }
}

/** The size without one of the messages. */
export function sizeWithout({ bytes, held }: QueueSize, item: QueueItem): QueueSize {
  return {
    bytes: bytes - item.bytes,
    held: held - heldBytes(item),
  }
}

type Held = Pick<QueueItem, "parts" | "bytes" | "seq" | "cut">

/** The parts of a message that the event `seq` has, as they are held beside others of a size. */
function heldParts(parts: ReadonlyArray<InputPart>, seq: number, others: QueueSize): Held {
  const bytes = jsonBytes(parts)
  const room = others.held > EXCERPTS ? SHORT_EXCERPT : EXCERPT
  return bytes <= room ? { parts, bytes, seq } : { parts: beginning(parts, room), bytes, seq, cut: true }
}

/** The message of a `queue/added` event beside the others of its session. */
export function toItem({ parts, ...message }: QueuedMessage, seq: number, others: QueueSize): QueueItem {
  return {
    ...message,
    ...heldParts(parts, seq, others),
  }
}

/** An item whose parts were replaced by those of the event `seq`. */
export function withParts(item: QueueItem, parts: ReadonlyArray<InputPart>, seq: number, others: QueueSize): QueueItem {
  const { cut: _, ...rest } = item
  return { ...rest, ...heldParts(parts, seq, others), edited: true }
}
