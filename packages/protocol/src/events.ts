/**
 * The table of events, and everything that is read from it: types, checks, versions (docs/protocol/rules.md, E-3, E-9).
 *
 * An event's data has a version, that of its row when it was written; the log is never rewritten. A reader brings older
 * data to its own version first. Data of a newer version is kept as it is, as that of an unknown type.
 */
import { AGENT_EVENTS } from "./agent/agent-events.ts"
import type { TypeOf } from "./codec.ts"
import type { Channel, Event } from "./event.ts"
import { type EventRow, type RawData, versionOf } from "./event-row.ts"
import { raisedData } from "./event-upcasts.ts"
import { SESSION_EVENTS } from "./session-events.ts"

/** Every type of event but those of the `agent` channel, which are types of chunks. */
export const EVENTS = { ...AGENT_EVENTS, ...SESSION_EVENTS } as const satisfies Readonly<Record<`${Channel}/${string}`, EventRow>>

/** `channel/type` of the events this version writes, but for the `agent` channel's. */
export type EventName = keyof typeof EVENTS

/** `channel/type` of the events about agents. */
export type AgentEventName = keyof typeof AGENT_EVENTS

/** Data of an event by `channel/type`, as this version writes it. */
export type EventData = { readonly [N in keyof typeof EVENTS]: TypeOf<(typeof EVENTS)[N]["data"]> }

/** An event that this version knows, with its data typed. */
export type KnownEvent = { readonly [N in EventName]: { readonly name: N; readonly data: EventData[N] } }[EventName]

/** A known event about an agent. */
export type AgentEvent = Extract<KnownEvent, { readonly name: AgentEventName }>

/** Grows with each change of the form of an event's data: a state that was made with a higher one is of a newer program. */
export const EVENTS_VERSION = Object.values<EventRow>(EVENTS).reduce((sum, { upcasts }) => sum + upcasts.length, 1)

/** Whether an event or a draft is about an agent, with its data typed as before. */
export function isAboutAgent<E extends { readonly name: string }>(
  event: E,
): event is Extract<E, { readonly name: AgentEventName }> {
  return Object.hasOwn(AGENT_EVENTS, event.name)
}

/** An event before it has a seq: what `decide` returns. Of one that is quiet, as it happened elsewhere before, no webhook is sent (Y-9). */
export type EventDraft =
  | {
      readonly [N in EventName]: {
        readonly name: N
        readonly data: EventData[N]
        readonly by?: string
        readonly turn?: string
        readonly isQuiet?: true
      }
    }[EventName]
  | {
      readonly name: `agent/${string}`
      readonly data: Readonly<Record<string, unknown>>
      readonly by?: never
      readonly turn: string
      readonly isQuiet?: never
    }

interface Row {
  readonly name: string
  readonly version: number
  readonly row: EventRow
}

/** Reads events by a table. */
export class EventReader {
  /** By channel and type, so that no name is joined for a look-up. */
  readonly #rows = new Map<string, Map<string, Row>>()
  /** Versions of the data that is not in its first one, by name. */
  readonly #raisedNames = new Map<string, number>()

  constructor(table: Readonly<Record<string, EventRow>>) {
    for (const [name, row] of Object.entries(table)) {
      const [channel = "", type = ""] = name.split("/")
      const types = this.#rows.get(channel) ?? new Map<string, Row>()
      const version = versionOf(row)
      this.#rows.set(channel, types.set(type, { name, version, row }))
      if (version > 1) this.#raisedNames.set(name, version)
    }
  }

  /** The version that is written, where it is not the first. */
  written(name: string): number | undefined {
    return this.#raisedNames.get(name)
  }

  /** Name and data of an event, brought to the table's version; `undefined` when the table does not know it (E-3). */
  known(
    event: Pick<Event, "channel" | "type" | "version" | "data">,
  ): { readonly name: string; readonly data: RawData } | undefined {
    const found = this.#rows.get(event.channel)?.get(event.type)
    if (found === undefined) return undefined
    const data = this.#raised(found, event)
    return data !== undefined && found.row.data.is(data) ? { name: found.name, data: data as RawData } : undefined
  }

  #raised({ row }: Row, { version = 1, data }: Pick<Event, "version" | "data">): unknown {
    return raisedData(data, version, row.upcasts)
  }
}

const reader = new EventReader(EVENTS)

/** Reads an event's kind and data; `undefined` when this version does not know it. */
export function knownEvent(event: Pick<Event, "channel" | "type" | "version" | "data">): KnownEvent | undefined {
  // The check is that of the type.
  return reader.known(event) as KnownEvent | undefined
}

/** The version of a name's data as it is written; `undefined` for the first, which an event does not name. */
export function writtenVersion(name: string): number | undefined {
  return reader.written(name)
}
