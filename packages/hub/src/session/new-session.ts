/**
 * Making a session: its first records are stored with its state in one step, then it is in memory and in the feed.
 *
 * Plain callbacks from a door to the store and back, whatever the door (decision 10). Nobody can take a creation back: once it
 * was handed to the store it goes on, although its caller went away.
 */
import * as Exit from "effect/Exit"
import type { Command } from "@holdfast/core/decide"
import { decide } from "@holdfast/core/decide"
import { type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { CreateSession } from "@holdfast/protocol/session"
import type { AppendKey } from "@holdfast/store/Store"
import type { CreateAnswer, Principal } from "../Hub.ts"
import { bodyHash, keptKey } from "./command.ts"
import { keepEnvironment, keepInherited } from "./SessionEnvironment.ts"
import { encodeDrafts, storedState } from "./encode.ts"
import type { Loaded } from "./SessionTable.ts"
import { failureOf, inTrash, keyConflict, storeProblem } from "./store-problem.ts"
import type { HubContext } from "../sessions/HubContext.ts"

/** A session that is asked for. */
export interface NewSession {
  readonly by: Principal
  readonly id: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly command: Extract<Command, { readonly _tag: "Create" }>
  /** What the key, if there is one, stands for. */
  readonly request: CreateSession
  /** Environment variables of its process, whose values are in no event. */
  readonly env: Readonly<Record<string, string>>
  /** The environment of who asks, where that is given. */
  readonly inherited: Readonly<Record<string, string>> | undefined
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
export const refuse = (answer: CreateAnswer, error: DoorError): void => answer(Exit.fail(error))

/** Stores a new session and opens it for `made`. Whatever else there is to say goes to `answer`: a key's first session, or an error. */
export function makeSession(core: HubContext, asked: NewSession, answer: CreateAnswer, made: (loaded: Loaded) => void): void {
  const { id, env, inherited } = asked
  if (Object.keys(env).length === 0 && inherited === undefined) return store(core, asked, answer, made)
  const { directories } = core.crew
  const notMade: CreateAnswer = (exit) => {
    if (Exit.isFailure(exit) || exit.value.session.id !== id) void directories.remove(id)
    answer(exit)
  }
  const stored = (loaded: Loaded): void => {
    directories.settled(id)
    made(loaded)
  }
  keep(core, asked).then(
    () => step(notMade, () => store(core, asked, notMade, stored)),
    (cause: unknown) => {
      void directories.remove(id)
      core.table.context.report("the environment of a session could not be kept", { session: id, cause: String(cause) })
      refuse(answer, new Unavailable({ message: "the environment variables could not be kept; see the hub's log" }))
    },
  )
}

/** Keeps the variables in the directory of a session that the store does not have yet. */
async function keep({ crew: { directories } }: HubContext, { id, env, inherited, command }: NewSession): Promise<void> {
  const isNamed = Object.keys(env).length > 0
  const isAgent = command.kind === "agent"
  await directories.mark(id, isNamed || isAgent)
  if (isNamed) await keepEnvironment(directories.of(id), env)
  if (inherited !== undefined) await keepInherited(directories.of(id), inherited, isAgent)
}

function store(core: HubContext, asked: NewSession, answer: CreateAnswer, made: (loaded: Loaded) => void): void {
  const { id, now, command, request } = asked
  const decision = decide(undefined, command)
  const encoded = decision._tag === "Accepted" ? encodeDrafts(id, undefined, decision.events, 1, now, command.owner) : undefined
  if (encoded === undefined) throw new Error("a new session was refused")
  const { records, state } = encoded
  const key = keyOf(request, asked.by)
  const stored = { id, records, state: storedState(state) }
  core.store.createThen(key === undefined ? stored : { ...stored, key }, (outcome) =>
    step(answer, () => {
      switch (outcome._tag) {
        case "Created": {
          const loaded = core.table.adopt(outcome.claimed, state)
          core.feed.push(id, () => loaded.session.record())
          return made(loaded)
        }
        case "Exists":
          return answerWith(core, outcome.id, answer)
        case "KeyConflict":
          return refuse(answer, keyConflict(key?.key ?? ""))
        default:
          return refuse(answer, storeProblem(outcome))
      }
    }),
  )
}

/** The key of a request with what it stands for. */
function keyOf(request: CreateSession, by: Principal): AppendKey | undefined {
  if (request.key === undefined) return undefined
  const { key, wait: _, environment: __, ...body } = request
  return { key: keptKey(by, key), hash: bodyHash(body) }
}

/** Answers with the session that a key made before; one in the trash is no answer to who asks for a session (H-23). */
function answerWith(core: HubContext, id: string, answer: CreateAnswer): void {
  const { context } = core.table
  context.fork(core.store.get(id), (exit) => {
    if (Exit.isFailure(exit)) refuse(answer, failureOf(exit, context.report, id))
    else if (exit.value.status === "deleted") refuse(answer, inTrash(id))
    else answer(Exit.succeed({ session: exit.value, created: false }))
  })
}
