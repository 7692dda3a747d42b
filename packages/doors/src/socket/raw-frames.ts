/**
 * WebSocket frames as ready-made bytes (RFC 6455 section 5.2): unmasked, unfragmented, uncompressed, so that one buffer
 * can be written to every socket as it is.
 */
import { encodeViewers, EVENTS_HEADER_BYTES, FRAME_EVENTS, type Viewers } from "@holdfast/protocol/frame"

const FIN_TEXT = 0x81
const FIN_BINARY = 0x82

/** A buffer that begins with the header of a message of `length` bytes, and where its payload begins. */
function message(length: number, first: number = FIN_BINARY): { readonly bytes: Buffer; readonly start: number } {
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(start + length)
  bytes[0] = first
  if (start === 2) bytes[1] = length
  else if (start === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeUInt32BE(Math.floor(length / 0x1_0000_0000), 2)
    bytes.writeUInt32BE(length % 0x1_0000_0000, 6)
  }
  return { bytes, start }
}

/** A text message. */
export function textMessage(text: string): Buffer {
  const { bytes, start } = message(Buffer.byteLength(text), FIN_TEXT)
  bytes.write(text, start)
  return bytes
}

/** A binary message around a payload. */
export function binaryMessage(payload: Uint8Array): Buffer {
  const { bytes, start } = message(payload.length)
  bytes.set(payload, start)
  return bytes
}

/** A binary message with an events frame made of whole records. */
export function eventsMessage(handle: number, records: ReadonlyArray<Uint8Array>): Buffer {
  let length = EVENTS_HEADER_BYTES
  for (const record of records) length += record.length
  const { bytes, start } = message(length)
  bytes[start] = FRAME_EVENTS
  bytes.writeUInt32BE(handle, start + 1)
  let offset = start + EVENTS_HEADER_BYTES
  for (const record of records) {
    bytes.set(record, offset)
    offset += record.length
  }
  return bytes
}

let lastRecords: ReadonlyArray<Uint8Array> | undefined
let lastMessage: Buffer | undefined

/** The same, made once for all subscribers who get the same array one after another. */
export function sharedEventsMessage(handle: number, records: ReadonlyArray<Uint8Array>): Buffer {
  if (records === lastRecords && lastMessage !== undefined) return lastMessage
  lastMessage = eventsMessage(handle, records)
  lastRecords = records
  return lastMessage
}

const viewersMessages = new WeakMap<Viewers, Buffer>()

/** A binary message with who is attached, made once for all who get the same object; `handle` is the same for them. */
export function sharedViewersMessage(handle: number, viewers: Viewers): Buffer {
  const made = viewersMessages.get(viewers)
  if (made !== undefined) return made
  const message = binaryMessage(encodeViewers(handle, viewers))
  viewersMessages.set(viewers, message)
  return message
}
