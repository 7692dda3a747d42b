/**
 * Importing a session of another program: one session of ours with its messages and with the transcript that its agent
 * continues from, once per session however often it is asked for (row:A10).
 *
 * A short one is made in one append. A long one is made in the trash, batch by batch, each under a key of its own, and
 * comes out of it with the last; one that was broken off is continued when it is asked for again, or purged in a day.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { ForeignSession, ImportSource } from "@holdfast/adapter/ImportSource"
import type { Created, Principal } from "../Hub.ts"
import type { AgentRequestContext } from "./AgentContext.ts"
import { kindRefusal } from "../session/allowed-kinds.ts"
import { newId } from "../session/new-id.ts"
import { appendOnce } from "../session/command.ts"
import { encodeDrafts, storedState } from "../session/encode.ts"
import { fromCallback } from "../session/Fork.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { inTrash, storeProblem } from "../session/store-problem.ts"
import { isDirectoryThere } from "../session/PathChecks.ts"

/** Largest transcript that is imported, in bytes. */
const TRANSCRIPT_MAX = 256 * 1024 * 1024

/** Up to this many bytes of a transcript are imported in one append. */
const AT_ONCE_MAX = 2 * 1024 * 1024
/** Events that a session in the trash begins with while it is imported: created, its agent described, put there. */
const BEGUN_EVENTS = 3
/** A broken-off import is kept this long, in milliseconds. */
const KEPT_MILLIS = 24 * 3600_000
/** Keys under which the parts of a long import are appended; that of the size tells how far the file is read. */
const SIZE_KEY = "import-size"
const END_KEY = "import-end"

/** A source with its sessions. */
interface Found {
  readonly from: ImportSource
  readonly sessions: ReadonlyArray<ForeignSession>
}

const reading = <A>(title: string, read: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({
    try: read,
    catch: (cause) => new Unavailable({ message: `${title}'s sessions cannot be read: ${String(cause)}` }),
  })

const find = (core: AgentRequestContext): Effect.Effect<Found, Unavailable> =>
  Effect.gen(function* () {
    const from = yield* Effect.promise(core.agents.imports)
    return { from, sessions: yield* reading(from.title, () => from.list(core.defaults.env)) }
  })

/** The sessions that can be imported, the latest first. */
export function importable(core: AgentRequestContext): Effect.Effect<ReadonlyArray<ClaudeImportable>, DoorError> {
  return Effect.map(find(core), ({ sessions }) =>
    sessions.map((session) => ({
      id: session.id,
      title: session.title,
      modifiedAt: session.modified,
      size: session.size,
      ...(session.cwd === undefined ? {} : { cwd: session.cwd }),
    })),
  )
}

/** Imports one; a second time gives the session of the first. */
export function importClaude(core: AgentRequestContext, id: string, by: Principal): Effect.Effect<Created, DoorError> {
  return Effect.gen(function* () {
    const notAllowed = kindRefusal(core.settings, "agent")
    if (notAllowed !== undefined) return yield* notAllowed
    const { from, sessions } = yield* find(core)
    const source = sessions.find((session) => session.id === id)
    if (source === undefined) {
      return yield* new Unprocessable({
        message: `${from.title} has no session with the id ${id}; list them with imports.list`,
        field: "id",
      })
    }
    if (source.size > TRANSCRIPT_MAX) {
      return yield* new Unprocessable({ message: `the session has ${source.size} bytes, at most ${TRANSCRIPT_MAX} are imported` })
    }
    const info: EventDraft = { name: "session/agent-info", data: { native: source.id } }
    if (source.size <= AT_ONCE_MAX) {
      const all = yield* reading(from.title, () => allOf(source.batches(source.size, by.name)))
      const made = yield* make(core, from, source, [info, mark(from, source), ...all], by)
      const { session } = yield* core.table.open(made.id)
      return yield* importedAs(session, made.created)
    }
    const begun: EventDraft = { name: "session/deleted", data: { purgeAt: core.now() + KEPT_MILLIS } }
    const made = yield* make(core, from, source, [info, begun], by)
    const { session } = yield* core.table.open(made.id)
    if (!(yield* isUnfinished(core, session))) return yield* importedAs(session, made.created)
    yield* fill(core, session, from, source, by)
    return { session: session.record(), created: true }
  })
}

const importedAs = (session: OpenSession, created: boolean): Effect.Effect<Created, DoorError> =>
  !created && session.durable.status === "deleted"
    ? Effect.fail(inTrash(session.id))
    : Effect.succeed({ session: session.record(), created })

async function allOf(batches: AsyncIterable<ReadonlyArray<EventDraft>>): Promise<ReadonlyArray<EventDraft>> {
  const all: Array<EventDraft> = []
  for await (const batch of batches) all.push(...batch)
  return all
}

const mark = ({ title }: ImportSource, { id }: ForeignSession): EventDraft => ({
  name: "session/marked",
  data: { text: `imported from ${title}, session ${id}` },
})

/** Makes the session with its first events, or gives the one that was made before. */
const make = (
  core: AgentRequestContext,
  from: ImportSource,
  source: ForeignSession,
  drafts: ReadonlyArray<EventDraft>,
  by: Principal,
) =>
  Effect.gen(function* () {
    const cwd = source.cwd ?? core.defaults.home
    const there = yield* isDirectoryThere(cwd)
    const now = core.now()
    const id = newId(now)
    const decision = decide(undefined, {
      _tag: "Create",
      kind: "agent",
      label: source.title,
      tags: ["imported"],
      owner: by.name,
      agent: { ...from.agent, cwd: there ? cwd : core.defaults.home, env: [], options: {} },
    })
    const events = decision._tag === "Accepted" ? [...decision.events, ...drafts] : []
    const encoded = encodeDrafts(id, undefined, events, 1, now, by.name)
    if (encoded === undefined) return yield* Effect.die(new Error("an imported session was refused"))
    const key = { key: `import-${from.agent.name}-${source.id}`, hash: source.id }
    const { records, state } = encoded
    return yield* fromCallback<{ readonly id: string; readonly created: boolean }, DoorError>((answer) =>
      core.table.create({ id, records, state: storedState(state), key }, state, (outcome) => {
        switch (outcome._tag) {
          case "Loaded":
            core.feed.push(id, () => outcome.loaded.session.record())
            return answer({ id, created: true })
          case "Exists":
            return answer({ id: outcome.id, created: false })
          case "KindFailed":
            return answer(Exit.die(outcome.thrown))
          case "KeyConflict":
            return answer(Exit.die(new Error("an import's key has one body")))
          default:
            return answer(storeProblem(outcome))
        }
      }),
    )
  })

/** What a key was used for in a session. */
const keyed = (core: AgentRequestContext, { handle }: OpenSession, key: string) =>
  core.store.keyed(handle, key).pipe(Effect.mapError(storeProblem))

/** Whether a session was made for a long import that has not come to its end. A person may have put a whole one into the trash. */
const isUnfinished = (core: AgentRequestContext, session: OpenSession): Effect.Effect<boolean, DoorError> =>
  Effect.gen(function* () {
    if (session.durable.status !== "deleted" || (yield* keyed(core, session, END_KEY)) !== undefined) return false
    return session.durableSeq <= BEGUN_EVENTS || (yield* keyed(core, session, SIZE_KEY)) !== undefined
  })

/** Appends what is not there yet of a long import, and takes the session out of the trash. */
const fill = (
  core: AgentRequestContext,
  session: OpenSession,
  from: ImportSource,
  source: ForeignSession,
  by: Principal,
): Effect.Effect<void, DoorError> =>
  Effect.gen(function* () {
    const known = yield* keyed(core, session, SIZE_KEY)
    if (known === undefined) yield* appendOnce(session, [], { key: SIZE_KEY, hash: String(source.size) }, by.name)
    const size = known === undefined ? source.size : Number(known.hash)
    const batches = source.batches(size, by.name)
    for (let number = 1; ; number++) {
      const { value: batch } = yield* reading(from.title, () => batches.next())
      if (batch === undefined) break
      yield* appendOnce(session, batch, { key: `import-${from.agent.name}-${number}`, hash: source.id }, by.name)
    }
    const last: ReadonlyArray<EventDraft> = [mark(from, source), { name: "session/restored", data: {} }]
    yield* appendOnce(session, last, { key: END_KEY, hash: source.id }, by.name)
  })
