/** Messages of the stream socket as ready-made bytes, made once for all who get the same. */
import { encodeViewers, EVENTS_HEADER_BYTES, FRAME_EVENTS, type Viewers } from "@holdfast/protocol/frame"
import { frameOf } from "../websocket-frame.ts"

/** A binary message around a payload. */
export function binaryMessage(payload: Uint8Array): Buffer {
  const { bytes, start } = frameOf(payload.length)
  bytes.set(payload, start)
  return bytes
}

/** A binary message with an events frame made of whole records. */
export function eventsMessage(handle: number, records: ReadonlyArray<Uint8Array>): Buffer {
  let length = EVENTS_HEADER_BYTES
  for (const record of records) length += record.length
  const { bytes, start } = frameOf(length)
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
