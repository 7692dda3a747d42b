/**
 * The memory store: the whole contract without a disk, for tests and small set-ups. Its data ends with its process.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createEffect } from "../create-effect.ts"
import { OutcomeLine } from "../outcome-line.ts"
import { type AppendOutcome, DataDamaged, NoSuchSession, PageCursorInvalid, Store, StoreUnusable } from "../Store.ts"
import type { People } from "../People.ts"
import { TRACED_MAX, type Traces } from "../Traces.ts"
import { MemoryNotes } from "./memory-notes.ts"
import type { MemoryLog } from "./memory-log.ts"
import { MemorySessions } from "./memory-sessions.ts"

const closedError = new StoreUnusable({ reason: "closed", message: "the store is closed" })

const notFound: AppendOutcome = { _tag: "NotFound" }

const failed = (cause: unknown): StoreUnusable => new StoreUnusable({ reason: "failed", message: String(cause) })

type Contract = Store["Service"]

/** Runs an operation that throws typed errors, or defects of its arguments as `StoreUnusable`. */
const attempt = <A>(body: () => A) =>
  Effect.try({
    try: body,
    catch: (cause) => (cause instanceof StoreUnusable ? cause : failed(cause)),
  })

/** Ways to what the store holds, while it is open. */
interface Gate {
  readonly usable: <A>(body: () => A) => Effect.Effect<A, StoreUnusable>
  readonly withId: <A, E>(
    id: string,
    body: (log: MemoryLog) => Effect.Effect<A, E>,
  ) => Effect.Effect<A, E | NoSuchSession | StoreUnusable>
}

function makeGate(sessions: MemorySessions, isOpen: () => boolean): Gate {
  const usable = <A>(body: () => A): Effect.Effect<A, StoreUnusable> =>
    attempt(() => {
      if (!isOpen()) throw closedError
      return body()
    })
  const withId = <A, E>(
    id: string,
    body: (log: MemoryLog) => Effect.Effect<A, E>,
  ): Effect.Effect<A, E | NoSuchSession | StoreUnusable> =>
    Effect.flatMap(
      usable(() => sessions.byId.get(id)),
      (log): Effect.Effect<A, E | NoSuchSession> =>
        log === undefined ? Effect.fail(new NoSuchSession({ session: id })) : body(log),
    )
  return { usable, withId }
}

type Readers = Pick<
  Contract,
  "get" | "resolve" | "list" | "changes" | "head" | "read" | "keyed" | "checkpoint" | "due" | "verify"
>

const readers = (sessions: MemorySessions, { usable, withId }: Gate): Readers => ({
  get: (id) => withId(id, (log) => usable(() => sessions.session(log))),
  resolve: (text, limit) => usable(() => sessions.resolve(text, limit)),
  list: (query) =>
    Effect.flatMap(
      usable(() => undefined),
      () =>
        Effect.try({
          try: () => sessions.list(query),
          catch: (cause) => (cause instanceof PageCursorInvalid ? cause : failed(cause)),
        }),
    ),
  changes: (after, limit) => usable(() => sessions.changes(after, limit)),
  head: (id) => withId(id, (log) => Effect.succeed(log.head())),
  read: (session, range) =>
    Effect.flatMap(
      usable(() => sessions.byHandle.get(session)),
      (log) =>
        log === undefined
          ? Effect.fail(new DataDamaged({ session: String(session), message: "the session is no longer in the store" }))
          : Effect.succeed(log.read(range)),
    ),
  keyed: (session, key) => usable(() => sessions.byHandle.get(session)?.keys.get(key)),
  checkpoint: (session, atOrBefore = Number.MAX_SAFE_INTEGER) =>
    usable(() => sessions.byHandle.get(session)?.checkpoint(atOrBefore)),
  due: (now, limit) => usable(() => sessions.due(now, limit).map(({ id }) => id)),
  verify: (id) => withId(id, () => Effect.undefined),
})

type Chores = Pick<
  Contract,
  "claim" | "putCheckpoint" | "trim" | "fold" | "purge" | "lease" | "putSetting" | "settings" | "settle"
>

const chores = (sessions: MemorySessions, { usable, withId }: Gate): Chores => ({
  claim: (id) =>
    withId(id, (log) =>
      Effect.sync(() => {
        log.epoch++
        return log.claimed()
      }),
    ),
  putCheckpoint: (session, epoch, checkpoint) => usable(() => sessions.byHandle.get(session)?.putCheckpoint(epoch, checkpoint)),
  trim: (session, epoch, through, notice) =>
    usable(() => sessions.byHandle.get(session)?.trim(epoch, through, notice) ?? notFound),
  fold: (session, epoch, records) => usable(() => sessions.byHandle.get(session)?.fold(epoch, records) ?? notFound),
  purge: (now, limit) => usable(() => sessions.purge(now, limit)),
  lease: (name, owner, now, ttl) => usable(() => sessions.lease(name, owner, now, ttl)),
  putSetting: (name, value) =>
    usable(() => {
      if (value === undefined) sessions.settings.delete(name)
      else sessions.settings.set(name, value)
    }),
  settings: (prefix) =>
    usable(() =>
      [...sessions.settings]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => ({ name, value }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ),
  settle: Effect.suspend(() => usable(() => undefined)),
})

const traces = (sessions: MemorySessions, { usable, withId }: Gate): Traces => ({
  traces: (ids, since) =>
    usable(() =>
      (ids ?? sessions.activeLast(TRACED_MAX)).flatMap((session) => {
        const log = sessions.byId.get(session)
        return log === undefined ? [] : [{ session, points: log.pointsSince(since) }]
      }),
    ),
  trace: (id, after, limit) => withId(id, (log) => usable(() => log.points(after, limit))),
})

const people = ({ people: kept }: MemorySessions, { usable, withId }: Gate): People => ({
  putDocument: (request) => usable(() => kept.put(request)),
  documents: (person, kind, name) => usable(() => kept.documents(person, kind, name)),
  putSeen: (person, id, seq, back) => withId(id, () => usable(() => kept.see(person, id, seq, back))),
  seen: (person, after, limit) => usable(() => kept.seen(person, after, limit)),
  persons: (after, limit) => usable(() => kept.persons(after, limit)),
  forgetPerson: (person) => usable(() => kept.forgetSome(person)),
  seenOf: (person, ids) =>
    usable(
      () =>
        new Map(
          ids.flatMap((id): ReadonlyArray<readonly [string, number]> => {
            const seq = kept.seqOf(person, id)
            return seq === undefined ? [] : [[id, seq]]
          }),
        ),
    ),
})

const make = Effect.gen(function* () {
  const sessions = new MemorySessions()
  const line = new OutcomeLine()
  let open = true
  let commits = 0
  let appends = 0
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      open = false
      line.flush()
    }),
  )
  const gate = makeGate(sessions, () => open)
  const notes = new MemoryNotes()
  const createThen: Contract["createThen"] = ({ id, records, state, key, notes: noted, trace }, done) => {
    if (!open) return line.add(done, closedError)
    try {
      const made = sessions.create({ id, records, state, key, trace })
      if (made._tag === "Created") notes.keep(made.claimed.session, id, noted)
      line.add(done, made)
    } catch (cause) {
      line.add(done, failed(cause))
    }
  }
  return Store.of({
    append: (request, done) => {
      if (!open) return line.add(done, { _tag: "Failed", message: closedError.message })
      const outcome = sessions.byHandle.get(request.session)?.append(request, sessions.nextChange) ?? notFound
      if (outcome._tag === "Appended") {
        notes.keep(request.session, sessions.byHandle.get(request.session)?.id ?? "", request.notes)
        commits++
        appends++
      }
      line.add(done, outcome)
    },
    create: createEffect(createThen),
    createThen,
    ...readers(sessions, gate),
    ...chores(sessions, gate),
    ...people(sessions, gate),
    ...traces(sessions, gate),
    openNotes: (reader) => gate.usable(() => notes.open(reader)),
    notes: (after, limit) => gate.usable(() => notes.page(after, limit, (session) => sessions.byHandle.has(session))),
    moveNotes: (reader, cursor) => gate.usable(() => notes.move(reader, cursor)),
    onNotes: (listener) => notes.listeners.add(listener),
    stats: Effect.suspend(() => gate.usable(() => sessions.stats(commits, appends, line.waiting))),
  })
})

/** The memory store as a layer; each build is a store of its own. */
export const layer: Layer.Layer<Store> = Layer.effect(Store, make)
