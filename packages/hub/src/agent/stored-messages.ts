/**
 * Stored messages of a session, the newest first, read from the end of its log (docs/protocol/rules.md, M-1, M-2, S-27).
 *
 * The log is looked at in growing windows from its end, so that a page costs what it holds and not what is stored. Sizes are counted
 * first; only messages that fit are decoded.
 */
import * as Effect from "effect/Effect"
import type { Message, MessagePage } from "@holdfast/protocol/agent/message"
import { knownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { DataDamaged, SessionHandle, Store, StoreError } from "@holdfast/store/Store"
import { READ_BYTES } from "../session/read-sizes.ts"

/** Seqs in the first window; each further one is twice as long, so that little more is looked at than a page holds. */
const WINDOW = 4

/** Most bytes of messages in one page; one message always fits. */
export const PAGE_BYTES = 1024 * 1024

/** Which messages to read: those with a seq below `before`, at most `limit` and about `maxBytes` of them. */
export interface MessageRange {
  readonly session: SessionHandle
  readonly firstSeq: number
  readonly before: number
  readonly limit: number
  readonly maxBytes: number
}

/** Where a message lies. */
interface Place {
  readonly seq: number
  readonly bytes: number
}

/** A page of messages, oldest first. `before` is the cursor of the next older page, null when there is none. */
export function storedMessages(
  store: Store["Service"],
  { session, firstSeq, before, limit, maxBytes }: MessageRange,
): Effect.Effect<MessagePage, DataDamaged | StoreError> {
  return Effect.gen(function* () {
    const fitting: Array<Place> = []
    let bytes = 0
    let more = false
    let window = WINDOW
    for (let to = before - 1; !more && to >= firstSeq; window *= 2) {
      const after = Math.max(firstSeq - 1, to - window)
      const places: Array<Place> = []
      yield* walk(store, session, after, to, (seq, record) => void places.push({ seq, bytes: record.length }))
      for (let place = places.pop(); place !== undefined && !more; place = places.pop()) {
        bytes += place.bytes
        more = fitting.length === limit || (fitting.length > 0 && bytes > maxBytes)
        if (!more) fitting.push(place)
      }
      to = after
    }
    const oldest = fitting.at(-1)
    const messages: Array<Message> = []
    if (oldest === undefined) return { messages, before: null }
    yield* walk(store, session, oldest.seq - 1, before - 1, (_, record) => void messages.push(...messageOf(record)))
    return { messages, before: more ? oldest.seq : null }
  })
}

/** The message of an event; none for one that this version cannot read. */
function messageOf(record: Uint8Array): ReadonlyArray<Message> {
  const known = knownEvent(decodeRecord(readRecord(record, 0)))
  return known?.name === "message/added" ? [known.data.message] : []
}

/** Gives the records of the messages with seqs behind `after` up to `to`, one after the other. */
const walk = (
  store: Store["Service"],
  session: SessionHandle,
  after: number,
  to: number,
  take: (seq: number, record: Uint8Array) => void,
) =>
  Effect.gen(function* () {
    for (let at = after; at < to;) {
      const range = { after: at, maxBytes: READ_BYTES, channel: "message", type: "added" }
      const { records, last, atHead } = yield* store.read(session, range)
      for (const record of records) {
        const { seq } = readRecord(record, 0)
        if (seq > to) return
        take(seq, record)
      }
      if (atHead || last <= at) return
      at = last
    }
  })

/** The seq of the stored message with an id; undefined when there is none. */
export function messageSeq(store: Store["Service"], session: SessionHandle, id: string) {
  return Effect.gen(function* () {
    for (let after = 0; ;) {
      const range = { after, maxBytes: READ_BYTES, channel: "message", type: "added" }
      const { records, last, atHead } = yield* store.read(session, range)
      for (const bytes of records) {
        const view = readRecord(bytes, 0)
        if (messageOf(bytes)[0]?.id === id) return view.seq
      }
      if (atHead || last <= after) return undefined
      after = last
    }
  })
}
