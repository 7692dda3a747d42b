/**
 * The buffer a socket is read into: small reads share one, a large one keeps it.
 *
 * A stream takes 64 KiB for each read and passes it through its queue, which for an output of a few bytes costs more than
 * all the hub does with it.
 */
import type { OnReadOpts } from "node:net"

const BUFFER_BYTES = 64 * 1024

/** Reads up to this size are copied. */
const COPIED = 8 * 1024

/** Options for a socket; `take` gets what arrives, and it is the receiver's to keep. */
export function readInto(take: (chunk: Buffer) => void): OnReadOpts {
  let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let kept = false
  return {
    buffer: () => {
      if (kept) buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
      kept = false
      return buffer
    },
    callback: (length) => {
      kept = length > COPIED
      const chunk = buffer.subarray(0, length)
      take(kept ? chunk : Buffer.from(chunk))
      return true
    },
  }
}
