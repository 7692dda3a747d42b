/** Ids of sessions, turns, messages and children. */
import { randomFillSync } from "node:crypto"
import { uuidV7 } from "@holdfast/protocol/ids"

/**
 * A new id: a UUIDv7 of this moment. Ids that a process makes in one millisecond sort in the order in which they were made: the 12
 * bits behind the version count from a random number up (RFC 9562 section 6.2, method 1).
 */
export function newId(now: number): string {
  if (used + ID_RANDOM > random.length) {
    randomFillSync(random)
    used = 0
  }
  const own = random.subarray(used, (used += ID_RANDOM))
  const moment = Math.floor(now)
  if (moment === latest && count < COUNT_MAX) count++
  // The upper half of the numbers is left for counting.
  else count = (((own[0] ?? 0) << 8) | (own[1] ?? 0)) & (COUNT_MAX >> 1)
  latest = moment
  own[0] = count >> 8
  own[1] = count & 0xff
  return uuidV7(now, own)
}

/** Random bytes of an id. */
const ID_RANDOM = 10
/** Random bytes for the next ids: fetching them one by one costs more than the rest of an id. */
const random = new Uint8Array(100 * ID_RANDOM)
let used = random.length

/** Most that the 12 bits of a UUIDv7 hold in which ids of one millisecond are counted. */
const COUNT_MAX = 0xfff
let latest = -1
let count = 0
