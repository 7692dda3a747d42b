/**
 * Forking a session: a new one whose agent continues from its messages, all of them or up to a place (docs/protocol/rules.md,
 * Nothing of the agent's own memory goes with them, so that any agent can; the session that is forked stays as it is.
 *
 * A long transcript is taken over batch by batch into a session in the trash, which leaves it with the last batch; one that was
 * broken off is purged in a day.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import { FILE_REFERENCE, type Message } from "@holdfast/protocol/agent/message"
import { type DoorError, SessionNotReady, SessionPermissionError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import { type EventDraft, knownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { ForkedFrom } from "@holdfast/protocol/forked-from"
import type { ForkSession } from "@holdfast/protocol/history"
import { headOf } from "@holdfast/protocol/text-cut"
import { writeDurably } from "@holdfast/store/durable-file"
import type { AttendedPart } from "../delivery/AttendedPart.ts"
import type { Created, Principal } from "../Hub.ts"
import { kindRefusal } from "../session/allowed-kinds.ts"
import { appendOnce } from "../session/command.ts"
import { fromCallback } from "../session/Fork.ts"
import { makeSession } from "../session/new-session.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { READ_BYTES } from "../session/read-sizes.ts"
import { readEnvironment, readInherited } from "../session/SessionEnvironment.ts"
import type { NewSession } from "../session/SessionKind.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import type { AgentRequestContext } from "./AgentContext.ts"
import { messageSeq } from "./stored-messages.ts"
import { directoryTrust } from "./trust/check-directory.ts"

/** Most bytes of messages in one append, about. */
const BATCH_BYTES = 1024 * 1024
/** A fork that was broken off is kept this long, in milliseconds. */
const KEPT_MILLIS = 24 * 3600_000
const LABEL_MAX = 200

/** Forks a session; with a key once. */
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
    const { batches, files, last } = yield* messagesThrough(core, source, seq)
    const from: ForkedFrom = { session: id, label, seq, ...(last === undefined ? {} : { message: last }) }
    const plan = yield* planFork(core, source, agent, {
      from,
      by,
      label: request.label ?? headOf(`Fork of ${label}`, LABEL_MAX),
      files,
    })
    const [first = [], ...rest] = batches
    const begun: ReadonlyArray<EventDraft> =
      rest.length === 0 ? [] : [{ name: "session/deleted", data: { purgeAt: core.now() + KEPT_MILLIS } }]
    const creation = {
      plan: { ...plan, events: [...anew(agent), ...begun, ...first] },
      by,
      request: { kind: "agent", ...(request.key === undefined ? {} : { key: request.key }) },
      body: { ...request, key: undefined, fork: id },
    } as const
    const made = yield* fromCallback<Created, DoorError>((answer) => makeSession(core, creation, answer))
    if (!made.created || rest.length === 0) return made
    const { session } = yield* core.table.open(made.session.id)
    for (const [at, batch] of rest.entries()) {
      const more: ReadonlyArray<EventDraft> = at === rest.length - 1 ? [...batch, { name: "session/restored", data: {} }] : batch
      yield* appendOnce(session, more, { key: `fork-${at}`, hash: id }, by.name)
    }
    return { session: session.record(), created: true }
  })
}

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

/** What a fork begins with. */
interface Taken {
  readonly batches: ReadonlyArray<ReadonlyArray<EventDraft>>
  /** Hashes of the files that are named in it. */
  readonly files: ReadonlySet<string>
  readonly last: string | undefined
}

/** The messages up to a seq, each as it is in the log and by whom it is. */
const messagesThrough = (core: AgentRequestContext, session: OpenSession, through: number) =>
  Effect.gen(function* () {
    const batches: Array<Array<EventDraft>> = []
    const files = new Set<string>()
    let last: string | undefined
    let bytes = BATCH_BYTES
    for (let after = session.firstSeq - 1; after < through;) {
      const range = { after, maxBytes: READ_BYTES, channel: "message", type: "added" }
      const page = yield* core.store.read(session.handle, range).pipe(Effect.mapError(storeProblem))
      for (const record of page.records) {
        const view = readRecord(record, 0)
        if (view.seq > through) break
        const event = decodeRecord(view)
        const known = knownEvent(event)
        if (known?.name !== "message/added") continue
        const size = jsonBytes(known.data)
        if (bytes + size > BATCH_BYTES) {
          batches.push([])
          bytes = 0
        }
        bytes += size
        batches.at(-1)?.push({ name: "message/added", data: known.data, ...(event.by === undefined ? {} : { by: event.by }) })
        last = known.data.message.id
        for (const hash of filesOf(known.data.message)) files.add(hash)
      }
      if (page.atHead || page.last <= after) break
      after = page.last
    }
    return { batches, files, last } satisfies Taken
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
