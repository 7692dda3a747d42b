/**
 * WebSocket frames as ready-made bytes (RFC 6455 section 5.2): unmasked, unfragmented, uncompressed, so that one buffer
 * can be written to every socket as it is.
 */

/** Fragments of one message that a client may send at most (W-4). */
export const FRAGMENTS_MAX = 1024

/** First byte of a whole text message, and of a whole binary one. */
const FIN_TEXT = 0x81
const FIN_BINARY = 0x82

/** A buffer that begins with the header of a message of `length` bytes, and where its payload begins. */
export function frameOf(length: number, first: number = FIN_BINARY): { readonly bytes: Buffer; readonly start: number } {
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
export function textFrame(text: string): Buffer {
  const { bytes, start } = frameOf(Buffer.byteLength(text), FIN_TEXT)
  bytes.write(text, start)
  return bytes
}
