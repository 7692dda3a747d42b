/**
 * `holdfast log`: the events of a session, what there is or as it comes.
 */
import type { Event } from "@holdfast/protocol/event"
import { type EventFilter, passesFilter, readFilter } from "@holdfast/protocol/event-filter"
import { decodeRecord } from "@holdfast/protocol/record"
import { toFailure, usage } from "../failure.ts"
import { complain, jsonText, outputWidth, paint, writeOut } from "../output.ts"
import { ask, connectHub, useHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"
import { withinOf } from "../sessions/asker.ts"
import { eventLine, outputBytes } from "./line.ts"
import { PastOutput } from "./PastOutput.ts"

/** Which events, and how to print them. */
export interface LogOptions {
  readonly session: string
  readonly after: number
  readonly limit: number | undefined
  readonly follow: boolean
  readonly channel: string | undefined
  readonly type: string | undefined
  readonly json: boolean
  /** Only terminal output: as the child wrote it, but on a terminal without what it would carry out. */
  readonly raw: boolean
}

const PAGE = 500

/** Prints a log. */
export async function log(options: LogOptions): Promise<void> {
  const filter = filterOf(options)
  const hub = useHub()
  const raw = options.raw ? new PastOutput() : undefined
  try {
    if (options.follow) await follow(hub, options, filter, raw)
    else await printPages(hub, options, raw)
  } finally {
    raw?.end()
  }
}

async function printPages(hub: HubClient, options: LogOptions, raw: PastOutput | undefined): Promise<void> {
  const { session, channel, type } = options
  const filter = { ...(channel === undefined ? {} : { channel }), ...(type === undefined ? {} : { type }) }
  let left = options.limit ?? Number.POSITIVE_INFINITY
  let after = options.after
  for (;;) {
    const page = await ask(hub, (api) => api.events(session, { after, limit: Math.min(PAGE, left), ...filter }))
    if (after === options.after && page.firstSeq > after + 1)
      complain(`holdfast: events ${after + 1} to ${page.firstSeq - 1} were trimmed`)
    for (const event of page.events) await printEvent(event, options, raw)
    left -= page.events.length
    if (page.atHead || left <= 0 || page.next <= after) return
    after = page.next
  }
}

/** What the options filter by. Throws wrong usage for a channel or a type that is none. */
function filterOf({ channel, type }: LogOptions): EventFilter {
  const listed = (names: string | undefined) => (names === undefined ? undefined : [names])
  const read = readFilter({ channel: listed(channel), type: listed(type) })
  if ("message" in read) throw usage(read.message)
  return read
}

async function printEvent(event: Event, options: LogOptions, raw: PastOutput | undefined): Promise<void> {
  if (raw !== undefined) {
    const bytes = outputBytes(event)
    if (bytes !== undefined) await raw.write(bytes)
  } else if (options.json) await writeOut(`${jsonText(event)}\n`)
  else await writeOut(`${eventLine(event, outputWidth(), paint)}\n`)
}

/** Whether output is printed on a terminal: where that is the session's own, each line would make the next. */
const showsOutput = (filter: EventFilter): boolean =>
  process.stdout.isTTY && passesFilter(filter, { channel: "terminal", type: "output" })

/** Follows until interrupted, or until the limit; comes back by itself when the hub does. */
async function follow(hub: HubClient, options: LogOptions, filter: EventFilter, raw: PastOutput | undefined): Promise<void> {
  const { Attachment } = await import("@holdfast/client/Attachment")
  const connection = await connectHub(hub)
  const attachment = new Attachment(connection, {
    session: options.session,
    after: options.after,
    mode: "viewer",
    ...(showsOutput(filter) ? withinOf() : {}),
  })
  const stop = (): void => attachment.detach()
  process.once("SIGINT", stop).once("SIGTERM", stop)
  let left = options.limit ?? Number.POSITIVE_INFINITY
  let away = false
  try {
    for await (const item of attachment) {
      if (item._tag === "Event") {
        const event = decodeRecord(item.record)
        if (!passesFilter(filter, event)) continue
        await printEvent(event, options, raw)
        left -= 1
        if (left <= 0) return
      } else if (item._tag === "Snapshot" && item.reason !== "fresh") {
        complain(`holdfast: the log before event ${item.seq} is no longer kept (${item.reason}); continuing from there`)
      } else if (item._tag === "Dropped") {
        complain("holdfast: the hub is away; reconnecting")
        away = true
      } else if (item._tag === "Synced" && away) {
        complain("holdfast: the hub is back")
        away = false
      } else if (item._tag === "Ended" && item.error !== undefined) throw toFailure(item.error, hub.target.origin)
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop)
    connection.close()
  }
}
