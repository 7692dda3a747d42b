/**
 * The feed of sessions as Server-Sent Events (H-12, D-12).
 *
 * An id is `CHANGE@FEED`, so that a client which comes back to another store is told so without doing anything for it.
 *
 * The feed has no credit of its own: when the client's socket does not take `FEED_WINDOW` bytes, the watch is stopped and
 * taken up again from the last change that was sent, once the socket has drained. So memory stays bounded and nothing is lost.
 */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { OperationInput } from "@holdfast/protocol/operations"
import type { FeedListener, Hub } from "@holdfast/hub/Hub"
import { feedCursorText, parseFeedCursor } from "./cursor.ts"
import type { Exchange } from "./Exchange.ts"
import { GONE, openStream, refused, resumePoint } from "./sse-exchange.ts"
import { sseText } from "./SseStream.ts"

const FEED_WINDOW = 1024 * 1024

/** Follows the feed on the exchange's response, which is taken over when this succeeds. */
export const feedAsSse = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: Exchange,
  { after: afterText, doing, seen }: OperationInput<"sessions.watch">,
): Effect.fn.Return<void, DoorError> {
  const cursor = yield* parseFeedCursor(resumePoint(exchange, afterText)).pipe(
    Effect.catch((error) => refused(hub, "sessions.watch", error, exchange)),
  )
  const { by } = exchange
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let sent = cursor.after
  let sentSeen = seen
  let current: { readonly stop: (reason?: string) => void } | undefined
  let closed = false
  let saidSynced = false

  const idOf = (change: number): string => feedCursorText(change, first.feed)
  const sink: FeedListener = (change, sessions, synced, announcements, beside) => {
    if (current === undefined) return
    sent = change
    const texts = sessions.map((session) =>
      sseText({ event: "session", id: idOf(session.change), data: JSON.stringify(session) }),
    )
    if (synced && !saidSynced) {
      saidSynced = true
      texts.push(sseText({ event: "synced", id: idOf(change), data: JSON.stringify({ change, feed: first.feed }) }))
    } else if (texts.length > 0 || announcements !== undefined) texts.push(sseText({ id: idOf(change) }))
    if (announcements !== undefined) texts.unshift(sseText({ event: "announcements", data: JSON.stringify({ announcements }) }))
    if (beside?.doing !== undefined) texts.push(sseText({ event: "doing", data: JSON.stringify({ doing: beside.doing }) }))
    if (beside?.seen !== undefined) {
      sentSeen = beside.seen.at(-1)?.number ?? sentSeen
      texts.push(sseText({ event: "seen", data: JSON.stringify({ marks: beside.seen }) }))
    }
    if (texts.length > 0) stream.send([texts.join("")], resume)
    if (stream.waiting() > FEED_WINDOW) pause()
  }
  const pause = (reason = "the client reads slowly"): void => {
    current?.stop(reason)
    current = undefined
  }
  const resume = (): void => {
    if (closed || current !== undefined || stream.waiting() > 0) return
    fork(
      Effect.match(hub.watch({ after: sent, doing, seen: sentSeen, continues: true }, sink, by), {
        onSuccess: begin,
        onFailure: () => stream.end(),
      }),
    )
  }
  const begin = (watch: { readonly start: () => void; readonly stop: (reason?: string) => void }): void => {
    if (closed || current !== undefined) return watch.stop(GONE)
    current = watch
    watch.start()
  }

  const first = yield* hub.watch({ ...cursor, doing, seen }, sink, by)
  if (exchange.response.destroyed) return first.stop(GONE)
  const stream = openStream(exchange, () => {
    closed = true
    pause(GONE)
  })
  if (first.reset || sent === undefined) sent = first.change
  if (first.reset) stream.send([sseText({ event: "reset", id: idOf(first.change), data: JSON.stringify({ feed: first.feed }) })])
  begin(first)
})
