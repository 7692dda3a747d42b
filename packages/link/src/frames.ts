/**
 * Frames between hub and runner: `u32 length of what follows | u8 type | body`, big endian (messages.ts).
 *
 * Invariant: decoding costs one copy at most, of frames that arrive in several pieces; a frame over `MAX_FRAME_BYTES`
 * is refused by its length alone, before its body is kept.
 */
import { FRAME_CONTROL, FRAME_CHILD_INPUT, FRAME_OUTPUT, MAX_FRAME_BYTES } from "./messages.ts"

/** A frame that cannot be read; the connection it came on ends. */
export class WireMalformed extends Error {
  readonly _tag = "WireMalformed"
}

/** A decoded frame. A control frame's text is not parsed yet. */
export type WireFrame =
  | { readonly type: typeof FRAME_CONTROL; readonly text: string }
  | {
      readonly type: typeof FRAME_OUTPUT
      readonly child: number
      readonly position: number
      readonly time: number
      readonly bytes: Uint8Array
    }
  | {
      readonly type: typeof FRAME_CHILD_INPUT
      readonly child: number
      readonly number: number
      readonly client: string
      readonly bytes: Uint8Array
    }

const LENGTH = 4
const PREFIX = 5
const OUTPUT_HEAD = 20
const INPUT_HEAD = 13
const utf8 = new TextDecoder("utf-8", { fatal: true })

function head(type: number, bodyBytes: number, headBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(PREFIX + headBytes)
  buffer.writeUInt32BE(bodyBytes + 1, 0)
  buffer[4] = type
  return buffer
}

/** Encodes a control message; throws `WireMalformed` when it is over `MAX_FRAME_BYTES`. */
export function encodeControl(message: unknown): Uint8Array {
  const body = Buffer.from(JSON.stringify(message), "utf8")
  if (body.length >= MAX_FRAME_BYTES) throw new WireMalformed(`a control message of ${body.length} bytes is over the limit`)
  return Buffer.concat([head(FRAME_CONTROL, body.length, 0), body])
}

/** Head of an output frame; the bytes follow it as they are. */
export function encodeOutputHead(child: number, position: number, time: number, byteLength: number): Uint8Array {
  const buffer = head(FRAME_OUTPUT, OUTPUT_HEAD + byteLength, OUTPUT_HEAD)
  buffer.writeUInt32BE(child, 5)
  buffer.writeDoubleBE(position, 9)
  buffer.writeDoubleBE(time, 17)
  return buffer
}

/** Encodes an input frame, of an input with a key with number 0; `client` has at most 255 bytes, otherwise `WireMalformed` is thrown. */
export function encodeChildInput(child: number, client: string, number: number, bytes: Uint8Array): Uint8Array {
  const name = Buffer.from(client, "utf8")
  if (name.length > 255) throw new WireMalformed("a client id has at most 255 bytes")
  const size = INPUT_HEAD + name.length + bytes.length
  if (size >= MAX_FRAME_BYTES) throw new WireMalformed(`an input of ${bytes.length} bytes is over the limit`)
  const buffer = head(FRAME_CHILD_INPUT, size, INPUT_HEAD)
  buffer.writeUInt32BE(child, 5)
  buffer.writeDoubleBE(number, 9)
  buffer[17] = name.length
  return Buffer.concat([buffer, name, bytes])
}

function positive(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new WireMalformed(`${name} is not a whole number from 1`)
  return value
}

function inputNumber(value: number): number {
  return value === 0 ? 0 : positive(value, "an input's number")
}

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new WireMalformed("text is not UTF-8", { cause })
  }
}

function decode(type: number, body: Buffer): WireFrame {
  if (type === FRAME_CONTROL) return { type, text: text(body) }
  if (type === FRAME_OUTPUT) {
    if (body.length < OUTPUT_HEAD) throw new WireMalformed("an output frame is too short")
    const time = body.readDoubleBE(12)
    if (!Number.isFinite(time)) throw new WireMalformed("a time is not a number")
    return {
      type,
      child: body.readUInt32BE(0),
      position: positive(body.readDoubleBE(4), "a position"),
      time,
      bytes: body.subarray(OUTPUT_HEAD),
    }
  }
  if (type === FRAME_CHILD_INPUT) {
    const nameLength = body.length < INPUT_HEAD ? 0 : (body[12] ?? 0)
    if (body.length < INPUT_HEAD + nameLength) throw new WireMalformed("an input frame is too short")
    return {
      type,
      child: body.readUInt32BE(0),
      number: inputNumber(body.readDoubleBE(4)),
      client: text(body.subarray(INPUT_HEAD, INPUT_HEAD + nameLength)),
      bytes: body.subarray(INPUT_HEAD + nameLength),
    }
  }
  throw new WireMalformed(`frame type ${type} is not known`)
}

/** Cuts a stream of bytes into frames. Throws `WireMalformed`, after which it must not be used again. */
export class FrameReader {
  #parts: Array<Buffer> = []
  #held = 0
  #wanted = LENGTH

  /** Takes what arrived and calls `take` with each whole frame, in order. */
  push(chunk: Buffer, take: (frame: WireFrame) => void): void {
    this.#parts.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return
    const buffer = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#held)
    let offset = 0
    for (;;) {
      const rest = buffer.length - offset
      this.#wanted = LENGTH
      if (rest < LENGTH) break
      const length = buffer.readUInt32BE(offset)
      if (length < 1 || length > MAX_FRAME_BYTES) throw new WireMalformed(`a frame of ${length} bytes is refused`)
      if (rest < LENGTH + length) {
        this.#wanted = LENGTH + length
        break
      }
      take(decode(buffer[offset + LENGTH] ?? 0, buffer.subarray(offset + PREFIX, offset + LENGTH + length)))
      offset += LENGTH + length
    }
    this.#held = buffer.length - offset
    this.#parts = this.#held === 0 ? [] : [buffer.subarray(offset)]
  }
}
