/** What people and programs ask of agents: messages, the queue, turns, permission requests. */
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { AgentRequest } from "@holdfast/core/agent/commands"
import { sentStatus } from "@holdfast/core/agent/queue"
import type { ConfigureAgent, RenewAgent } from "@holdfast/protocol/agent/agent"
import type { InputPart, MessagePage, SendMessage, Sent } from "@holdfast/protocol/agent/message"
import type { EditMessage, QueueItem } from "@holdfast/protocol/agent/queue"
import { type DoorError, MessageNotQueued, SessionNotReady, Unprocessable } from "@holdfast/protocol/errors"
import { asMessageId } from "@holdfast/protocol/checked-ids"
import { headOf } from "@holdfast/protocol/text-cut"
import type { Changed, MessageFile, Principal } from "../Hub.ts"
import type { AgentRequestContext } from "./AgentContext.ts"
import { newId } from "../session/new-id.ts"
import { type Carried, carried } from "../session/command.ts"
import { doneEvents } from "../session/done-events.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { storeProblem } from "../session/store-problem.ts"
import { isDirectoryThere, noDirectory } from "../session/PathChecks.ts"
import { directoryTrust } from "./trust/check-directory.ts"
import { keepFiles, readMessageFile } from "./message-files.ts"
import { partsOf } from "./message-parts.ts"
import { wholeParts } from "./queued-message.ts"
import { messageSeq, PAGE_BYTES, storedMessages } from "./stored-messages.ts"

/** Carries out a request. */
export function ask(
  core: AgentRequestContext,
  id: string,
  by: Principal,
  request: AgentRequest,
): Effect.Effect<{ readonly session: OpenSession; readonly done: Carried }, DoorError> {
  return Effect.gen(function* () {
    const { session } = yield* core.table.open(id)
    const done = yield* carried(session, { command: request, by })
    return { session, done }
  })
}

const changed = (
  core: AgentRequestContext,
  id: string,
  by: Principal,
  request: AgentRequest,
): Effect.Effect<Changed, DoorError> =>
  Effect.map(ask(core, id, by, request), ({ session, done }) => ({
    session: session.record(),
    seq: done.first,
    changed: done.changed,
  }))

/** Sends a message; with a key once: the same key again answers as the first time. */
export function sendMessage(
  core: AgentRequestContext,
  id: string,
  message: SendMessage,
  by: Principal,
): Effect.Effect<Sent, DoorError> {
  return Effect.gen(function* () {
    const given = yield* partsOf(message)
    const { key, mode = "queue" } = message
    const { session } = yield* core.table.open(id)
    const parts = yield* keptParts(core, session, given)
    const at = core.now()
    const sent = { messageId: newId(at), parts, mode, by: by.name, at, turn: newId(at) }
    const command = { kind: "request", _tag: "SendMessage", ...sent, ...(key === undefined ? {} : { key }) } as const
    const body = { _tag: "SendMessage", parts, mode }
    const done = yield* carried(session, { command, by, key, body })
    return yield* sentAs(session, done)
  })
}

/** What a send did, as its events say: the same for the first answer and for a repeated one. */
const sentAs = (session: OpenSession, done: Carried): Effect.Effect<Sent, DoorError> =>
  Effect.gen(function* () {
    const events = yield* doneEvents(session, done)
    const added = events.find((event) => event.name === "queue/added")
    if (added === undefined) return yield* Effect.die(new Error("a message was sent without an event"))
    const messageId = asMessageId(added.data.item.id)
    const status = sentStatus(events, messageId)
    const hold = status === "queued" ? session.durable.agent?.hold : undefined
    const released = events.find((event) => event.name === "queue/released")?.data
    const { alsoSends } = released ?? {}
    return { status, messageId, seq: done.first, ...(hold && { hold }), ...(alsoSends && { alsoSends }) }
  })

/** A message in the queue, whole. */
export function queuedMessage(core: AgentRequestContext, id: string, message: string): Effect.Effect<QueueItem, DoorError> {
  return Effect.gen(function* () {
    const { session } = yield* core.table.open(id)
    const item = session.durable.agent?.queue.find((queued) => queued.id === message)
    if (item === undefined) {
      return yield* new MessageNotQueued({
        message: "no such message is queued: the agent has taken it, or it was removed",
        messageId: message,
      })
    }
    const { cut: _, ...rest } = item
    return { ...rest, parts: yield* wholeParts(session, item) }
  })
}

/** Replaces a waiting message's parts. */
export function editMessage(
  core: AgentRequestContext,
  id: string,
  message: string,
  change: EditMessage,
  by: Principal,
): Effect.Effect<Changed, DoorError> {
  return Effect.gen(function* () {
    const given = yield* partsOf(change)
    const { session } = yield* core.table.open(id)
    const parts = yield* keptParts(core, session, given)
    return yield* changed(core, id, by, { kind: "request", _tag: "EditMessage", messageId: message, parts })
  })
}

/** Parts whose files are kept beside the log; nothing is kept for what is no agent, or is too long anyway. */
const keptParts = (core: AgentRequestContext, { durable }: OpenSession, parts: ReadonlyArray<InputPart>) => {
  const isKept = durable.agent !== undefined && parts.some(({ type }) => type === "file")
  return isKept ? keepFiles(core.agents.directory(durable), parts) : Effect.succeed(parts)
}

/** A file of a session's messages, by its hash (M-11). */
export function messageFile(core: AgentRequestContext, id: string, hash: string): Effect.Effect<MessageFile, DoorError> {
  return Effect.flatMap(core.store.get(id).pipe(Effect.mapError(storeProblem)), (record) =>
    readMessageFile(core.agents.directory(record), hash),
  )
}

/** Changes model or mode; the agent's `session/agent-info` reports when it has done so. Another directory is the next process's. */
export function configure(
  core: AgentRequestContext,
  id: string,
  change: ConfigureAgent,
  by: Principal,
): Effect.Effect<Changed, DoorError> {
  return Effect.gen(function* () {
    const { cwd, ...wanted } = change
    if (cwd === undefined) return yield* changed(core, id, by, { kind: "request", _tag: "ConfigureAgent", ...wanted })
    const place = resolve(core.defaults.home, cwd)
    if (place.includes("\0") || !(yield* isDirectoryThere(place))) return yield* noDirectory(place)
    const moved = yield* changed(core, id, by, { kind: "request", _tag: "MoveAgent", cwd: place, turn: newId(core.now()) })
    yield* noteDirectory(core, id, by)
    if (Object.keys(wanted).length === 0) return moved
    return yield* changed(core, id, by, { kind: "request", _tag: "ConfigureAgent", ...wanted })
  })
}

/** Finds what a session's directory brings, so that it is known before the agent starts there. */
export function noteDirectory(core: AgentRequestContext, id: string, by: Principal): Effect.Effect<void, DoorError> {
  return Effect.gen(function* () {
    const { session } = yield* core.table.open(id)
    const { agent } = session.durable
    if (agent === undefined) return
    const trust = yield* Effect.promise(() => directoryTrust(core.agents, agent.spec))
    if (trust !== undefined) yield* carried(session, { command: { kind: "report", _tag: "AgentDirectory", trust }, by })
  })
}

/** Lets the agent start over, with our transcript as its context; `before` is the first message that is left out of it. */
export function renew(
  core: AgentRequestContext,
  id: string,
  { before }: RenewAgent,
  by: Principal,
): Effect.Effect<Changed, DoorError> {
  return Effect.gen(function* () {
    const { session } = yield* core.table.open(id)
    const turn = newId(core.now())
    if (before === undefined) return yield* changed(core, id, by, { kind: "request", _tag: "RenewAgent", turn })
    const seq = yield* messageSeq(core.store, session.handle, before).pipe(Effect.mapError(storeProblem))
    if (seq === undefined) {
      const message = `no message has the id ${JSON.stringify(headOf(before, 64))}; list them to find it`
      return yield* new Unprocessable({ message, field: "before" })
    }
    return yield* changed(core, id, by, { kind: "request", _tag: "RenewAgent", before: { id: before, seq }, turn })
  })
}

/** A page of stored messages, the newest page first. */
export function messages(
  core: AgentRequestContext,
  id: string,
  page: { readonly before?: number; readonly limit: number },
): Effect.Effect<MessagePage, DoorError> {
  return Effect.gen(function* () {
    const record = yield* core.store.get(id).pipe(Effect.mapError(storeProblem))
    if (record.kind !== "agent") {
      return yield* new SessionNotReady({
        message: `a session of kind ${record.kind} has no messages; agents have`,
        status: record.status,
      })
    }
    const { session, firstSeq, lastSeq } = yield* core.store.head(id).pipe(Effect.mapError(storeProblem))
    const before = Math.min(page.before ?? lastSeq + 1, lastSeq + 1)
    return yield* storedMessages(core.store, { session, firstSeq, before, limit: page.limit, maxBytes: PAGE_BYTES }).pipe(
      Effect.mapError(storeProblem),
    )
  })
}
