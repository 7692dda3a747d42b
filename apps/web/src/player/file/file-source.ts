/** The film of a session from a file that has its whole log. */
import { TraceBuckets } from "@holdfast/core/trace/buckets"
import { momentOf, signOf } from "@holdfast/core/trace/signs"
import { evolve } from "@holdfast/core/evolve"
import type { SessionState } from "@holdfast/core/state"
import type { WholeTrace } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import { knownEvent } from "@holdfast/protocol/events"
import type { FilmFilter, FilmRecord, FilmSource, TerminalPicture } from "../film-source.ts"
import { outputOf, sizeOf } from "../TerminalStage.ts"
import { EMPTY_SCREEN } from "@holdfast/core/terminal/empty-screen"

/** What a file holds. */
export interface FilmFile {
  readonly record: FilmRecord
  readonly events: ReadonlyArray<Event>
  /** Last seq of the log when it was exported. */
  readonly lastSeq: number
}

const passes =
  ({ channel, type, turn }: FilmFilter) =>
  (event: Event) =>
    (channel === undefined || channel.includes(event.channel)) &&
    (type === undefined || type.includes(event.type)) &&
    (turn === undefined || event.turn === turn)

/** Index of the first event after a seq. */
function indexAfter(events: ReadonlyArray<Event>, seq: number): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.seq ?? 0) <= seq) low = middle + 1
    else high = middle
  }
  return low
}

/** Reads from events in memory. */
export function fileSource({ record, events }: FilmFile): FilmSource {
  return {
    events: (after, limit, filter = {}) => {
      const test = passes(filter)
      const page: Array<Event> = []
      let at = indexAfter(events, after)
      for (; at < events.length && page.length < limit; at++) {
        const event = events[at]
        if (event !== undefined && test(event)) page.push(event)
      }
      return Promise.resolve({ events: page, next: events[at - 1]?.seq ?? after, atHead: at >= events.length })
    },
    before: (seq, limit, filter) => {
      const test = passes(filter)
      const page: Array<Event> = []
      for (let at = indexAfter(events, seq - 1) - 1; at >= 0 && page.length < limit; at--) {
        const event = events[at]
        if (event !== undefined && test(event)) page.unshift(event)
      }
      return Promise.resolve(page)
    },
    messages: (before, limit) => {
      const messages: Array<Message> = []
      for (let at = indexAfter(events, before - 1) - 1; at >= 0 && messages.length < limit; at--) {
        const event = events[at]
        const known = event === undefined ? undefined : knownEvent(event)
        if (known?.name === "message/added") messages.unshift(known.data.message)
      }
      return Promise.resolve({ messages, before: null })
    },
    picture: (seq) => Promise.resolve(pictureOf(record, events, seq)),
  }
}

/** Everything that a terminal printed up to an event, with the sizes that it had. */
function pictureOf(record: FilmRecord, events: ReadonlyArray<Event>, seq: number): TerminalPicture {
  let size = { cols: record.terminal?.cols ?? 80, rows: record.terminal?.rows ?? 24 }
  let pieces: Array<TerminalPicture["pieces"][number]> = []
  const encoder = new TextEncoder()
  for (const event of events) {
    if (event.seq > seq) break
    if (event.channel !== "terminal") continue
    const changed = sizeOf(event)
    if (event.type === "starting") pieces = [encoder.encode(EMPTY_SCREEN)]
    if (changed !== undefined) pieces.push((size = changed))
    const bytes = outputOf(event)
    if (bytes !== undefined) pieces.push(bytes)
  }
  return { ...size, pieces }
}

/** Buckets of the trace. */
const BUCKETS = 512

/** Longest pause in what a terminal prints that is no pause in its trace, in milliseconds. */
const PAUSE = 15_000

/** The trace of a log in memory, as the hub makes it of its points (L-7). */
export function traceOf({ record, events, lastSeq }: FilmFile): WholeTrace {
  const from = Math.min(record.createdAt, events[0]?.time ?? record.createdAt)
  const to = Math.max(from + 1, events.at(-1)?.time ?? from)
  const buckets = new TraceBuckets({ from, to, count: BUCKETS })
  let state: SessionState | undefined
  let sign = "."
  let printed = Number.NEGATIVE_INFINITY
  for (const event of events) {
    const { seq, time } = event
    if (event.channel === "terminal" && event.type === "output") {
      if (state?.terminal?.program === undefined)
        buckets.add({ seq, time: time - printed > PAUSE ? time : printed, sign: "w", until: time })
      printed = time
      continue
    }
    if (event.channel === "agent") continue
    state = evolve(state, event, record.id)
    const known = knownEvent(event)
    const moment = known === undefined ? undefined : momentOf(known)
    if (moment !== undefined) buckets.add({ seq, time, sign: moment })
    const now = signOf(state)
    if (now !== sign) {
      buckets.add({ seq, time, sign: now })
      sign = now
    }
  }
  return { session: record.id, from, to, ...buckets.end(to, lastSeq) }
}
