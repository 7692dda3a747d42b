/**
 * Events of older versions, as this version would have written them (docs/protocol/rules.md, E-9).
 *
 * Apart from the table of events, so that a reader which checks nothing, such as a page, need not load that.
 */
import type { Event } from "./event.ts"
import type { RawData, Upcast } from "./event-row.ts"

/** The steps of each `channel/type` whose data has changed; its row in the table of events has the same as its `upcasts`. */
export const EVENT_UPCASTS: Readonly<Record<string, ReadonlyArray<Upcast>>> = {}

/** True when logs can hold data that `currentEvent` changes. */
export const HAS_OLDER_EVENTS = Object.keys(EVENT_UPCASTS).length > 0

/** Data of a version, brought to that behind the last step; `undefined` when it is none that the steps know. */
export function raisedData(data: unknown, version: number, steps: ReadonlyArray<Upcast>): unknown {
  if (version === steps.length + 1) return data
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined
  if (!Number.isInteger(version) || version < 1 || version > steps.length) return undefined
  return steps.slice(version - 1).reduce((raised, step) => step(raised), data as RawData)
}

/** The event as this version would have written it; the event itself when there is nothing to do. */
export function currentEvent(event: Event, upcasts = EVENT_UPCASTS): Event {
  if (!HAS_OLDER_EVENTS && upcasts === EVENT_UPCASTS) return event
  const steps = upcasts[`${event.channel}/${event.type}`] ?? []
  if ((event.version ?? 1) > steps.length) return event
  const data = raisedData(event.data, event.version ?? 1, steps)
  return data === undefined ? event : { ...event, version: steps.length + 1, data: data as Event["data"] }
}
