/** Waiting for the next event of a log, for who asks again and again in place of attaching (docs/protocol/rules.md, X-27). */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { AttachmentSink } from "../Hub.ts"
import type { HubContext } from "./HubContext.ts"

/** Which event is waited for. */
export interface Awaited {
  readonly after: number
  readonly log: string
  readonly filter: EventFilter
  readonly milliseconds: number
}

/**
 * Waits until there is an event after a cursor that passes the filter, or the time is over. It is a subscription like that of an
 * attachment, without a viewer: the others are not shown someone who comes and goes.
 */
export function eventAfter(
  core: HubContext,
  id: string,
  { after, log, filter, milliseconds }: Awaited,
): Effect.Effect<void, DoorError> {
  return Effect.flatMap(core.table.open(id), ({ session, part }) =>
    Effect.callback<void>((resume) => {
      const { delivery } = part
      const plan = delivery.plan({ after, log })
      if (plan._tag !== "Backlog") return resume(Effect.void)
      const stop = (): void => {
        clearTimeout(timer)
        delivery.end(subscriber)
        session.touchedAt = core.now()
      }
      const over = (): void => {
        stop()
        resume(Effect.void)
      }
      const sink: AttachmentSink = {
        events: over,
        snapshot: over,
        synced: () => {},
        viewers: () => {},
        detached: () => {},
      }
      const subscriber = delivery.subscribe(sink, over, filter)
      const timer = setTimeout(over, milliseconds)
      delivery.begin(subscriber, plan)
      return Effect.sync(stop)
    }),
  )
}
