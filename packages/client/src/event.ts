/** Events with the types of their data, by channel and type. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { EventData } from "@holdfast/protocol/events"
import { decodeRecord } from "@holdfast/protocol/record"
import type { RecordView } from "@holdfast/protocol/record"

/** What every event has. `from` is the first seq of a range that it stands for; `time` is epoch milliseconds; `by` names the author. */
export interface EventHead {
  readonly seq: number
  readonly from?: number
  readonly time: number
  readonly turn?: string
  readonly by?: string
  readonly version?: number
}

/** The event of a name `channel/type`. */
export type EventNamed<N extends keyof EventData> = N extends `${infer Channel}/${infer Type}`
  ? EventHead & { readonly channel: Channel; readonly type: Type; readonly data: EventData[N] }
  : never

/** An event of a turn that streams: its type is the chunk's, its data the chunk's other fields. */
export type ChunkEvent = {
  readonly [C in AgentChunk as C["type"]]: EventHead & {
    readonly channel: "agent"
    readonly type: C["type"]
    readonly turn: string
    readonly data: Omit<C, "type">
  }
}[AgentChunk["type"]]

/** The one event that stands for the chunks of a turn that ended: `events` of them. */
export type FoldedEvent = EventHead & {
  readonly channel: "agent"
  readonly type: "folded"
  readonly turn: string
  readonly data: { readonly events: number }
}

/**
 * An event of a log. A newer hub may send others, which are none of these when the program runs: what looks at `channel` and `type`
 * ignores those that it does not know (E-3).
 */
export type SessionEvent = { readonly [N in keyof EventData]: EventNamed<N> }[keyof EventData] | ChunkEvent | FoldedEvent

/** The event that a record holds. Throws when it is none. */
export function decodeEvent(record: RecordView): SessionEvent {
  return decodeRecord(record) as unknown as SessionEvent
}

/** The chunk that an event is of; `undefined` when it is of no turn that streams. */
export function chunkOf(event: SessionEvent): AgentChunk | undefined {
  if (event.channel !== "agent" || event.type === "folded") return undefined
  return { type: event.type, ...event.data } as AgentChunk
}
