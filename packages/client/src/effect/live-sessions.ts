/** The sessions of a hub over HTTP, and over the stream socket what happens in them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BATCH_MAX, type BatchRequest } from "@holdfast/protocol/http-bodies"
import type { CreateSession, SessionQuery, SessionStatus } from "@holdfast/protocol/session"
import { makeClientId } from "../client-id.ts"
import { HoldfastError } from "../errors.ts"
import { makeApi } from "../http/api.ts"
import { ownKind } from "../platform.ts"
import type { CallOptions } from "../signals.ts"
import { followAll } from "./all-events.ts"
import { followAnnouncements } from "./announcements.ts"
import { ConnectionPool, type PoolOptions } from "./ConnectionPool.ts"
import { creationError, type SessionsError, sessionsError } from "./errors.ts"
import { followOne } from "./one-session.ts"
import type { BatchChange, BatchOptions, BatchOutcome, SessionsShape } from "./sessions-shape.ts"
import { credentialOf } from "./token.ts"

/** Sessions in a request of a batch. */
const BATCH_SIZE = 100

/** Makes the service. */
export function liveSessions(options: PoolOptions): SessionsShape {
  const { origin, token, fetch = globalThis.fetch, createdBy = ownKind() } = options
  const api = makeApi({ origin, fetch, createdBy, token: credentialOf(token) })
  const pool = new ConnectionPool(options)

  /** A call of the API; an interruption gives it up. */
  const asked = <A>(action: string, call: (how: CallOptions) => Promise<A>, session?: string): Effect.Effect<A, SessionsError> =>
    Effect.tryPromise({ try: (signal) => call({ signal }), catch: (failure) => sessionsError(failure, session, action) })

  const withStatus = (session: string, status: SessionStatus) => {
    if (status === "archived") return asked("sessions.archive", (how) => api.archive(session, undefined, how), session)
    if (status === "deleted") return asked("sessions.delete", (how) => api.remove(session, undefined, how), session)
    return asked("sessions.restore", (how) => api.restore(session, undefined, how), session)
  }

  const batch = (sessions: ReadonlyArray<string>, change: BatchChange): Effect.Effect<ReadonlyArray<BatchOutcome>> =>
    asked("sessions.batch", (how) => api.batch({ sessions, ...batchAction(change) }, how)).pipe(
      Effect.map(({ results }) =>
        results.map(({ session, changed = false, error }): BatchOutcome => {
          if (error === undefined) return { session, changed }
          const { tag, message, ...fields } = error
          return { session, error: sessionsError(new HoldfastError(String(tag), String(message), fields), session) }
        }),
      ),
      Effect.catch((error) => Effect.succeed(sessions.map((session): BatchOutcome => ({ session, error })))),
    )

  const query = (asking: SessionQuery = {}) => asked("sessions.list", (how) => api.list(asking, how))

  return {
    create: (request: CreateSession) => {
      // Made with the effect, not when it runs: however often it is tried again, it makes one session.
      const key = request.key ?? makeClientId()
      return Effect.tryPromise({
        try: (signal) => api.create({ ...request, key }, { signal }),
        catch: (failure) => creationError(failure, request, key),
      })
    },
    get: (session) => asked("sessions.get", (how) => api.get(session, how), session),
    update: (session, change) => asked("sessions.update", (how) => api.update(session, change, how), session),
    updateStatus: withStatus,
    delete: (session) => withStatus(session, "deleted"),
    batchUpdate: (sessions, change, { concurrency = 4, size = BATCH_SIZE }: BatchOptions = {}) =>
      Effect.forEach(slices(sessions, Math.min(BATCH_MAX, atLeastOne(size))), (slice) => batch(slice, change), {
        concurrency: atLeastOne(concurrency),
      }).pipe(Effect.map((outcomes) => outcomes.flat())),
    query,
    queryAll: (asking = {}) =>
      Stream.paginate(Option.none<string>(), (cursor) =>
        Effect.map(query({ ...asking, ...(Option.isNone(cursor) ? {} : { cursor: cursor.value }) }), ({ sessions, next }) => [
          sessions,
          next === null ? Option.none() : Option.some(Option.some(next)),
        ]),
      ),
    stream: (session, from = {}) => followOne(pool, session, from),
    streamAll: (all = {}) => followAll(() => pool.open(), all),
    announcements: followAnnouncements(() => pool.open()),
  }
}

/** What a change is as a batch of the hub. */
function batchAction(change: BatchChange): Pick<BatchRequest, "action" | "change"> {
  if (!("status" in change)) return { action: "update", change }
  const { status } = change
  return { action: status === "archived" ? "archive" : status === "deleted" ? "delete" : "restore" }
}

/** A whole number that something can be done with. */
const atLeastOne = (given: number): number => Math.max(1, Math.floor(given) || 1)

const slices = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
