/** How large an event of the Socket.IO door may be (docs/protocol/rules.md, K-10). */
import { TooLarge } from "@holdfast/protocol/errors"

/** How many times the longest event is read: one up to there is refused with words, one beyond ends its connection. */
export const PACKET_READ = 2

/** The refusal of an event, or of the bytes beside it, beyond the limit. */
export function tooLarge(limit: number): TooLarge {
  const message = `an event has at most ${limit} bytes; send less at a time, or raise socketMaxFrame`
  return new TooLarge({ message, limit })
}
