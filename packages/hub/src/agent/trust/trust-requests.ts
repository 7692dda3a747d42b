/** What people ask about the trust of directories. */
import { realpath } from "node:fs/promises"
import { isAbsolute, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { broughtTogether } from "@holdfast/core/agent/brought"
import type {
  DirectoryTrust,
  LookAtDirectory,
  SetTrust,
  TrustedDirectory,
  TrustList,
  WaitingDirectory,
} from "@holdfast/protocol/agent/trust"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import { headOf } from "@holdfast/protocol/text-cut"
import type { StoreError } from "@holdfast/store/Store"
import type { Principal } from "../../Hub.ts"
import type { AgentRequestContext } from "../AgentContext.ts"
import { AgentPart } from "../AgentPart.ts"
import { storeProblem } from "../../session/store-problem.ts"
import { PAGE } from "../../session/read-sizes.ts"

/** Sessions that are looked through, the latest first. */
const SESSIONS_MAX = 2000

const relative = (path: string): Unprocessable =>
  new Unprocessable({ message: `${headOf(path, 200)} is not an absolute path`, field: "directory" })
const absent = (path: string): Unprocessable =>
  new Unprocessable({ message: `there is no directory ${headOf(path, 200)}; choose one that exists`, field: "directory" })

/** A directory without links; with `gone` one that is not there any more keeps its name. */
const resolved = (path: string, gone: boolean): Effect.Effect<string, DoorError> => {
  if (!isAbsolute(path) || path.includes("\0")) return Effect.fail(relative(path))
  return Effect.tryPromise({ try: () => realpath(path), catch: () => absent(path) }).pipe(
    Effect.catch((problem) => (gone ? Effect.succeed(resolve(path)) : Effect.fail(problem))),
  )
}

/** What a directory brings for an agent, and what people say of it. */
export function lookAt(
  core: AgentRequestContext,
  { directory, agent }: LookAtDirectory,
): Effect.Effect<DirectoryTrust, DoorError> {
  return Effect.gen(function* () {
    const { agents } = core
    const pieces = yield* agents.catalog.find(agent ?? (agents.settings.agent === "" ? undefined : agents.settings.agent))
    const path = yield* resolved(directory, false)
    const { home } = core.defaults
    const found = yield* Effect.tryPromise({ try: () => agents.catalog.look(path, pieces, home), catch: () => absent(path) })
    return agents.trust.judge(found)
  })
}

/** The words of people, and the directories that wait for one. */
export function trustList(core: AgentRequestContext): Effect.Effect<TrustList, DoorError> {
  return Effect.map(agentSessions(core), (sessions) => {
    const waiting = new Map<string, WaitingDirectory>()
    for (const { id, label, agent } of sessions) {
      if (agent?.trust === undefined) continue
      const { directory, brings } = agent.trust
      if (core.agents.trust.stateOf(directory, brings) !== "waiting") continue
      const known = waiting.get(directory)
      waiting.set(directory, {
        directory,
        brings: known === undefined ? brings : broughtTogether(known.brings, brings),
        sessions: [...(known?.sessions ?? []), { session: id, label, agent: agent.name }],
      })
    }
    return { directories: core.agents.trust.all, waiting: [...waiting.values()] }
  })
}

/** Keeps a person's word, or the one that was first; sessions below the directory are told, and idle agents start again with it. */
export function setTrust(
  core: AgentRequestContext,
  { directory: path, trusted, unlessDecided = false }: SetTrust,
  by: Principal,
): Effect.Effect<TrustedDirectory, DoorError> {
  return Effect.gen(function* () {
    const directory = yield* resolved(path, false)
    const { trust } = core.agents
    const word: TrustedDirectory = { directory, trusted, by: by.name, at: core.now() }
    return yield* decided(core, unlessDecided ? trust.sayFirst(word) : trust.say(word))
  })
}

/** Takes a word back; what runs already runs on, the next start is without it. */
export function revokeTrust(core: AgentRequestContext, path: string): Effect.Effect<{ readonly revoked: boolean }, DoorError> {
  return Effect.gen(function* () {
    const { trust } = core.agents
    const directory = yield* resolved(path, true)
    const said = trust.all.some((word) => word.directory === directory) ? directory : resolve(path)
    return { revoked: yield* decided(core, trust.revoke(said)) }
  })
}

/** What is kept reaches the sessions, also when who decided is gone meanwhile. */
const decided = <A>(core: AgentRequestContext, kept: Effect.Effect<A, StoreError>): Effect.Effect<A, DoorError> =>
  kept.pipe(
    Effect.mapError(storeProblem),
    Effect.tap(() => tellSessions(core)),
    Effect.uninterruptible,
  )

/** Every session whose directory stands otherwise than its record says is told. */
const tellSessions = (core: AgentRequestContext): Effect.Effect<void, DoorError> =>
  Effect.gen(function* () {
    for (const { id, agent } of yield* agentSessions(core)) {
      if (agent?.trust === undefined) continue
      const { directory, brings, state } = agent.trust
      if (core.agents.trust.stateOf(directory, brings) === state) continue
      const { part } = yield* core.table.open(id)
      if (part instanceof AgentPart) part.driver.judged()
    }
  })

/** The sessions of agents that are not in the trash, the latest first, as they are now. */
const agentSessions = (core: AgentRequestContext): Effect.Effect<ReadonlyArray<Session>, DoorError> =>
  Effect.gen(function* () {
    const sessions: Array<Session> = []
    let cursor: string | null | undefined
    do {
      const query = { kind: "agent", limit: PAGE, ...(cursor ? { cursor } : {}) } as const
      const page = yield* core.store.list(query).pipe(Effect.mapError(storeProblem))
      sessions.push(...page.sessions.map((stored) => core.table.peek(stored.id)?.session.record() ?? stored))
      cursor = page.next
    } while (cursor !== null && sessions.length < SESSIONS_MAX)
    return sessions
  })
