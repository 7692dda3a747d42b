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

/** What an error says of a session. */
const ENDS = {
  SessionNotFoundError: "gone",
  SessionPermissionError: "refused",
  SessionRequestError: "refused",
  SessionUnavailableError: "lost",
} as const

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
        let isWaiting = false
        let synced = false
        /** Their attachments are of what the hub had before. */
        const stale = new Set<string>()
        /** One token: something has changed. */
        const looks = yield* Queue.sliding<void>(1)
        const look = (): void => void Queue.offerUnsafe(looks, undefined)
        const connection = yield* Effect.acquireRelease(Effect.sync(open), (one) => Effect.sync(() => one.close()))
        const listener = {
          sessions: (records: Parameters<AllPlaces["changed"]>[0], _change: number, isSynced: boolean) => {
            places.changed(records)
            synced ||= isSynced
            look()
          },
          reset: () => {
            for (const session of places.reset()) stale.add(session)
            look()
          },
          refused: (failure: unknown) =>
            void Queue.failCauseUnsafe(items, Cause.fail(sessionsError(failure, undefined, "sessions.watch"))),
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
                const isQuiet = last !== undefined && places.advance(session, last.seq, last.log)
                // Another one may have its place now.
                if (isQuiet && isWaiting) look()
              })
              if (item === undefined) return done
              // What was handed on counts, also where this fiber is interrupted at that moment: else it would come twice.
              return Effect.uninterruptibleMask((restore) => Effect.andThen(restore(Queue.offer(items, item)), done))
            }),
            Effect.matchEffect({
              // A session that is gone, or that this credential may not read any more, is left out.
              onFailure: (error) =>
                Effect.sync(() => {
                  places.ended(session, ENDS[error._tag])
                  look()
                }),
              onSuccess: () => Effect.sync(() => places.ended(session, "lost")),
            }),
          )

        let started = false
        const next = Queue.take(looks)
        for (;;) {
          yield* isWaiting ? Effect.raceFirst(next, Effect.sleep(TURN)) : next
          for (const session of stale) {
            stale.delete(session)
            yield* FiberMap.remove(fibers, session)
          }
          if (synced && !started) {
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
