/**
 * Journal entries as records in a file: `u32 body length | u32 crc32 of the body | body`, where the body is
 * `u8 kind | f64 position | f64 time | payload`, big endian. Kind 1 is output, kind 2 a note as JSON.
 *
 * A record that is cut short at the end of a file was being written when its process died; anything else that does
 * not check is damage.
 */
import { crc32 } from "node:zlib"
import { readJson } from "@holdfast/link/control"
import { type JournalEntry, JournalNote } from "@holdfast/link/messages"

const PREFIX = 8
const BODY_HEAD = 17
const KIND_OUTPUT = 1
const KIND_NOTE = 2

/** Longest record body, in bytes; a longer one is damage. */
export const MAX_ENTRY_BYTES = 16 * 1024 * 1024

/** The buffers of an entry's record, in order; output bytes are not copied. */
export function encodeRecord(entry: JournalEntry): ReadonlyArray<Uint8Array> {
  const output = "bytes" in entry
  const payload = output ? entry.bytes : Buffer.from(JSON.stringify(entry.note), "utf8")
  const head = Buffer.allocUnsafe(PREFIX + BODY_HEAD)
  head.writeUInt32BE(BODY_HEAD + payload.length, 0)
  head[8] = output ? KIND_OUTPUT : KIND_NOTE
  head.writeDoubleBE(entry.position, 9)
  head.writeDoubleBE(entry.time, 17)
  head.writeUInt32BE(crc32(payload, crc32(head.subarray(PREFIX))), 4)
  return [head, payload]
}

/** Bytes that an entry's record takes in a file. */
export function recordBytes(buffers: ReadonlyArray<Uint8Array>): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0)
}

/** What the bytes at an offset hold. `more`: this many bytes are needed from there. */
export type RecordRead =
  | { readonly _tag: "entry"; readonly entry: JournalEntry; readonly size: number }
  | { readonly _tag: "more"; readonly size: number }
  | { readonly _tag: "damaged" }

const DAMAGED: RecordRead = { _tag: "damaged" }

function noteFrom(payload: Buffer): Extract<JournalEntry, { note: unknown }>["note"] | undefined {
  try {
    return readJson(JournalNote, payload.toString("utf8"), "a note")
  } catch {
    // The caller reports the record as damaged; the parser's own words add nothing to that.
    return undefined
  }
}

/** Reads the record at an offset. */
export function readRecord(buffer: Buffer, offset: number): RecordRead {
  const rest = buffer.length - offset
  if (rest < PREFIX) return { _tag: "more", size: PREFIX }
  const length = buffer.readUInt32BE(offset)
  if (length < BODY_HEAD || length > MAX_ENTRY_BYTES) return DAMAGED
  const size = PREFIX + length
  if (rest < size) return { _tag: "more", size }
  const body = buffer.subarray(offset + PREFIX, offset + size)
  if (crc32(body) !== buffer.readUInt32BE(offset + 4)) return DAMAGED
  const position = body.readDoubleBE(1)
  const time = body.readDoubleBE(9)
  const payload = body.subarray(BODY_HEAD)
  if (body[0] === KIND_OUTPUT) return { _tag: "entry", size, entry: { position, time, bytes: payload } }
  const note = body[0] === KIND_NOTE ? noteFrom(payload) : undefined
  return note === undefined ? DAMAGED : { _tag: "entry", size, entry: { position, time, note } }
}
