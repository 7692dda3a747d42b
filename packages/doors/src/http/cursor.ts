/**
 * Cursors of the feed as text, in a query or a `Last-Event-ID` (D-6).
 */
import * as Effect from "effect/Effect"
import type { FeedCursor } from "@holdfast/core/cursor"
import { CursorInvalid } from "@holdfast/protocol/errors"

const FEED_CURSOR = /^(\d{1,16})(?:@([\w-]{1,64}))?$/

/** A place in the feed of sessions as text: `CHANGE@FEED`. */
export function feedCursorText(change: number, feed: string): string {
  return `${change}@${feed}`
}

/** The place in the feed that a text names, with or without the feed; an empty one for no text. Fails with `CursorInvalid`. */
export function parseFeedCursor(text: string | undefined): Effect.Effect<FeedCursor, CursorInvalid> {
  if (text === undefined) return Effect.succeed({})
  const [, change, feed] = FEED_CURSOR.exec(text) ?? []
  return Number.isSafeInteger(Number(change ?? Number.NaN))
    ? Effect.succeed({ after: Number(change), feed })
    : Effect.fail(
        new CursorInvalid({
          message: "a cursor of the feed is the id of the last event received (CHANGE@FEED), or a change number",
        }),
      )
}
