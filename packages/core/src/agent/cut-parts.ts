/**
 * Bounds a message: its longest strings are cut first, and where that is not enough parts in its middle are left out.
 */
import { cutJson, jsonBytes } from "@holdfast/protocol/agent/cut"
import type { MessagePart } from "./message-part.ts"

/**
 * Most bytes of a turn's message as JSON in UTF-8; what is longer is cut, and says so. While a turn streams its message may
 * be a quarter longer, and still fits a record.
 */
export const TURN_MESSAGE_MAX = 12 * 1024 * 1024

/** Parts that fit, and which of the old ones were left out: those from `start` to before `end`. */
export interface CutParts {
  readonly parts: Array<MessagePart>
  readonly start: number
  readonly end: number
}

const notice = (text: string): MessagePart => ({ type: "data-notice", data: { text } })

/** A cut address is none: the file is replaced by a word about it. */
const withoutCutFiles = (parts: ReadonlyArray<MessagePart>, before: ReadonlyArray<MessagePart>): Array<MessagePart> =>
  parts.map((part, index) => {
    const old = before[index]
    if (part.type !== "file" && part.type !== "reasoning-file") return part
    if (old === undefined || !("url" in old) || old.url === part.url) return part
    return notice(`A file of ${old.url.length} characters was too long to keep.`)
  })

/** The parts with at most `max` bytes as JSON; `size` is theirs, where it is known. */
export function cutParts(parts: ReadonlyArray<MessagePart>, max: number, size = jsonBytes(parts)): CutParts {
  if (size <= max) return { parts: [...parts], start: parts.length, end: parts.length }
  const cut = cutJson(parts, max, size)
  // Cutting strings keeps the shape.
  if (Array.isArray(cut))
    return { parts: withoutCutFiles(cut as Array<MessagePart>, parts), start: parts.length, end: parts.length }
  let start = parts.length
  let end = parts.length
  let kept: Array<MessagePart> = []
  do {
    const half = Math.floor((start + parts.length - end) / 4)
    start = half
    end = parts.length - half
    kept = [...parts.slice(0, start), notice(`${end - start} parts left out`), ...parts.slice(end)]
  } while (start > 0 && jsonBytes(kept) > max)
  return { parts: kept, start, end }
}
