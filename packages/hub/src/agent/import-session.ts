/**
 * Importing a session of another program: one session of ours with its messages and with the transcript that its agent
 * continues from, once per session however often it is asked for (row:A10).
 *
 * A short one is made in one append, a long one in the trash (`long-session.ts`).
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
import { begunInTrash, fill, keyed } from "./long-session.ts"
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

/** Imports one; a second time gives the session of the first. What it began continues although its caller went away. */
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
    return yield* Effect.uninterruptible(importFound(core, from, source, by))
  })
}

const importFound = (
  core: AgentRequestContext,
  from: ImportSource,
  source: ForeignSession,
  by: Principal,
): Effect.Effect<Created, DoorError> =>
  Effect.gen(function* () {
    const info: EventDraft = { name: "session/agent-info", data: { native: source.id } }
    if (source.size <= AT_ONCE_MAX) {
      const all = yield* reading(from.title, () => allOf(source.batches(source.size, by.name)))
      const made = yield* make(core, from, source, [info, mark(from, source), ...all], by)
      const { session } = yield* core.table.open(made.id)
      return yield* importedAs(session, made.created)
    }
    const made = yield* make(core, from, source, [info, begunInTrash(core.now())], by)
    const { session } = yield* core.table.open(made.id)
    if (!(yield* isUnfinished(core, session))) return yield* importedAs(session, made.created)
    yield* fillFrom(core, session, from, source, by)
    return { session: session.record(), created: true }
  })

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
    const { notes, records, state } = encoded
    const beside = notes === undefined ? {} : { notes }
    return yield* fromCallback<{ readonly id: string; readonly created: boolean }, DoorError>((answer) =>
      core.table.create({ id, records, state: storedState(state), key, ...beside }, state, (outcome) => {
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

/** Whether a session was made for a long import that has not come to its end. A person may have put a whole one into the trash. */
const isUnfinished = (core: AgentRequestContext, session: OpenSession): Effect.Effect<boolean, DoorError> =>
  Effect.gen(function* () {
    if (session.durable.status !== "deleted" || (yield* keyed(core, session, END_KEY)) !== undefined) return false
    return session.durableSeq <= BEGUN_EVENTS || (yield* keyed(core, session, SIZE_KEY)) !== undefined
  })

/** Appends what is not there yet of a long import, as long as the file was when it began. */
const fillFrom = (
  core: AgentRequestContext,
  session: OpenSession,
  from: ImportSource,
  source: ForeignSession,
  by: Principal,
): Effect.Effect<void, DoorError> =>
  Effect.gen(function* () {
    const known = yield* keyed(core, session, SIZE_KEY)
    if (known === undefined) yield* appendOnce(session, [], { key: SIZE_KEY, hash: String(source.size) }, by.name)
    const batches = source.batches(known === undefined ? source.size : Number(known.hash), by.name)
    const hash = source.id
    const next = reading(from.title, () => batches.next()).pipe(
      Effect.map(({ value: events }) => (events === undefined ? undefined : { events, hash })),
    )
    const name = `import-${from.agent.name}`
    yield* fill(session, { name, next, last: [mark(from, source)], end: { key: END_KEY, hash } }, by.name)
  })
