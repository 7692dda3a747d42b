/**
 * The feed of sessions as Server-Sent Events (H-12, D-12).
 *
 * An id is `CHANGE@FEED`, so that a client which comes back to another store is told so without doing anything for it.
 *
 * The feed has no credit of its own: when the client's socket does not take `FEED_WINDOW` bytes, the watch is stopped and
 * taken up again from the last change that was sent, once the socket has drained. So memory stays bounded and nothing is lost.
 */
import * as Effect from "effect/Effect"
import type { CursorInvalid, DoorError } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { Hub } from "@holdfast/hub/Hub"
import { feedCursorText, parseFeedCursor } from "./cursor.ts"
import { type ExchangeShape, principalOf } from "./Exchange.ts"
import { openSse, sseText } from "./SseStream.ts"

const FEED_WINDOW = 1024 * 1024
const HEARTBEAT = 10_000

/** Follows the feed on the exchange's response, which is taken over when this succeeds. */
export const feedAsSse = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: ExchangeShape,
  afterText: string | undefined,
): Effect.fn.Return<void, DoorError | CursorInvalid> {
  const last = exchange.request.headers["last-event-id"]
  const cursor = yield* parseFeedCursor(typeof last === "string" && last !== "" ? last : afterText)
  const { credential } = principalOf(exchange)
  let sent = cursor.after
  let current: { readonly stop: () => void } | undefined
  let closed = false
  let saidSynced = false

  const idOf = (change: number): string => feedCursorText(change, first.feed)
  const sink = (change: number, sessions: ReadonlyArray<Session>, synced: boolean): void => {
    if (current === undefined) return
    sent = change
    const texts = sessions.map((session) =>
      sseText({ event: "session", id: idOf(session.change), data: JSON.stringify(session) }),
    )
    if (synced && !saidSynced) {
      saidSynced = true
      texts.push(sseText({ event: "synced", id: idOf(change), data: JSON.stringify({ change, feed: first.feed }) }))
    } else if (texts.length > 0) texts.push(sseText({ id: idOf(change) }))
    if (texts.length > 0) stream.send([texts.join("")], resume)
    if (stream.waiting() > FEED_WINDOW) pause()
  }
  const pause = (): void => {
    current?.stop()
    current = undefined
  }
  const resume = (): void => {
    if (closed || current !== undefined || stream.waiting() > 0) return
    Effect.runFork(
      Effect.match(hub.watch({ after: sent }, sink), {
        onSuccess: begin,
        onFailure: () => stream.end(),
      }),
    )
  }
  const begin = (watch: { readonly start: () => void; readonly stop: () => void }): void => {
    if (closed || current !== undefined) return watch.stop()
    current = watch
    watch.start()
  }

  const first = yield* hub.watch(cursor, sink)
  if (exchange.response.destroyed) return first.stop()
  const stream = openSse(exchange.response, HEARTBEAT)
  exchange.endings.set(stream.end, credential)
  stream.onClose(() => {
    closed = true
    exchange.endings.delete(stream.end)
    pause()
  })
  if (first.reset || sent === undefined) sent = first.change
  if (first.reset) stream.send([sseText({ event: "reset", id: idOf(first.change), data: JSON.stringify({ feed: first.feed }) })])
  begin(first)
})
