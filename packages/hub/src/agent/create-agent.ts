/**
 * Creating an agent session (docs/PROTOCOL.md, A-1). Nothing is started: the first message does that.
 */
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import type { AgentSpec } from "@holdfast/protocol/agent/agent"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { CreateSession } from "@holdfast/protocol/session"
import type { CreateAnswer, Principal } from "../Hub.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { newId } from "../session/new-id.ts"
import { makeSession, type NewSession, step } from "../session/new-session.ts"
import { environmentProblem } from "../session/environment.ts"
import { isDirectoryThere } from "../session/PathChecks.ts"
import { noDirectory } from "../terminal/terminal-spec.ts"
import { directoryTrust } from "./trust/check-directory.ts"

/** Creates a session of kind `agent`; with a key once. Nothing is made when the agent, its options or the cwd are wrong. */
export function createAgent(core: HubContext, request: CreateSession, by: Principal, answer: CreateAnswer): void {
  const asked = agentSpec(core, request).pipe(
    Effect.flatMap(({ spec, env }) =>
      Effect.map(
        Effect.promise(() => directoryTrust(core.crew, spec)),
        (trust) => ({ spec, env, trust }),
      ),
    ),
  )
  core.table.context.fork(asked, (exit) =>
    step(answer, () => {
      if (Exit.isFailure(exit)) return answer(Exit.failCause(exit.cause))
      const { spec, env, trust } = exit.value
      const now = core.now()
      const command: NewSession["command"] = {
        _tag: "Create",
        kind: "agent",
        ...(request.label === undefined ? { label: spec.name, unnamed: true } : { label: request.label }),
        tags: request.tags ?? [],
        owner: by.name,
        agent: spec,
      }
      makeSession(
        core,
        { by, id: newId(now), now, command, request, env, inherited: inheritedOf(core, request) },
        answer,
        ({ session }) => {
          const made = (): void => answer(Exit.succeed({ session: session.record(), created: true }))
          if (trust === undefined) return made()
          session.submit({ decide: (state) => decide(state, { kind: "report", _tag: "AgentDirectory", trust }), done: made })
        },
      )
    }),
  )
}

/** The environment of who asks, for every start of the agent; what belongs to a login is later ones' too (T-29). */
function inheritedOf({ askers }: HubContext, { environment }: CreateSession): NewSession["inherited"] {
  if (environment === undefined) return undefined
  askers.note(environment)
  return askers.inherited(environment)
}

type Variables = NewSession["env"]

/** Fields of a request that belong to terminals. */
const TERMINAL_FIELDS = ["command", "args", "cols", "rows", "term"] as const

const agentSpec = (
  core: HubContext,
  request: CreateSession,
): Effect.Effect<{ readonly spec: AgentSpec; readonly env: Variables }, DoorError> =>
  Effect.gen(function* () {
    const field = TERMINAL_FIELDS.find((name) => request[name] !== undefined)
    if (field !== undefined) {
      return yield* new Unprocessable({ message: `${field} belongs to terminals; leave it out for an agent`, field })
    }
    const { catalog, settings } = core.crew
    const named = request.agent ?? (settings.agent === "" ? undefined : settings.agent)
    const pieces = yield* catalog.find(named)
    const options = { ...pieces.options, ...request.options }
    yield* catalog.validate(pieces, options)
    const env = request.env ?? {}
    const problem = environmentProblem(env) ?? environmentProblem(request.environment ?? {}, "environment")
    if (problem !== undefined) return yield* problem
    const { home } = core.options.defaults
    const cwd = resolve(home, request.cwd ?? pieces.cwd ?? home)
    if (cwd.includes("\0") || !(yield* isDirectoryThere(cwd))) return yield* noDirectory(cwd)
    return { spec: { name: pieces.name, adapter: pieces.adapter, cwd, env: Object.keys(env), options }, env }
  })
