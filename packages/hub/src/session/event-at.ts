/**
 * What is too large for a record lies in the log beside it: the record keeps the seq of its event, and this reads it
 * (docs/protocol/rules.md, P-13).
 */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Event } from "@holdfast/protocol/event"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { SessionHandle, Store } from "@holdfast/store/Store"
import { storeProblem } from "./store-problem.ts"

/** The event with this seq; undefined when the log does not have it any more. */
export function eventAt(
  store: Store["Service"],
  session: SessionHandle,
  seq: number,
): Effect.Effect<Event | undefined, DoorError> {
  return store.read(session, { after: seq - 1, maxBytes: 1, maxRecords: 1 }).pipe(
    Effect.mapError(storeProblem),
    Effect.map(({ records: [bytes] }) => {
      if (bytes === undefined) return undefined
      const event = decodeRecord(readRecord(bytes, 0))
      return event.seq === seq ? event : undefined
    }),
  )
}
