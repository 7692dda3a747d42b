/** The filter of a query over events (H-24). */
import * as Effect from "effect/Effect"
import { Unprocessable } from "@holdfast/protocol/errors"
import { type EventFilter, readFilter } from "@holdfast/protocol/event-filter"

/** A filter as it stands in a query. */
export interface FilterQuery {
  readonly channel?: ReadonlyArray<string>
  readonly type?: ReadonlyArray<string>
  readonly turn?: string
}

/** What a query filters by. Fails with `Unprocessable` when it names a channel or a type that is none. */
export const filterOf = ({ channel, type, turn }: FilterQuery): Effect.Effect<EventFilter, Unprocessable> => {
  const read = readFilter({ channel, type })
  if ("message" in read) return Effect.fail(new Unprocessable({ message: read.message, field: read.field }))
  return Effect.succeed(turn === undefined ? read : { ...read, turn })
}
