/** Waiting for the next event of a log, for who asks again and again in place of attaching (docs/protocol/rules.md, X-27). */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { AttachmentSink, EventTexts } from "../Hub.ts"
import { events, type Range } from "./event-pages.ts"
import type { HubContext } from "./HubContext.ts"

/** Which event is waited for. */
interface Awaited {
  readonly after: number
  readonly log: string
  readonly filter: EventFilter
  readonly milliseconds: number
}

/**
 * The first page after a cursor that is not empty, or the one that there is at `deadline`, in epoch milliseconds. A page can be empty
 * before the head of the log: the filter passes nothing of what was read, or the log grew meanwhile.
 */
export function waitedPage(
  core: HubContext,
  id: string,
  range: Range & { readonly after: number },
  deadline: number,
  isWoken = false,
): Effect.Effect<EventTexts, DoorError> {
  return Effect.flatMap(events(core, id, range), (page) => {
    const left = deadline - core.now()
    if (page.events.length > 0 || left <= 0) return Effect.succeed(page)
    const rest = { ...range, after: page.next, log: page.log }
    if (!page.atHead && page.next > range.after) return waitedPage(core, id, rest, deadline, isWoken)
    if (isWoken) return Effect.succeed(page)
    const { limit: _, after, log, ...filter } = rest
    return Effect.andThen(
      eventAfter(core, id, { after, log, filter, milliseconds: left }),
      waitedPage(core, id, rest, deadline, true),
    )
  })
}

/**
 * Waits until there is an event after a cursor that passes the filter, or the time is over. It is a subscription like that of an
 * attachment, without a viewer: the others are not shown someone who comes and goes.
 */
function eventAfter(core: HubContext, id: string, { after, log, filter, milliseconds }: Awaited): Effect.Effect<void, DoorError> {
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
