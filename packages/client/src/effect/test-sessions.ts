/** The service over sessions in memory, for tests of programs that use it. What would come from an agent or a terminal, the test appends. */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Event } from "@holdfast/protocol/event"
import { passesFilter } from "@holdfast/protocol/event-filter"
import type { Session, SessionQuery } from "@holdfast/protocol/session"
import { makeClientId } from "../client-id.ts"
import { creationError, type SessionsError } from "./errors.ts"
import { type Happened, MemorySessions, type TestEvent } from "./MemorySessions.ts"
import type { AllItem, AllOptions, BatchChange, BatchOutcome, SessionsShape, StreamItem } from "./sessions-shape.ts"
import { isWanted, namesOf } from "./session-filter.ts"
import { pageOf } from "./test-page.ts"

/** What a test does with the sessions in memory. */
export interface TestControl {
  /** Something happens in a session. */
  readonly append: (session: string, event: TestEvent) => Effect.Effect<Event, SessionsError>
  /** The next calls fail, as if the hub could not be reached; with another tag, as if it refused them. */
  readonly fail: (times: number, tag?: string, message?: string) => Effect.Effect<void>
  /** What the hub announces is now this. */
  readonly announce: (announcements: ReadonlyArray<Announcement>) => Effect.Effect<void>
  /** How many calls there were. */
  readonly calls: Effect.Effect<number>
}

/** The log of every session in memory. */
const LOG = "test"

/** Makes the service, and the means to control it. */
export const makeTestSessions: Effect.Effect<{ readonly sessions: SessionsShape; readonly control: TestControl }> = Effect.map(
  Effect.all([PubSub.unbounded<Happened>(), SubscriptionRef.make<ReadonlyArray<Announcement>>([])]),
  ([happened, announced]) => {
    const memory = new MemorySessions(happened)
    const control: TestControl = {
      append: (session, event) => Effect.andThen(memory.found(session), memory.append(session, event)),
      fail: (times, tag = "Unreachable", message = "the hub cannot be reached") =>
        Effect.sync(() => memory.failNext(times, tag, message)),
      announce: (announcements) => SubscriptionRef.set(announced, announcements),
      calls: Effect.sync(() => memory.calls),
    }
    return { sessions: sessionsIn(memory, announced), control }
  },
)

function sessionsIn(
  memory: MemorySessions,
  announced: SubscriptionRef.SubscriptionRef<ReadonlyArray<Announcement>>,
): SessionsShape {
  const changed = (session: string, to: BatchChange): Effect.Effect<Session, SessionsError> =>
    memory.called(session).pipe(
      Effect.andThen(memory.change(session, to)),
      Effect.andThen(memory.found(session)),
      Effect.map((one) => memory.shown(one)),
    )
  const page = (query: SessionQuery) =>
    Effect.map(memory.called(), () =>
      pageOf(
        [...memory.all.values()].map((one) => memory.shown(one)),
        query,
      ),
    )
  return {
    create: (request) => {
      const key = request.key ?? makeClientId()
      const called = Effect.mapError(memory.called(), ({ cause }) => creationError(cause, request, key))
      return Effect.andThen(called, memory.create(request, key))
    },
    get: (session) =>
      Effect.andThen(
        memory.called(session),
        Effect.map(memory.found(session), (one) => memory.shown(one)),
      ),
    update: changed,
    updateStatus: (session, status) => changed(session, { status }),
    delete: (session) => changed(session, { status: "deleted" }),
    batchUpdate: (ids, to, { concurrency = 4 } = {}) =>
      Effect.forEach(
        ids,
        (session) =>
          Effect.andThen(memory.called(session), memory.change(session, to)).pipe(
            Effect.map((isChanged): BatchOutcome => ({ session, changed: isChanged })),
            Effect.catch((error) => Effect.succeed<BatchOutcome>({ session, error })),
          ),
        { concurrency },
      ),
    query: (query = {}) => page(query),
    queryAll: (query = {}) =>
      Stream.unwrap(Effect.map(page({ ...query, limit: Infinity }), ({ sessions }) => Stream.fromIterable(sessions))),
    stream: (session, { after } = {}) => Stream.unwrap(Effect.andThen(memory.called(session), follow(memory, session, after))),
    streamAll: (options = {}) => Stream.unwrap(Effect.andThen(memory.called(), followEvery(memory, options))),
    announcements: SubscriptionRef.changes(announced),
  }
}

/** What was there after a place, or the state, and then what comes. */
const follow = Effect.fnUntraced(function* (
  memory: MemorySessions,
  session: string,
  after: number | undefined,
): Effect.fn.Return<Stream.Stream<StreamItem>, SessionsError, Scope.Scope> {
  const live = yield* PubSub.subscribe(memory.happened)
  const one = yield* memory.found(session)
  const { events, state } = one
  const { lastSeq } = state
  const toItem = (event: Event, isLive: boolean): StreamItem => ({ _tag: "Event", seq: event.seq, log: LOG, event, live: isLive })
  const begin: ReadonlyArray<StreamItem> =
    after === undefined
      ? [{ _tag: "Snapshot", seq: lastSeq, log: LOG, reason: "fresh", session: memory.shown(one), screen: new Uint8Array(0) }]
      : events.filter(({ seq }) => seq > after).map((event) => toItem(event, false))
  return Stream.fromIterable([...begin, { _tag: "Synced" as const, seq: lastSeq, log: LOG }]).pipe(
    Stream.concat(
      Stream.fromSubscription(live).pipe(
        Stream.filter((happened) => happened.session === session),
        Stream.map(({ event }) => toItem(event, true)),
      ),
    ),
  )
})

const followEvery = Effect.fnUntraced(function* (
  memory: MemorySessions,
  { cursor, filter = {} }: AllOptions,
): Effect.fn.Return<Stream.Stream<AllItem>, never, Scope.Scope> {
  const live = yield* PubSub.subscribe(memory.happened)
  const group = (id: string, events: ReadonlyArray<Event>): ReadonlyArray<AllItem> => {
    const one = memory.all.get(id)
    const passed = events.filter((event) => passesFilter(namesOf(filter), event))
    const [seq = 0] = [events.at(-1)?.seq]
    if (one === undefined || passed.length === 0 || !isWanted(filter, memory.shown(one))) return []
    return [{ _tag: "Events", session: memory.shown(one), events: passed, seq, log: LOG, missed: false }]
  }
  const places = [...memory.all].map(([id, { state, events }]) => {
    const seq = cursor === undefined ? state.lastSeq : (cursor.sessions[id]?.seq ?? 0)
    return { id, seq, events: events.filter((event) => event.seq > seq) }
  })
  const sessions = Object.fromEntries(places.map(({ id, seq }) => [id, { seq, log: LOG }]))
  const begin: ReadonlyArray<AllItem> = [{ _tag: "Started", cursor: { sessions } }]
  return Stream.fromIterable([...begin, ...places.flatMap(({ id, events }) => group(id, events))]).pipe(
    Stream.concat(
      Stream.flatMap(Stream.fromSubscription(live), ({ session, event }) => Stream.fromIterable(group(session, [event]))),
    ),
  )
})
