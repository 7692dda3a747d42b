/** The events that a command made: in hand when it was carried out now, read back when its key was used before (S-6). */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "./OpenSession.ts"
import { storeProblem } from "./store-problem.ts"
import type { WorkResult } from "./Work.ts"

/** Bytes of the events of one command. */
const COMMAND_BYTES = 16 * 1024 * 1024

/** The events of work that is done. */
export function doneEvents(
  { context: { store }, handle }: OpenSession,
  { first, last, changed, events }: Extract<WorkResult, { readonly _tag: "Done" }>,
): Effect.Effect<ReadonlyArray<EventDraft>, DoorError> {
  if (events !== undefined) return Effect.succeed(events)
  if (!changed) return Effect.succeed([])
  const range = { after: first - 1, maxBytes: COMMAND_BYTES, maxRecords: last - first + 1 }
  return store.read(handle, range).pipe(
    Effect.mapError(storeProblem),
    Effect.map(({ records }) => records.map(eventOf)),
  )
}

function eventOf(bytes: Uint8Array): EventDraft {
  const { channel, type, data } = decodeRecord(readRecord(bytes, 0))
  return { name: `${channel}/${type}`, data } as unknown as EventDraft
}
