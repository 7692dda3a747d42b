/**
 * Creating an agent session (docs/PROTOCOL.md, A-1). Nothing is started: the first message does that.
 */
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { decide } from "@holdfast/core/decide"
import type { AgentSpec } from "@holdfast/protocol/agent/agent"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { CreateSession } from "@holdfast/protocol/session"
import type { Principal } from "../Hub.ts"
import { type Core, newId } from "../live/Core.ts"
import type { Created } from "../live/create.ts"
import { may } from "../live/lifecycle.ts"
import { bodyHash } from "../session/command.ts"
import { encodeDrafts, storedState } from "../session/encode.ts"
import { keyConflict, storeProblem } from "../session/store-problem.ts"
import { isDirectory } from "../terminal/PathChecks.ts"

/** Creates a session of kind `agent`; with a key once. Nothing is made when the agent, its options or the cwd are wrong. */
export const createAgent = (core: Core, request: CreateSession, by: Principal): Effect.Effect<Created, DoorError> =>
  Effect.gen(function* () {
    yield* may(by)
    const spec = yield* agentSpec(core, request)
    const now = core.now()
    const id = newId(now)
    const decision = decide(undefined, {
      _tag: "Create",
      kind: "agent",
      ...(request.label === undefined ? { label: spec.name, unnamed: true } : { label: request.label }),
      tags: request.tags ?? [],
      owner: by.name,
      agent: spec,
    })
    const encoded = decision._tag === "Accepted" ? encodeDrafts(id, undefined, decision.events, 1, now, by.name) : undefined
    if (encoded === undefined) return yield* Effect.die(new Error("a new session was refused"))
    const { key, wait: _, ...body } = request
    const made = yield* core.store
      .create({
        id,
        records: encoded.records,
        state: storedState(encoded.state),
        ...(key === undefined ? {} : { key: { key, hash: bodyHash(body) } }),
      })
      .pipe(Effect.mapError(storeProblem))
    if (made._tag === "KeyConflict") return yield* keyConflict(key ?? "")
    if (made._tag === "Exists") {
      const session = yield* core.store.get(made.id).pipe(Effect.mapError(storeProblem))
      return { session, created: false }
    }
    const { session } = core.table.adopt(made.claimed, encoded.state)
    core.feed.push(id, () => session.record())
    return { session: session.record(), created: true }
  })

/** Fields of a request that belong to terminals. */
const TERMINAL_FIELDS = ["command", "args", "cols", "rows", "term"] as const

const agentSpec = (core: Core, request: CreateSession): Effect.Effect<AgentSpec, DoorError> =>
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
    for (const [name, value] of Object.entries(env)) {
      if (!/^[^=\0]+$/.test(name) || value.includes("\0")) {
        return yield* new Unprocessable({
          message: `the environment variable ${JSON.stringify(name.slice(0, 50))} has a name or value that cannot be used`,
          field: "env",
        })
      }
    }
    const { home } = core.options.defaults
    const cwd = resolve(home, request.cwd ?? pieces.cwd ?? home)
    if (cwd.includes("\0") || !(yield* Effect.promise(() => isDirectory(cwd)))) {
      return yield* new Unprocessable({
        message: `the directory ${cwd} does not exist or cannot be entered; give another cwd`,
        field: "cwd",
      })
    }
    return { name: pieces.name, adapter: pieces.adapter, cwd, env, options }
  })
