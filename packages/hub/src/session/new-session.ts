/**
 * Making a session: its first records are stored with its state in one step, then it is in memory and in the feed.
 *
 * Plain callbacks from a door to the store and back, whatever the door (decision 10). No one can take a creation back: once it
 * was handed to the store it continues, although its caller went away.
 */
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import type { Rejection } from "@holdfast/core/decision"
import { directoryName } from "@holdfast/core/session-directory"
import { type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { CreateSession } from "@holdfast/protocol/session"
import type { AppendKey, Store } from "@holdfast/store/Store"
import type { CreateAnswer, Principal } from "../Hub.ts"
import { bodyHash, keptKey } from "./command.ts"
import { keepEnvironment, keepInherited } from "./SessionEnvironment.ts"
import { type Encoded, encodeDrafts, storedState } from "./encode.ts"
import { failureOf, inTrash, keyConflict, storeProblem } from "./store-problem.ts"
import type { ChangeFeed } from "./ChangeFeed.ts"
import { newId } from "./new-id.ts"
import type { SessionDirectories } from "./SessionDirectories.ts"
import type { NewSession } from "./SessionKind.ts"
import type { SessionPart } from "./SessionPart.ts"
import type { SessionTable } from "./SessionTable.ts"

/** What making a session needs of the hub. */
export interface CreationContext<Part extends SessionPart> {
  readonly store: Store["Service"]
  readonly table: SessionTable<Part>
  readonly feed: ChangeFeed
  readonly directories: SessionDirectories
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A checked request with who gave it. */
export interface Creation<Part extends SessionPart> {
  readonly plan: NewSession<Part>
  readonly by: Principal
  /** What the key, if there is one, stands for, unless that is `body`. */
  readonly request: CreateSession
  readonly body?: unknown
}

/** Does a step of a creation; what it throws is the answer. */
export function step(answer: CreateAnswer, body: () => void): void {
  try {
    body()
  } catch (thrown) {
    answer(Exit.die(thrown))
  }
}

/** Refuses a creation. */
export function refuse(answer: CreateAnswer, error: DoorError): void {
  return answer(Exit.fail(error))
}

/** Stores a new session, opens it, and has its kind begin it; a key that was used before answers with the session that it made. */
export function makeSession<Part extends SessionPart>(
  context: CreationContext<Part>,
  creation: Creation<Part>,
  answer: CreateAnswer,
): void {
  const { env, inherited, keepFiles, over } = creation.plan
  const now = context.now()
  const id = newId(now)
  const ended: CreateAnswer =
    over === undefined
      ? answer
      : (exit) => {
          over()
          answer(exit)
        }
  if (Object.keys(env).length === 0 && inherited === undefined && keepFiles === undefined) {
    return step(ended, () => store(context, creation, { id, now, ended, answer }))
  }
  const { directories } = context
  const directory = directoryName(creation.plan.command.label, id)
  const notMade: CreateAnswer = (exit) => {
    if (Exit.isFailure(exit) || exit.value.session.id !== id) void directories.remove(directory)
    ended(exit)
  }
  keep(directories, directory, creation.plan).then(
    (refused) => {
      if (refused !== undefined) refuse(notMade, refused)
      else step(notMade, () => store(context, creation, { id, now, ended: notMade, answer, kept: true }))
    },
    (cause: unknown) => {
      void directories.remove(directory)
      context.table.context.report("the environment of a session could not be kept", { session: id, cause: String(cause) })
      refuse(ended, new Unavailable({ message: "the environment variables could not be kept; see the hub's log" }))
    },
  )
}

/** Keeps variables and files in the directory of a session that the store does not have yet; settles with why a file is refused. */
async function keep(directories: SessionDirectories, name: string, plan: NewSession<never>): Promise<DoorError | undefined> {
  const { env, inherited, inheritsAgain, keepFiles } = plan
  const isNamed = Object.keys(env).length > 0
  await directories.mark(name, isNamed || inheritsAgain || keepFiles !== undefined)
  if (isNamed) await keepEnvironment(directories.of(name), env)
  if (inherited !== undefined) await keepInherited(directories.of(name), inherited, inheritsAgain)
  return keepFiles?.(directories.of(name))
}

interface Attempt {
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Receives everything but the new session. */
  readonly ended: CreateAnswer
  /** Receives the new session, from its kind. */
  readonly answer: CreateAnswer
  /** Its directory is there, marked as without a session. */
  readonly kept?: true
}

function store<Part extends SessionPart>(context: CreationContext<Part>, creation: Creation<Part>, attempt: Attempt): void {
  const { plan, request } = creation
  const { id, now, ended, answer, kept } = attempt
  const begun = beginning(plan, request, id, now)
  if ("_tag" in begun) return refuse(ended, begun)
  const { records, state, notes, trace } = begun
  const key = keyOf(creation)
  const beside = { ...(notes === undefined ? {} : { notes }), ...(trace === undefined ? {} : { trace }) }
  const stored = { id, records, state: storedState(state), ...beside }
  context.table.create(key === undefined ? stored : { ...stored, key }, state, (outcome) =>
    step(ended, () => {
      switch (outcome._tag) {
        // The session is there: what its kind throws answers the caller, and undoes nothing.
        case "KindFailed":
          plan.over?.()
          return answer(Exit.die(outcome.thrown))
        case "Loaded":
          plan.over?.()
          return step(answer, () => {
            const { loaded } = outcome
            context.feed.push(id, () => loaded.session.record())
            if (kept === true) context.directories.settled(state.directory)
            plan.made(loaded, answer)
          })
        case "Exists":
          return answerWith(context, outcome.id, ended)
        case "KeyConflict":
          return refuse(ended, keyConflict(key?.key ?? ""))
        default:
          return refuse(ended, storeProblem(outcome))
      }
    }),
  )
}

/** The first records of a session: its creation, and what is carried out with it. */
function beginning(
  { command, first, events }: NewSession<never>,
  { metadata, createdBy }: CreateSession,
  id: string,
  now: number,
): Encoded | Rejection {
  const noted = metadata === undefined ? command : { ...command, metadata }
  let begun: Encoded | undefined
  for (const next of [createdBy === undefined ? noted : { ...noted, createdBy }, ...(first?.() ?? [])]) {
    const decision = decide(begun?.state, next)
    if (decision._tag === "Rejected") return decision.rejection
    const author = "kind" in next && next.kind === "report" ? undefined : command.owner
    begun =
      begun === undefined
        ? encodeDrafts(id, undefined, decision.events, 1, now, author)
        : withEvents(begun, decision.events, { id, now, by: author })
  }
  if (begun === undefined) throw new Error("a new session came to nothing")
  return events === undefined ? begun : withEvents(begun, events, { id, now, by: command.owner })
}

/** The same with more events. */
function withEvents(
  begun: Encoded,
  events: ReadonlyArray<EventDraft>,
  { id, now, by }: { readonly id: string; readonly now: number; readonly by: string | undefined },
): Encoded {
  const more = encodeDrafts(id, begun.state, events, begun.records.length + 1, now, by)
  if (more === undefined) return begun
  const notes = [...(begun.notes ?? []), ...(more.notes ?? [])]
  const trace = [...(begun.trace ?? []), ...(more.trace ?? [])]
  return { ...more, records: [...begun.records, ...more.records], notes, trace }
}

/** The key of a request with what it stands for. */
function keyOf({ request, by, body: given }: Omit<Creation<never>, "plan">): AppendKey | undefined {
  if (request.key === undefined) return undefined
  const { key, wait: _, environment: __, createdBy: ___, ...body } = request
  return { key: keptKey(by, key), hash: bodyHash(given ?? body) }
}

/** Answers with the session that a key made before; one in the trash is no answer to a client that asks for a session (H-23). */
function answerWith<Part extends SessionPart>({ store, table }: CreationContext<Part>, id: string, answer: CreateAnswer): void {
  const { context } = table
  context.fork(store.get(id), (exit) => {
    if (Exit.isFailure(exit)) refuse(answer, failureOf(exit, context.report, id))
    else if (exit.value.status === "deleted") refuse(answer, inTrash(id))
    else answer(Exit.succeed({ session: exit.value, created: false }))
  })
}
