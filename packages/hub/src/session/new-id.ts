/** Ids of sessions, turns, messages and children. */
import { randomFillSync } from "node:crypto"
import { uuidV7 } from "@holdfast/protocol/ids"

/** A new id: a UUIDv7 of this moment. */
export function newId(now: number): string {
  if (used + ID_RANDOM > random.length) {
    randomFillSync(random)
    used = 0
  }
  return uuidV7(now, random.subarray(used, (used += ID_RANDOM)))
}

/** Random bytes of an id. */
const ID_RANDOM = 10
/** Random bytes for the next ids: fetching them one by one costs more than the rest of an id. */
const random = new Uint8Array(100 * ID_RANDOM)
let used = random.length
