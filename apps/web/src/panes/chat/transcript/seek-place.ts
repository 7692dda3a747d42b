/** Finding the message that an address or a place in the log means; loaded when someone goes to one. */
import type { HubModel, SessionView } from "@holdfast/client/model"
import type { Seek } from "../../../workspace/seek.ts"
import type { OlderPages } from "./use-older.ts"

/** Pages that are read for one place, and messages of each. */
const PAGES = 400
const PAGE = 200

/** The message at a place in the log: that of the event's turn, or the last one before its time. */
async function messageAt(
  hub: HubModel,
  view: SessionView,
  seq: number,
): Promise<{ readonly message?: string; readonly time?: number }> {
  const { events } = await hub.hub.connection.call("log.events", { session: view.id, after: Math.max(0, seq - 1), limit: 1 })
  const [event] = events
  if (event === undefined) return {}
  return { time: event.time, ...(event.turn === undefined ? {} : { message: event.turn }) }
}

function found(view: SessionView, message: string | undefined, time: number | undefined): string | undefined {
  const { messages } = view.transcript
  if (message !== undefined && messages.of(message) !== undefined) return message
  if (time === undefined) return undefined
  const all = messages.all.get()
  const [first] = all
  if (first === undefined || (first.createdAt > time && view.transcript.older.get() === "more")) return undefined
  return (all.findLast(({ createdAt }) => createdAt <= time) ?? first).id
}

/** The message of a place, reading older pages until it is here; `undefined` when there is none. */
export async function findPlace(
  hub: HubModel,
  view: SessionView,
  seek: Seek,
  load: OlderPages["load"],
): Promise<string | undefined> {
  const place = seek.message === undefined ? await messageAt(hub, view, seek.seq ?? 0) : { message: seek.message }
  for (let page = 0; page < PAGES; page++) {
    const id = found(view, place.message, "time" in place ? place.time : undefined)
    if (id !== undefined) return id
    if (!(await load(PAGE))) return undefined
  }
  return undefined
}
