/**
 * Forking a session: a new one whose agent continues from its messages, all of them or up to a place (docs/protocol/rules.md,
 * Nothing of the agent's own memory goes with them, so that any agent can; the session that is forked stays as it is.
 *
 * A short transcript is made in one append, a long one in the trash (`long-session.ts`): it is read piece by piece, and each
 * batch has in its key how far the log is read, so that it is continued from there.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import { FILE_REFERENCE, type Message } from "@holdfast/protocol/agent/message"
import {
  type DoorError,
  type SessionDeleted,
  SessionNotReady,
  SessionPermissionError,
  Unavailable,
  Unprocessable,
} from "@holdfast/protocol/errors"
import { type EventDraft, knownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { ForkedFrom } from "@holdfast/protocol/forked-from"
import type { ForkSession } from "@holdfast/protocol/history"
import { headOf } from "@holdfast/protocol/text-cut"
import { writeDurably } from "@holdfast/store/durable-file"
import type { AttendedPart } from "../delivery/AttendedPart.ts"
import type { Created, Principal } from "../Hub.ts"
import { kindRefusal } from "../session/allowed-kinds.ts"
import { fromCallback } from "../session/Fork.ts"
import { makeSession } from "../session/new-session.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { READ_BYTES } from "../session/read-sizes.ts"
import { readEnvironment, readInherited } from "../session/SessionEnvironment.ts"
import type { NewSession } from "../session/SessionKind.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import type { AgentRequestContext } from "./AgentContext.ts"
import { type Batch, begunInTrash, fill, keyed } from "./long-session.ts"
import { messageSeq } from "./stored-messages.ts"
import { directoryTrust } from "./trust/check-directory.ts"

/** Most bytes of messages that are taken over in one append, about. */
const AT_ONCE_BYTES = 1024 * 1024
/** Its batches have the keys `fork-1`, `fork-2`, and so on; this is the one of its end. */
const NAME = "fork"
const END_KEY = "fork-end"

/** Forks a session; with a key once. What it began continues although its caller went away. */
export function forkSession(
  core: AgentRequestContext,
  id: string,
  request: ForkSession,
  by: Principal,
): Effect.Effect<Created, DoorError> {
  return Effect.gen(function* () {
    if (by.sessions !== undefined) return yield* bound(by, id)
    const notAllowed = kindRefusal(core.settings, "agent")
    if (notAllowed !== undefined) return yield* notAllowed
    const { session: source } = yield* core.table.open(id)
    const { agent, label, status } = source.durable
    if (agent === undefined) {
      const message = `a session of kind ${source.durable.kind} has no messages to continue from; only agents can be forked`
      return yield* new SessionNotReady({ message, status })
    }
    const seq = yield* forkPoint(core, source, request)
    const { events, files, last } = yield* survey(core, source, seq)
    const from: ForkedFrom = { session: id, label, seq, ...(last === undefined ? {} : { message: last }) }
    const called = (name: string): Effect.Effect<Created, DoorError> =>
      Effect.flatMap(planFork(core, source, agent, { from, by, label: name, files }), (plan) => {
        const creation = {
          plan: { ...plan, events: [...anew(agent), ...(events ?? [begunInTrash(core.now())])] },
          by,
          request: { kind: "agent", ...(request.key === undefined ? {} : { key: request.key }) },
          body: { ...request, key: undefined, fork: id },
        } as const
        return fromCallback<Created, DoorError>((answer) => makeSession(core, creation, answer))
      })
    const { forks } = core.agents
    const made = request.label === undefined ? forks.name(core.store, source.durable, called) : called(request.label)
    const making = made.pipe(
      Effect.flatMap((fork) =>
        fork.created && events === undefined ? filled(core, source, fork.session.id, by) : Effect.succeed(fork),
      ),
      // Its key made one before: a part of it may be missing, and it is as the first request wanted it.
      Effect.catchTag("SessionDeleted", (deleted) => continued(core, source, deleted, by)),
    )
    return yield* Effect.uninterruptible(making)
  })
}

/** Continues a fork that was broken off. A person may have put a whole one into the trash, which stays there. */
const continued = (core: AgentRequestContext, source: OpenSession, deleted: SessionDeleted, by: Principal) =>
  Effect.gen(function* () {
    const { session: fork } = yield* core.table.open(deleted.session)
    const { forkedFrom } = fork.durable
    if (forkedFrom === undefined || (yield* keyed(core, fork, END_KEY)) !== undefined) return yield* deleted
    const { events } = yield* survey(core, source, forkedFrom.seq)
    if (events !== undefined) return yield* deleted
    return yield* filled(core, source, fork.id, by)
  })

/** Takes over what a fork in the trash does not have yet, after which it is there. */
const filled = (core: AgentRequestContext, source: OpenSession, id: string, by: Principal): Effect.Effect<Created, DoorError> =>
  Effect.gen(function* () {
    const { session: fork } = yield* core.table.open(id)
    const through = fork.durable.forkedFrom?.seq ?? 0
    let after = source.firstSeq - 1
    let from = 1
    for (let done = yield* keyed(core, fork, `${NAME}-1`); done !== undefined;) {
      after = Number(done.hash)
      done = yield* keyed(core, fork, `${NAME}-${++from}`)
    }
    const next = Effect.gen(function* () {
      while (after < through) {
        const piece: Piece = yield* messagesAfter(core, source, after, through)
        after = piece.after
        // The last message, not the end of what was read: that is another one when the log has grown.
        if (piece.messages.length > 0) return { events: piece.messages, hash: String(piece.lastSeq) } satisfies Batch
      }
      return undefined
    })
    yield* fill(fork, { name: NAME, from, next, last: [], end: { key: END_KEY, hash: source.id } }, by.name)
    return { session: fork.record(), created: true }
  })

const bound = (by: Principal, session: string): SessionPermissionError =>
  new SessionPermissionError({
    message: `the credential ${by.name} is bound to sessions; a fork is another one`,
    user: by.name,
    action: "sessions.fork",
    session,
  })

/** The agent's next process gets our transcript; the model and the mode are those of the session that is forked. */
function anew({ wanted }: AgentFacts): ReadonlyArray<EventDraft> {
  const renewed: EventDraft = { name: "session/agent-renewed", data: {} }
  return wanted === undefined || Object.keys(wanted).length === 0
    ? [renewed]
    : [renewed, { name: "session/agent-configured", data: wanted }]
}

/** Last seq that is taken over. */
const forkPoint = (core: AgentRequestContext, session: OpenSession, { through, before, seq }: ForkSession) =>
  Effect.gen(function* () {
    const given = [through, before, seq].filter((place) => place !== undefined)
    if (given.length > 1) {
      return yield* new Unprocessable({
        message: "through, before and seq name different places; send one of them",
        field: "seq",
      })
    }
    if (seq !== undefined) return Math.min(seq, session.durableSeq)
    const message = through ?? before
    if (message === undefined) return session.durableSeq
    const found = yield* messageSeq(core.store, session.handle, message).pipe(Effect.mapError(storeProblem))
    if (found === undefined) {
      const text = `no message has the id ${JSON.stringify(headOf(message, 64))}; list them to find it`
      return yield* new Unprocessable({ message: text, field: through === undefined ? "before" : "through" })
    }
    return through === undefined ? found - 1 : found
  })

/** Messages as they are in the log and by whom they are, and how far it was read. */
interface Piece {
  readonly messages: ReadonlyArray<MessageAdded>
  /** Seq of the last of them. */
  readonly lastSeq: number
  readonly after: number
}

type MessageAdded = Extract<EventDraft, { readonly name: "message/added" }>

/** The messages behind a seq, as many as are read at once. `after` is `through` when there are no more. */
const messagesAfter = (core: AgentRequestContext, session: OpenSession, after: number, through: number) =>
  Effect.gen(function* () {
    const range = { after, maxBytes: READ_BYTES, channel: "message", type: "added" }
    const page = yield* core.store.read(session.handle, range).pipe(Effect.mapError(storeProblem))
    const messages: Array<MessageAdded> = []
    let lastSeq = after
    for (const record of page.records) {
      const view = readRecord(record, 0)
      if (view.seq > through) break
      const event = decodeRecord(view)
      const known = knownEvent(event)
      if (known?.name !== "message/added") continue
      lastSeq = view.seq
      messages.push({ name: known.name, data: known.data, isQuiet: true, ...(event.by === undefined ? {} : { by: event.by }) })
    }
    const isOver = page.atHead || page.last <= after || page.last > through
    return { messages, lastSeq, after: isOver ? through : page.last } satisfies Piece
  })

/** What is taken over, without the messages themselves when they are too long for one append. */
interface Survey {
  readonly events: ReadonlyArray<EventDraft> | undefined
  /** Hashes of the files that are named in it. */
  readonly files: ReadonlySet<string>
  readonly last: string | undefined
}

/** Looks at the messages up to a seq. */
const survey = (core: AgentRequestContext, session: OpenSession, through: number) =>
  Effect.gen(function* () {
    let events: Array<EventDraft> | undefined = []
    const files = new Set<string>()
    let last: string | undefined
    let bytes = 0
    for (let after = session.firstSeq - 1; after < through;) {
      const piece: Piece = yield* messagesAfter(core, session, after, through)
      after = piece.after
      for (const draft of piece.messages) {
        const { message } = draft.data
        last = message.id
        for (const hash of filesOf(message)) files.add(hash)
        if (events === undefined) continue
        bytes += jsonBytes(draft.data)
        if (bytes > AT_ONCE_BYTES && events.length > 0) events = undefined
        else events.push(draft)
      }
    }
    return { events, files, last } satisfies Survey
  })

const HASH = /^[0-9a-f]{64}$/

function filesOf({ parts }: Message): ReadonlyArray<string> {
  return parts.flatMap((part) => {
    if (typeof part !== "object" || part === null || !("url" in part) || typeof part["url"] !== "string") return []
    const hash = part["url"].startsWith(FILE_REFERENCE) ? part["url"].slice(FILE_REFERENCE.length) : ""
    return HASH.test(hash) ? [hash] : []
  })
}

interface Wanted {
  readonly from: ForkedFrom
  readonly by: Principal
  readonly label: string
  readonly files: ReadonlySet<string>
}

/** The session to be stored, with the environment and the files of the one that is forked. */
const planFork = (
  core: AgentRequestContext,
  source: OpenSession,
  { spec }: AgentFacts,
  { from, by, label, files }: Wanted,
): Effect.Effect<NewSession<AttendedPart>, DoorError> =>
  Effect.gen(function* () {
    const directory = core.agents.directory(source.durable)
    const env = yield* reading(() => readEnvironment(directory, spec.env))
    const inherited = yield* reading(() => readInherited(directory))
    const trust = yield* Effect.promise(() => directoryTrust(core.agents, spec))
    return {
      command: { _tag: "Create", kind: "agent", label, tags: source.durable.tags, owner: by.name, agent: spec, forkedFrom: from },
      env,
      inherited,
      inheritsAgain: true,
      first: () => (trust === undefined ? [] : [{ kind: "report", _tag: "AgentDirectory", trust } as const]),
      ...(files.size === 0 ? {} : { keepFiles: (place) => copyFiles(directory, place, files) }),
      made: ({ session }, answer) => answer(Exit.succeed({ session: session.record(), created: true })),
    }
  })

const reading = <A>(read: () => Promise<A>): Effect.Effect<A, DoorError> =>
  Effect.tryPromise({
    try: read,
    catch: (cause) =>
      cause instanceof Unprocessable
        ? cause
        : new Unavailable({ message: `the session's environment cannot be read: ${String(cause)}` }),
  })

/** Copies files of messages; one that is gone is missing in the fork as it is in the session. */
async function copyFiles(from: string, to: string, files: ReadonlySet<string>): Promise<DoorError | undefined> {
  for (const hash of files) {
    const content = await readFile(join(from, "files", hash)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined
      throw cause
    })
    if (content !== undefined) await writeDurably(join(to, "files", hash), content)
  }
  return undefined
}
