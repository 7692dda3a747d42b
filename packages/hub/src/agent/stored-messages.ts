/**
 * Stored messages of a session, the newest first, read from the end of its log (docs/PROTOCOL.md, M-1, M-2).
 *
 * The log is looked at in growing windows from its end, so that a page costs what it holds and not what is stored.
 */
import * as Effect from "effect/Effect"
import type { Message, MessagePage } from "@holdfast/protocol/agent/message"
import { readRecord } from "@holdfast/protocol/record"
import type { DataDamaged, SessionHandle, Store, StoreError } from "@holdfast/store/Store"

/** Seqs in the first window; each further one is four times as long. */
const WINDOW = 1024
const READ_BYTES = 1024 * 1024

/** Most bytes of messages in one page; one message always fits. */
export const PAGE_BYTES = 8 * 1024 * 1024

/** Which messages to read: those with a seq below `before`, at most `limit` and about `maxBytes` of them. */
export interface MessageRange {
  readonly session: SessionHandle
  readonly firstSeq: number
  readonly before: number
  readonly limit: number
  readonly maxBytes: number
}

interface Found {
  readonly seq: number
  readonly bytes: number
  readonly message: Message
}

const decoder = new TextDecoder()

/** A page of messages, oldest first. `before` is the cursor of the next older page, null when there is none. */
export const storedMessages = (
  store: Store["Service"],
  { session, firstSeq, before, limit, maxBytes }: MessageRange,
): Effect.Effect<MessagePage, DataDamaged | StoreError> =>
  Effect.gen(function* () {
    let found: ReadonlyArray<Found> = []
    let window = WINDOW
    let to = before - 1
    let full = false
    while (!full && to >= firstSeq) {
      const after = Math.max(firstSeq - 1, to - window)
      const older = yield* windowOf(store, session, after, to, limit + 1)
      found = [...older, ...found]
      full = found.length > limit || sizeOf(found) > maxBytes
      to = after
      window *= 4
    }
    const page: Array<Message> = []
    let bytes = 0
    let first = before
    for (let i = found.length - 1; i >= 0 && page.length < limit; i--) {
      const one = found[i] as Found
      if (page.length > 0 && bytes + one.bytes > maxBytes) break
      bytes += one.bytes
      first = one.seq
      page.unshift(one.message)
    }
    return { messages: page, before: page.length < found.length ? first : null }
  })

const sizeOf = (found: ReadonlyArray<Found>): number => found.reduce((sum, { bytes }) => sum + bytes, 0)

/** The last `keep` messages with seqs behind `after` up to `to`. */
const windowOf = (store: Store["Service"], session: SessionHandle, after: number, to: number, keep: number) =>
  Effect.gen(function* () {
    let found: Array<Found> = []
    let at = after
    while (at < to) {
      const range = { after: at, maxBytes: READ_BYTES, channel: "message", type: "added" }
      const { records, last, atHead } = yield* store.read(session, range)
      for (const bytes of records) {
        const view = readRecord(bytes, 0)
        if (view.seq > to) return found
        const event = JSON.parse(decoder.decode(view.body)) as { readonly data: { readonly message: Message } }
        found.push({ seq: view.seq, bytes: bytes.length, message: event.data.message })
      }
      if (found.length > keep) found = found.slice(-keep)
      if (atHead || last <= at) break
      at = last
    }
    return found
  })

/** The seq of the stored message with an id; undefined when there is none. */
export const messageSeq = (store: Store["Service"], session: SessionHandle, id: string) =>
  Effect.gen(function* () {
    for (let after = 0; ;) {
      const range = { after, maxBytes: READ_BYTES, channel: "message", type: "added" }
      const { records, last, atHead } = yield* store.read(session, range)
      for (const bytes of records) {
        const view = readRecord(bytes, 0)
        const event = JSON.parse(decoder.decode(view.body)) as { readonly data: { readonly message: Message } }
        if (event.data.message.id === id) return view.seq
      }
      if (atHead || last <= after) return undefined
      after = last
    }
  })
