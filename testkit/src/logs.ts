/**
 * Reading whole logs over HTTP, and the invariants every log must keep.
 */
import type { Event } from "@holdfast/protocol/event"
import type { HubProcess } from "./hub-process.ts"

interface Page {
  readonly events: ReadonlyArray<Event>
  readonly firstSeq: number
  readonly lastSeq: number
}

/** Every event of a session after a cursor, in pages. Throws when a page is refused or brings nothing while there is more. */
export async function* readLog(hub: HubProcess, session: string, after = 0): AsyncGenerator<Event> {
  let cursor = after
  for (;;) {
    const { status, body } = await hub.call<Page>("GET", `/api/sessions/${session}/events?after=${cursor}&limit=1000`)
    if (status !== 200) throw new Error(`events of ${session} after ${cursor}: ${status} ${JSON.stringify(body)}`)
    yield* body.events
    const last = body.events.at(-1)?.seq ?? cursor
    if (last >= body.lastSeq) return
    if (last === cursor) throw new Error(`events of ${session}: nothing after ${cursor}, but the head is ${body.lastSeq}`)
    cursor = last
  }
}

/** All events of a session, with `from ?? seq` checked to be the previous seq + 1 (E-1). */
export async function wholeLog(hub: HubProcess, session: string): Promise<ReadonlyArray<Event>> {
  const events: Array<Event> = []
  let previous = 0
  for await (const event of readLog(hub, session)) {
    // A turn may fold between two pages: its event then begins before the cursor.
    if ((event.from ?? event.seq) > previous + 1 || event.seq <= previous)
      throw new Error(`gap in ${session}: ${previous} is followed by ${event.from ?? event.seq}`)
    previous = event.seq
    events.push(event)
  }
  return events
}

/** The bytes a terminal wrote, from its output events. */
export function outputOf(events: Iterable<Event>): Buffer {
  const parts: Array<Buffer> = []
  for (const event of events) {
    if (event.channel !== "terminal" || event.type !== "output") continue
    const data = event.data as { readonly text?: string; readonly base64?: string }
    parts.push(data.text === undefined ? Buffer.from(data.base64 ?? "", "base64") : Buffer.from(data.text, "utf8"))
  }
  return Buffer.concat(parts)
}
