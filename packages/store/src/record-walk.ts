/** Walking the records of one stored piece without making more than is needed. */

import { RECORD_HEADER, recordEnd, recordFrom, recordSeq } from "@holdfast/protocol/record"

/** Place of a record in a piece. `offset` and `end` are bytes. */
export interface RecordPlace {
  readonly from: number
  readonly seq: number
  readonly offset: number
  readonly end: number
}

/** A stored piece that is not whole records one after the other. */
export class PieceBroken extends Error {
  readonly _tag = "PieceBroken"
}

/** Records of a piece that must cover `from` to `to` without a gap. Throws `PieceBroken`. */
export function recordsOf(bytes: Uint8Array, from: number, to: number): ReadonlyArray<RecordPlace> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const places: Array<RecordPlace> = []
  let next = from
  let offset = 0
  while (offset < bytes.length) {
    if (bytes.length - offset < RECORD_HEADER) throw new PieceBroken(`the record of seq ${next} is truncated`)
    const end = recordEnd(view, offset)
    const seq = recordSeq(view, offset)
    const first = recordFrom(view, offset, seq)
    if (end > bytes.length || end < offset + RECORD_HEADER) throw new PieceBroken(`the record of seq ${next} has a wrong length`)
    if (first !== next || !Number.isSafeInteger(seq) || seq < first) throw new PieceBroken(`seq ${next} is missing`)
    places.push({ from: first, seq, offset, end })
    next = seq + 1
    offset = end
  }
  if (next !== to + 1) throw new PieceBroken(`seq ${next} is missing`)
  return places
}
