/**
 * What people keep at a hub: drafts, layouts of clients, up to where they have seen sessions (docs/protocol/rules.md, L-5, L-8 to L-10).
 *
 * A person is whoever has the same keys (H-22): the owner with every browser that the owner signed in, a token with its browsers.
 */
import * as Effect from "effect/Effect"
import { readLayout } from "@holdfast/core/layout/read-layout"
import type {
  ClientLayout,
  DeskPut,
  Draft,
  DraftHead,
  PutDraft,
  PutLayout,
  PutSeen,
  Seen,
  SeenList,
} from "@holdfast/protocol/desk"
import { DESK_MAX } from "@holdfast/protocol/desk-limits"
import { Busy, type DoorError, TooLarge, Unprocessable, VersionConflict } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import type { PutDocument, StoredDocument } from "@holdfast/store/People"
import type { Store } from "@holdfast/store/Store"
import { keeperOf, type Principal } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"
import { get } from "./queries.ts"

/** Characters of a draft in a list. */
const HEAD = 200

/** Marks of a page. */
export const SEEN_PAGE = 1000

/** Up to where the caller has seen sessions, of those that the credential may see. */
export function seenList({ store }: Pick<HubContext, "store">, after: number, by: Principal): Effect.Effect<SeenList, DoorError> {
  const { sessions: bound } = by
  return store.seen(keeperOf(by), after, SEEN_PAGE).pipe(
    Effect.mapError(storeProblem),
    Effect.map(({ marks, head }) => ({
      marks: bound === undefined ? marks : marks.filter(({ session }) => bound.has(session)),
      head: marks.length < SEEN_PAGE ? head : (marks.at(-1)?.number ?? head),
    })),
  )
}

/** Moves the caller's mark of a session. */
export function setSeen(
  core: HubContext,
  id: string,
  { seq, unread = false }: PutSeen,
  by: Principal,
): Effect.Effect<Seen, DoorError> {
  return Effect.gen(function* () {
    const { lastSeq, news } = yield* get(core, id)
    const from = Math.min(seq ?? (unread ? (news?.seq ?? lastSeq) : lastSeq), lastSeq)
    const person = keeperOf(by)
    const put = core.store.putSeen(person, id, unread ? Math.max(0, from - 1) : from, unread)
    const mark = yield* core.persons.keep(person, put.pipe(Effect.mapError(storeProblem)))
    core.seen.tell(person, mark)
    return mark
  })
}

const DRAFT = "draft"
const LAYOUT = "layout"

/** What is kept of a draft beside its name, version and time. */
type KeptDraft = Pick<Draft, "text" | "data">
type KeptLayout = Pick<ClientLayout, "layout" | "name">

const documents = (
  store: Store["Service"],
  by: Principal,
  kind: string,
  name?: string,
): Effect.Effect<ReadonlyArray<StoredDocument>, DoorError> =>
  store.documents(keeperOf(by), kind, name).pipe(Effect.mapError(storeProblem))

/** The caller's drafts with their beginnings, of sessions that the credential may see. */
export function draftList({ store }: HubContext, by: Principal): Effect.Effect<ReadonlyArray<DraftHead>, DoorError> {
  return Effect.map(documents(store, by, DRAFT), (found) =>
    found.flatMap(({ name: session, version, time, value }) => {
      if (by.sessions?.has(session) === false) return []
      const { text } = JSON.parse(value) as KeptDraft
      return [{ session, version, time, text: headOf(text, HEAD), length: text.length }]
    }),
  )
}

/** The caller's draft for a session. */
export function draft(core: HubContext, session: string, by: Principal): Effect.Effect<Draft, DoorError> {
  return Effect.gen(function* () {
    yield* get(core, session)
    const [found] = yield* documents(core.store, by, DRAFT, session)
    if (found === undefined) return { session, version: 0, time: 0, text: "" }
    const { version, time, value } = found
    return { session, version, time, ...(JSON.parse(value) as KeptDraft) }
  })
}

/** Keeps the caller's draft for a session; an empty one is removed. */
export function putDraft(
  core: HubContext,
  session: string,
  { text, data, version }: PutDraft,
  by: Principal,
): Effect.Effect<DeskPut, DoorError> {
  return Effect.gen(function* () {
    yield* get(core, session)
    if (data !== undefined && JSON.stringify(data).length > DESK_MAX.data)
      return yield* new TooLarge({
        message: `data of a draft has at most ${DESK_MAX.data} characters as JSON`,
        limit: DESK_MAX.data,
      })
    const kept: KeptDraft = { text, ...(data === undefined ? {} : { data }) }
    const value = text === "" && data === undefined ? undefined : JSON.stringify(kept)
    const put = { kind: DRAFT, name: session, value, most: DESK_MAX.drafts, full: "refuse" } as const
    return yield* keep(core, put, version, by)
  })
}

const layoutOf = ({ name: client, version, time, value }: StoredDocument): ClientLayout => ({
  client,
  version,
  time,
  ...(JSON.parse(value) as KeptLayout),
})

/** The layouts of the caller's clients, the one that was changed last first. */
export function layoutList({ store }: HubContext, by: Principal): Effect.Effect<ReadonlyArray<ClientLayout>, DoorError> {
  return Effect.map(documents(store, by, LAYOUT), (found) => found.map(layoutOf))
}

/** The layout of one of the caller's clients. */
export function layout({ store }: HubContext, client: string, by: Principal): Effect.Effect<ClientLayout, DoorError> {
  return Effect.map(documents(store, by, LAYOUT, client), ([found]) =>
    found === undefined ? { client, version: 0, time: 0, layout: null } : layoutOf(found),
  )
}

/** Keeps the layout of one of the caller's clients; of too many the one that was changed first goes. */
export function putLayout(
  core: HubContext,
  client: string,
  { layout: given, name, version }: PutLayout,
  by: Principal,
): Effect.Effect<DeskPut, DoorError> {
  const read = readLayout(given)
  if (read === undefined)
    return Effect.fail(
      new Unprocessable({
        message: "this is no layout: a tree of splits and tiles with tabs, as the rule L-11 has it",
        field: "layout",
      }),
    )
  const kept: KeptLayout = { layout: JSON.parse(JSON.stringify(read)), ...(name === undefined ? {} : { name }) }
  const value = JSON.stringify(kept)
  if (value.length > DESK_MAX.layout)
    return Effect.fail(
      new TooLarge({ message: `a layout has at most ${DESK_MAX.layout} characters as JSON`, limit: DESK_MAX.layout }),
    )
  return keep(core, { kind: LAYOUT, name: client, value, most: DESK_MAX.layouts, full: "replace" }, version, by)
}

/** Forgets the layout of a client; false when there was none. */
export function removeLayout(
  core: HubContext,
  client: string,
  by: Principal,
): Effect.Effect<{ readonly removed: boolean }, DoorError> {
  return Effect.gen(function* () {
    const [found] = yield* documents(core.store, by, LAYOUT, client)
    yield* keep(core, { kind: LAYOUT, name: client, value: undefined, most: 1, full: "replace" }, undefined, by)
    return { removed: found !== undefined }
  })
}

/** Puts a document; another version than was expected is a conflict, and then nothing is changed. */
function keep(
  { store, now, persons }: HubContext,
  put: Omit<PutDocument, "person" | "time" | "expected">,
  expected: number | undefined,
  by: Principal,
): Effect.Effect<DeskPut, DoorError> {
  return Effect.gen(function* () {
    const time = now()
    const person = keeperOf(by)
    const request = { ...put, person, time, ...(expected === undefined ? {} : { expected }) }
    const outcome = yield* persons.keep(person, store.putDocument(request).pipe(Effect.mapError(storeProblem)))
    switch (outcome._tag) {
      case "Put":
        return { version: outcome.version, time }
      case "Full":
        return yield* new Busy({ message: `there are ${put.most} drafts; send or remove one first`, retryAfter: 60 })
      case "Outdated": {
        const message = "another client has changed it meanwhile; read it again, or put yours without a version"
        return yield* new VersionConflict({ message, version: outcome.version })
      }
    }
  })
}
