/** What happens in all sessions, over a connection of its own with a bounded number of attachments (docs/protocol/rules.md, F-3). */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { passesFilter } from "@holdfast/protocol/event-filter"
import type { Connection } from "../Connection.ts"
import { Feed } from "../Feed.ts"
import { AllPlaces, TURN } from "./all-places.ts"
import { type SessionsError, sessionsError } from "./errors.ts"
import { followAttachment } from "./one-session.ts"
import { namesOf } from "./session-filter.ts"
import type { AllFilter, AllItem, AllOptions, StreamItem } from "./sessions-shape.ts"

/** Events of one session that are handed on together at most, and how long the first of them waits for the others. */
const GROUP = 256
const GROUP_WITHIN = "20 millis"

/** Items that wait for a slow reader; then its attachments are read no further. */
const ITEMS_WAITING = 16

/** Attachments at a time. */
const LIVE = 8

/** The stream. Leaving it closes its connection. */
export function followAll(
  open: () => Connection,
  { cursor, filter = {}, live = LIVE }: AllOptions,
): Stream.Stream<AllItem, SessionsError> {
  return Stream.callback<AllItem, SessionsError>(
    (items) =>
      Effect.gen(function* () {
        const places = new AllPlaces(cursor, filter, live)
        const fibers = yield* FiberMap.make<string>()
        /** One token: something has changed. */
        const looks = yield* Queue.sliding<"change" | "synced" | "reset">(64)
        const connection = yield* Effect.acquireRelease(Effect.sync(open), (one) => Effect.sync(() => one.close()))
        const listener = {
          sessions: (records: Parameters<AllPlaces["changed"]>[0], _change: number, synced: boolean) => {
            places.changed(records)
            Queue.offerUnsafe(looks, synced ? "synced" : "change")
          },
          reset: () => void Queue.offerUnsafe(looks, "reset"),
          refused: (failure: unknown) => void Queue.failCauseUnsafe(items, Cause.fail(sessionsError(failure))),
        }
        yield* Effect.acquireRelease(
          Effect.sync(() => new Feed(connection, listener, { after: 0 })),
          (feed) => Effect.sync(() => feed.stop()),
        )

        const follow = (session: string, from: { readonly after: number; readonly log?: string }) =>
          followAttachment(connection, session, from).pipe(
            Stream.groupedWithin(GROUP, GROUP_WITHIN),
            Stream.runForEach((group) => {
              const last = group.at(-1)
              const item = grouped(places, session, group, filter)
              const done = Effect.sync(() => {
                if (last !== undefined) places.advance(session, last.seq, last.log)
              })
              return item === undefined ? done : Effect.andThen(Queue.offer(items, item), done)
            }),
            Effect.matchEffect({
              // A session that is gone, or that this credential may not read any more, is left out.
              onFailure: (error) =>
                Effect.sync(() => {
                  places.ended(session, error._tag !== "SessionUnavailableError")
                  Queue.offerUnsafe(looks, "change")
                }),
              onSuccess: () => Effect.sync(() => places.ended(session, false)),
            }),
          )

        let started = false
        let isWaiting = false
        const next = Queue.take(looks)
        for (;;) {
          const why = yield* isWaiting ? Effect.raceFirst(next, Effect.as(Effect.sleep(TURN), "change" as const)) : next
          if (why === "reset") for (const session of places.reset()) yield* FiberMap.remove(fibers, session)
          if (why === "synced" && !started) {
            started = true
            yield* Queue.offer(items, { _tag: "Started", cursor: places.start() })
          }
          const plan = places.plan(yield* Clock.currentTimeMillis)
          isWaiting = plan.isWaiting
          for (const session of plan.detach) yield* FiberMap.remove(fibers, session)
          for (const { session, after, log } of plan.attach)
            yield* FiberMap.run(fibers, session, follow(session, { after, ...(log === undefined ? {} : { log }) }))
        }
      }),
    { bufferSize: ITEMS_WAITING, strategy: "suspend" },
  )
}

/** The events of a group that pass the filter; `undefined` when there is nothing to say. */
function grouped(places: AllPlaces, session: string, group: ReadonlyArray<StreamItem>, filter: AllFilter): AllItem | undefined {
  const record = places.record(session)
  const last = group.at(-1)
  if (record === undefined || last === undefined) return undefined
  const wanted = namesOf(filter)
  const events = group.flatMap((item) => (item._tag === "Event" && passesFilter(wanted, item.event) ? [item.event] : []))
  const missed = group.some(({ _tag }) => _tag === "Snapshot")
  if (events.length === 0 && !missed) return undefined
  return { _tag: "Events", session: record, events, seq: last.seq, log: last.log, missed }
}
