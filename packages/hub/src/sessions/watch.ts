/** Following the feed of sessions, and with it the announcements of the hub (docs/protocol/rules.md, D-12, X-30). */
import * as Effect from "effect/Effect"
import { planFeed } from "@holdfast/core/cursor"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import type { FeedListener, FeedWatch, WatchRequest } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"

type Following = Pick<FeedWatch, "start" | "stop">

/** Adds a watcher of the feed; nothing is sent before it is started. */
export function watch(
  core: HubContext,
  request: WatchRequest,
  sink: FeedListener,
): Effect.Effect<FeedWatch, DoorError | BadRequest> {
  return Effect.gen(function* () {
    const { after } = request
    if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) {
      return yield* new BadRequest({ message: "a change number is a whole number from 0", field: "after" })
    }
    const bounds = yield* core.store.changes(Number.MAX_SAFE_INTEGER, 1).pipe(Effect.mapError(storeProblem))
    if (request.only === "announcements") {
      const change = bounds.head
      return { change, feed: bounds.feed, reset: false, ...followAnnouncements(core, change, sink) }
    }
    const plan = planFeed(request, bounds)
    return { ...plan, feed: bounds.feed, ...followAll(core, plan.change, after !== undefined, sink) }
  })
}

/** Follows the announcements alone. */
function followAnnouncements({ announcements }: HubContext, change: number, sink: FeedListener): Following {
  let stop = (): void => {}
  return {
    start: () => {
      stop = announcements.listen((list) => sink(change, [], true, list))
      sink(change, [], true, announcements.list)
    },
    stop: () => stop(),
  }
}

/** Follows the sessions; a watcher has caught up before it is given announcements. */
function followAll({ announcements, feed }: HubContext, change: number, resumes: boolean, sink: FeedListener): Following {
  let at = change
  let live = false
  const following = feed.watch(change, (next, sessions, synced) => {
    at = next
    if (live || !synced) return sink(next, sessions, synced)
    live = true
    const { list, someEnded } = announcements
    // One that comes back may have some that are over by now.
    if (list.length > 0 || (resumes && someEnded)) sink(next, sessions, synced, list)
    else sink(next, sessions, synced)
  })
  let unlisten = (): void => {}
  return {
    start: () => {
      unlisten = announcements.listen((list) => {
        if (live) sink(at, [], true, list)
      })
      following.start()
    },
    stop: () => {
      unlisten()
      following.stop()
    },
  }
}
