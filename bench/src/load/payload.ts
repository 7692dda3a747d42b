/**
 * What the bench appends: about the size of a token's event.
 */

/** Bytes of one event in the store and delivery rows. */
export const EVENT_BYTES = 200

/** Text that makes the JSON of one mark about `EVENT_BYTES` long. */
export const MARK_TEXT = "the quick brown fox jumps over the lazy dog ".repeat(3).slice(0, 96)

/** An opaque event of `size` bytes. */
export function eventBytes(size = EVENT_BYTES): Buffer {
  return Buffer.alloc(size, "holdfast ")
}

/** Text of a mark of about 4 KB. */
export const LONG_TEXT = "the quick brown fox jumps over the lazy dog ".repeat(100).slice(0, 4000)
