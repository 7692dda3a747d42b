/**
 * Records: the one binary form of an event, in the store, on the socket and in sealed segments.
 *
 * An event is encoded once, when it is appended. The same bytes are stored, replayed and sent to every
 * subscriber, unparsed. Layout, big endian (docs/protocol/rules.md, E-6):
 *
 * ```
 * u32 length of what follows | u8 kind | f64 seq | u32 span (seq - from) | kind 2: f64 time | body
 * kind 1: body is the event as JSON text in UTF-8      kind 2: body is terminal output, the bytes as read
 * ```
 */
import type { Channel, Event } from "./event.ts"
import { currentEvent, HAS_OLDER_EVENTS } from "./event-upcasts.ts"

/** Record kinds. */
export const RECORD_JSON = 1
export const RECORD_OUTPUT = 2

/** Bytes that every record begins with; what follows is the body, or the time and the body. */
export const RECORD_HEADER = 17
const OUTPUT_HEADER = 25

/** Offset of the byte after the record at `offset`, which need not be there. */
export function recordEnd(view: DataView, offset: number): number {
  return offset + 4 + view.getUint32(offset)
}

/** Last seq of the record at `offset`. */
export function recordSeq(view: DataView, offset: number): number {
  return view.getFloat64(offset + 5)
}

/** First seq of the record at `offset`, whose last one is `seq`. */
export function recordFrom(view: DataView, offset: number, seq: number): number {
  return seq - view.getUint32(offset + 13)
}

/** Largest record that is written, in bytes; a reader refuses a longer one. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024

/** A record that cannot be read: what is wrong and where. */
export class RecordMalformed extends Error {
  readonly _tag = "RecordMalformed"
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`)
    this.offset = offset
  }
}

/** An event with its encoded record and the columns a store filters by. */
export interface LogRecord {
  readonly seq: number
  /** First seq of the range it stands for; equal to `seq` for an ordinary event. */
  readonly from: number
  readonly time: number
  readonly channel: Channel
  readonly type: string
  readonly turn?: string
  /** The whole encoded record, header included. */
  readonly bytes: Uint8Array
}

const encoder = /* @__PURE__ */ new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Small records share a buffer of this many bytes: an `ArrayBuffer` of its own costs more than all else of a small record. */
const SHARED_BYTES = 32 * 1024

/** Bytes up to which a record is small. */
const SMALL_RECORD = 4 * 1024

/** Most bytes of UTF-8 that one code unit of a text becomes. */
const UTF8_MOST = 3

let shared = /* @__PURE__ */ new Uint8Array(0)
let sharedView = /* @__PURE__ */ new DataView(shared.buffer)
let sharedUsed = 0

/** Finds room for a small record of at most `most` bytes in the shared buffer and gives its offset. */
function makeRoom(most: number): number {
  if (sharedUsed + most > shared.length) {
    shared = new Uint8Array(SHARED_BYTES)
    sharedView = new DataView(shared.buffer)
    sharedUsed = 0
  }
  return sharedUsed
}

/** Cuts the record at the end of what is used off the shared buffer. */
function cutOff(length: number): Uint8Array {
  const bytes = shared.subarray(sharedUsed, sharedUsed + length)
  sharedUsed += length
  return bytes
}

function writeHeader(view: DataView, at: number, length: number, kind: number, seq: number, from: number): void {
  view.setUint32(at, length - 4)
  view.setUint8(at + 4, kind)
  view.setFloat64(at + 5, seq)
  view.setUint32(at + 13, seq - from)
}

function encodeJson(event: Event, from: number): Uint8Array {
  const text = JSON.stringify(event)
  const most = RECORD_HEADER + text.length * UTF8_MOST
  if (most <= SMALL_RECORD) {
    const at = makeRoom(most)
    const length = RECORD_HEADER + encoder.encodeInto(text, shared.subarray(at + RECORD_HEADER)).written
    writeHeader(sharedView, at, length, RECORD_JSON, event.seq, from)
    return cutOff(length)
  }
  const bytes = largeJson(text)
  writeHeader(new DataView(bytes.buffer), 0, bytes.length, RECORD_JSON, event.seq, from)
  return bytes
}

/** A long text after the room of a header; made in one piece when it is ASCII, as the largest ones mostly are. */
function largeJson(text: string): Uint8Array {
  const ascii = new Uint8Array(RECORD_HEADER + text.length)
  if (encoder.encodeInto(text, ascii.subarray(RECORD_HEADER)).read === text.length) return ascii
  const body = encoder.encode(text)
  const bytes = new Uint8Array(RECORD_HEADER + body.length)
  bytes.set(body, RECORD_HEADER)
  return bytes
}

/** Encodes an event as a JSON record. */
export function encodeEvent(event: Event): LogRecord {
  const { seq, from = seq, time, channel, type, turn } = event
  const bytes = encodeJson(event, from)
  return turn === undefined ? { seq, from, time, channel, type, bytes } : { seq, from, time, channel, type, turn, bytes }
}

/** Encodes terminal output as a bytes record; the output is copied. */
export function encodeOutput(seq: number, time: number, output: Uint8Array): LogRecord {
  const length = OUTPUT_HEADER + output.length
  const small = length <= SMALL_RECORD
  const at = small ? makeRoom(length) : 0
  const bytes = small ? cutOff(length) : new Uint8Array(length)
  const view = small ? sharedView : new DataView(bytes.buffer)
  writeHeader(view, at, length, RECORD_OUTPUT, seq, seq)
  view.setFloat64(at + RECORD_HEADER, time)
  bytes.set(output, OUTPUT_HEADER)
  return { seq, from: seq, time, channel: "terminal", type: "output", bytes }
}

/** A record as read: a view into the buffer it was read from, body not parsed. */
export interface RecordView {
  readonly kind: number
  readonly seq: number
  readonly from: number
  /** Epoch milliseconds of an output record; absent for JSON, where the body holds it. */
  readonly time?: number
  readonly body: Uint8Array
  /** Offset of the byte after the record. */
  readonly end: number
}

/** Reads the record at `offset`. Throws `RecordMalformed` when the bytes are not a whole record. */
export function readRecord(buffer: Uint8Array, offset: number): RecordView {
  if (buffer.length - offset < RECORD_HEADER) throw new RecordMalformed("the record is truncated", offset)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  const end = recordEnd(view, offset)
  const length = end - offset - 4
  const kind = view.getUint8(offset + 4)
  const header = kind === RECORD_OUTPUT ? OUTPUT_HEADER : RECORD_HEADER
  if (kind !== RECORD_JSON && kind !== RECORD_OUTPUT) throw new RecordMalformed(`unknown record kind ${kind}`, offset)
  if (length + 4 < header || length > MAX_RECORD_BYTES) throw new RecordMalformed(`record length ${length}`, offset)
  if (end > buffer.length) throw new RecordMalformed("the record is truncated", offset)
  const seq = recordSeq(view, offset)
  const from = recordFrom(view, offset, seq)
  if (!Number.isSafeInteger(seq) || from < 1) throw new RecordMalformed(`record seq ${seq}`, offset)
  const body = buffer.subarray(offset + header, end)
  return kind === RECORD_OUTPUT
    ? { kind, seq, from, time: view.getFloat64(offset + RECORD_HEADER), body, end }
    : { kind, seq, from, body, end }
}

/** Reads every record of a buffer, in order. Throws `RecordMalformed`. */
export function* readRecords(buffer: Uint8Array, start = 0): Generator<RecordView> {
  let offset = start
  while (offset < buffer.length) {
    const record = readRecord(buffer, offset)
    yield record
    offset = record.end
  }
}

const base64 = (bytes: Uint8Array): string => {
  let text = ""
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}

/** The data of a `terminal/output` event: text when the bytes are whole UTF-8, base64 otherwise. */
export function outputData(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { base64: base64(bytes) }
  }
}

/** The event a record holds, its data brought to this version (E-9). Throws `RecordMalformed` when a JSON body is not an event. */
export function decodeRecord(record: RecordView): Event {
  if (record.kind === RECORD_OUTPUT) {
    return {
      seq: record.seq,
      time: record.time ?? 0,
      channel: "terminal",
      type: "output",
      data: outputData(record.body),
    }
  }
  const event = parseEvent(record)
  if (event.seq !== record.seq) throw new RecordMalformed("record and event disagree on seq", 0)
  return currentEvent(event)
}

/** The JSON text of the event a record holds: as it is stored where its data is of this version, so that it is not parsed. */
export function recordJson(record: RecordView): string {
  return record.kind === RECORD_JSON && !HAS_OLDER_EVENTS ? decoder.decode(record.body) : JSON.stringify(decodeRecord(record))
}

function parseEvent(record: RecordView): Event {
  try {
    return JSON.parse(decoder.decode(record.body)) as Event
  } catch (cause) {
    throw new RecordMalformed(`event ${record.seq} is not JSON (${String(cause)})`, 0)
  }
}
