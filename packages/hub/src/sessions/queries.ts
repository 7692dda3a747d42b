/** Reading: records, lists, ids. None opens a session. */
import * as Effect from "effect/Effect"
import { type DoorError, SessionAmbiguous } from "@holdfast/protocol/errors"
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import type { ListQuery } from "@holdfast/store/Store"
import { keeperOf, type Principal } from "../Hub.ts"
import { notFound, storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"

/** Matches of a shortened id that are shown. */
const MATCHES = 20

/** The record of a session; of an open one what is durable of it. */
export function get(core: HubContext, id: string): Effect.Effect<Session, DoorError> {
  return Effect.suspend(() => {
    const there = core.table.peek(id)
    return there === undefined ? core.store.get(id).pipe(Effect.mapError(storeProblem)) : Effect.succeed(there.session.record())
  })
}

/** A page of the list of those that the caller may see, with the records of open sessions as they are now; the store's own lists leave out the trash alone. */
export function list(
  core: HubContext,
  { status = "active", unread = false, ...rest }: SessionQuery,
  by: Pick<Principal, "sessions" | "credential" | "holder">,
): Effect.Effect<SessionPage, DoorError> {
  const { sessions: bound } = by
  const person = keeperOf(by)
  const query: ListQuery = {
    ...rest,
    ...(bound === undefined ? {} : { ids: [...bound] }),
    ...(unread ? { unreadBy: person } : {}),
    ...(status === "all" ? {} : { status }),
  }
  return Effect.gen(function* () {
    const { sessions, ...page } = yield* core.store.list(query)
    const now = sessions.map((session) => core.table.peek(session.id)?.session.record() ?? session)
    const withNews = now.flatMap(({ id, news }) => (news === undefined ? [] : [id]))
    const seen = withNews.length === 0 ? undefined : yield* core.store.seenOf(person, withNews)
    return { sessions: now.map((session) => seenAs(session, seen?.get(session.id))), ...page }
  }).pipe(Effect.mapError(storeProblem))
}

/** A record with up to where its reader has seen the session. */
const seenAs = (session: Session, seen: number | undefined): Session => (seen === undefined ? session : { ...session, seen })

/** The record of a session, with up to where the caller has seen it. */
export function getFor(
  core: HubContext,
  id: string,
  by: Pick<Principal, "credential" | "holder">,
): Effect.Effect<Session, DoorError> {
  return Effect.gen(function* () {
    const session = yield* get(core, id)
    const seen = yield* core.store.seenOf(keeperOf(by), [id]).pipe(Effect.mapError(storeProblem))
    return seenAs(session, seen.get(id))
  })
}

/** The one session, of those that the caller may see, that an id, a beginning or an end of one, or a label names. */
export function resolve(
  core: HubContext,
  text: string,
  { sessions: bound }: Pick<Principal, "sessions">,
): Effect.Effect<string, DoorError> {
  return Effect.gen(function* () {
    if (text === "" || text.length > 256) return yield* notFound(text)
    if (bound === undefined && core.table.peek(text) !== undefined) return text
    const matches = yield* bound === undefined
      ? core.store.resolve(text, MATCHES).pipe(Effect.mapError(storeProblem))
      : resolveBound(core, text, bound)
    const [first] = matches
    if (first === undefined) return yield* notFound(text)
    if (matches.length === 1 || first === text) return first
    return yield* new SessionAmbiguous({
      message: `several sessions match ${JSON.stringify(text)}; use more of the id`,
      matches,
    })
  })
}

/** The same among the sessions that a credential is bound to, which are few. */
const resolveBound = (
  core: HubContext,
  text: string,
  bound: ReadonlySet<string>,
): Effect.Effect<ReadonlyArray<string>, DoorError> =>
  Effect.map(
    Effect.forEach(bound, (id) =>
      Effect.catchTag(
        Effect.map(get(core, id), ({ label }) => ({ id, label })),
        "SessionNotFound",
        () => Effect.undefined,
      ),
    ),
    (found) => {
      const there = found.filter((one) => one !== undefined)
      const matches = there.filter(({ id, label }) => id.startsWith(text) || id.endsWith(text) || label === text)
      return matches.some(({ id }) => id === text) ? [text] : matches.map(({ id }) => id)
    },
  )
