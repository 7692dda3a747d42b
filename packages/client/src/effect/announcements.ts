/** The announcements of a hub, over the feed (docs/protocol/rules.md, X-30). */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Connection } from "../Connection.ts"
import { Feed } from "../Feed.ts"
import { type SessionsError, sessionsError } from "./errors.ts"

/** All that are in force: at the beginning, and whenever that changes. Leaving the stream closes its connection. */
export function followAnnouncements(open: () => Connection): Stream.Stream<ReadonlyArray<Announcement>, SessionsError> {
  return Stream.callback<ReadonlyArray<Announcement>, SessionsError>(
    (queue) =>
      Effect.gen(function* () {
        const connection = yield* Effect.acquireRelease(Effect.sync(open), (one) => Effect.sync(() => one.close()))
        const listener = {
          sessions: () => undefined,
          announcements: (all: ReadonlyArray<Announcement>) => void Queue.offerUnsafe(queue, all),
          refused: (failure: unknown) =>
            void Queue.failCauseUnsafe(queue, Cause.fail(sessionsError(failure, undefined, "sessions.watch"))),
        }
        yield* Effect.acquireRelease(
          Effect.sync(() => new Feed(connection, listener, undefined, () => ({ only: "announcements" }))),
          (feed) => Effect.sync(() => feed.stop()),
        )
        return yield* Effect.never
      }),
    // A slow reader misses lists in between, never the last one.
    { bufferSize: 1, strategy: "sliding" },
  )
}
