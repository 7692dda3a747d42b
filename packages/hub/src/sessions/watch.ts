/** Following the feed of sessions (docs/protocol/rules.md, D-12). */
import * as Effect from "effect/Effect"
import { type FeedCursor, planFeed } from "@holdfast/core/cursor"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import type { FeedWatch } from "../Hub.ts"
import type { FeedSink } from "../session/ChangeFeed.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"

/** Adds a watcher of the feed; nothing is sent before it is started. */
export function watch(
  { store, feed }: HubContext,
  cursor: FeedCursor,
  sink: FeedSink,
): Effect.Effect<FeedWatch, DoorError | BadRequest> {
  return Effect.gen(function* () {
    const { after } = cursor
    if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) {
      return yield* new BadRequest({ message: "a change number is a whole number from 0", field: "after" })
    }
    const bounds = yield* store.changes(Number.MAX_SAFE_INTEGER, 1).pipe(Effect.mapError(storeProblem))
    const plan = planFeed(cursor, bounds)
    return { ...plan, feed: bounds.feed, ...feed.watch(plan.change, sink) }
  })
}
