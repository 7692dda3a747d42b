/** Following the feed of sessions, and with it the announcements of the hub (docs/protocol/rules.md, D-12, X-30). */
import * as Effect from "effect/Effect"
import { planFeed } from "@holdfast/core/cursor"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import type { Beside, FeedListener, FeedWatch, Principal, WatchRequest } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import { followBeside } from "./beside.ts"
import type { HubContext } from "./HubContext.ts"

type Following = Pick<FeedWatch, "start" | "stop">

/** Adds a watcher of the feed; nothing is sent before it is started. */
export function watch(
  core: HubContext,
  request: WatchRequest,
  sink: FeedListener,
  by: Principal,
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
    // Marks of another store say nothing about this one.
    const wanted = plan.reset && request.seen !== undefined ? { ...request, seen: 0 } : request
    const begin = (give: (beside: Beside) => void): (() => void) => followBeside(core, wanted, by, give)
    return { ...plan, feed: bounds.feed, ...followAll(core, { change: plan.change, resumes: after !== undefined, begin }, sink) }
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

interface Plan {
  /** The watcher has everything up to this change; whether it comes back with it. */
  readonly change: number
  readonly resumes: boolean
  /** Begins with what goes beside the records; gives what ends it. */
  readonly begin: (give: (beside: Beside) => void) => () => void
}

/** Follows the sessions; a watcher has caught up before it is given announcements, and what goes beside the records. */
function followAll({ announcements, feed }: HubContext, { change, resumes, begin }: Plan, sink: FeedListener): Following {
  let at = change
  let live = false
  let endBeside = (): void => {}
  const following = feed.watch(change, (next, sessions, synced) => {
    at = next
    if (live || !synced) return sink(next, sessions, synced)
    live = true
    const { list } = announcements
    // One that comes back may have some that are over by now, also since before this hub started.
    if (list.length > 0 || resumes) sink(next, sessions, synced, list)
    else sink(next, sessions, synced)
    endBeside = begin((beside) => sink(at, [], true, undefined, beside))
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
      endBeside()
    },
  }
}
