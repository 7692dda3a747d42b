/**
 * Filters of events by channel, type and turn (docs/protocol/rules.md, D-15, H-24), and the names they may use.
 */
import { CHUNK_TYPES, isChunkType } from "./agent/read-chunk.ts"
import { CHANNELS } from "./event.ts"
import { EVENTS } from "./events.ts"
import { headOf } from "./text-cut.ts"

/** One name, or several of which each will do. */
export type OneOrMore = string | ReadonlyArray<string>

/** Which events are wanted; absent fields want all. */
export interface EventFilter {
  readonly channel?: OneOrMore
  readonly type?: OneOrMore
  readonly turn?: string
}

const isWanted = (wanted: OneOrMore | undefined, name: string): boolean =>
  wanted === undefined || (typeof wanted === "string" ? wanted === name : wanted.includes(name))

/** True when an event, or as much as is known of it, passes a filter. */
export function passesFilter(
  filter: EventFilter,
  event: { readonly channel: string; readonly type: string; readonly turn?: string | undefined },
): boolean {
  return (
    isWanted(filter.channel, event.channel) &&
    isWanted(filter.type, event.type) &&
    (filter.turn === undefined || filter.turn === event.turn)
  )
}

/** What stands in the `agent` channel beside chunks: the message of a turn in the place of its chunks. */
const FOLDED = "folded"

/** Types of events that this version writes on a channel, in alphabetical order; `data-NAME` stands for those that agents choose. */
export function typesOn(channel: string): ReadonlyArray<string> {
  if (channel === "agent") return [...CHUNK_TYPES, FOLDED, "data-NAME"].sort()
  return Object.keys(EVENTS)
    .flatMap((name) => (name.startsWith(`${channel}/`) ? [name.slice(channel.length + 1)] : []))
    .sort()
}

const isType = (channel: string, type: string): boolean =>
  channel === "agent" ? type === FOLDED || isChunkType(type) : typesOn(channel).includes(type)

/** A filter that names what does not exist. */
export interface FilterProblem {
  readonly field: "channel" | "type"
  readonly message: string
}

/** The names of a parameter that was given any number of times, each time with one name or several with commas between. */
const namesOf = (texts: ReadonlyArray<string> | undefined): ReadonlyArray<string> | undefined =>
  texts?.flatMap((text) => text.split(",")).map((name) => name.trim())

/** Reads the channels and types that a filter names; a problem when one is none, or is on none of the channels. */
export function readFilter(asked: {
  readonly channel?: ReadonlyArray<string> | undefined
  readonly type?: ReadonlyArray<string> | undefined
}): Pick<EventFilter, "channel" | "type"> | FilterProblem {
  const channel = namesOf(asked.channel)
  const type = namesOf(asked.type)
  const wrong = channel?.find((name) => !(CHANNELS as ReadonlyArray<string>).includes(name))
  if (wrong !== undefined) {
    return { field: "channel", message: `unknown channel ${shown(wrong)}; the channels are ${CHANNELS.join(", ")}` }
  }
  const on = channel ?? CHANNELS
  const unknown = type?.find((name) => !on.some((each) => isType(each, name)))
  if (unknown !== undefined) {
    const known = [...new Set(on.flatMap(typesOn))].sort()
    const where = channel === undefined ? "" : ` on ${channel.join(", ")}`
    return { field: "type", message: `unknown type ${shown(unknown)}${where}; the types are ${known.join(", ")}` }
  }
  return { ...(channel === undefined ? {} : { channel }), ...(type === undefined ? {} : { type }) }
}

const shown = (name: string): string => JSON.stringify(headOf(name, 64))
