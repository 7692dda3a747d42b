/**
 * Creating a terminal session.
 *
 * Order: checked, then durable with the child's id and the runner's generation, then started. A kill between any two
 * steps leaves either nothing or a session whose child the next start of the hub starts under the same id.
 */
import * as Effect from "effect/Effect"
import { decide } from "@holdfast/core/decide"
import { Busy, CommandNotFound, type DoorError, InvalidSize, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import { RequestRefused } from "@holdfast/runner/client/RunnerConnection"
import { createAgent } from "../agent/create-agent.ts"
import type { Principal } from "../Hub.ts"
import type { RunnerLink } from "../runners/Fleet.ts"
import { bodyHash } from "../session/command.ts"
import { encodeDrafts, storedState } from "../session/encode.ts"
import type { Loaded } from "../session/SessionTable.ts"
import { keyConflict, storeProblem } from "../session/store-problem.ts"
import { terminalSpec } from "../terminal/terminal-spec.ts"
import { type Core, newId } from "./Core.ts"
import { processKnown } from "./process-known.ts"
import { may } from "./lifecycle.ts"

/** What a create answers with; `created` is false for a key that was used before. */
export interface Created {
  readonly session: Session
  readonly created: boolean
}

/** Creates a session; with a key once. */
export const create = (core: Core, request: CreateSession, by: Principal): Effect.Effect<Created, DoorError> =>
  Effect.gen(function* () {
    yield* may(by)
    if (request.kind === "agent") return yield* createAgent(core, request, by)
    const spec = yield* terminalSpec(request, core.options.defaults)
    const link = yield* runner(core)
    if (link.starts.waiting >= core.options.settings.childrenMax) {
      return yield* new Busy({ message: "many processes wait to be started; try again later", retryAfter: 1 })
    }
    const now = core.now()
    const id = newId(now)
    const child = newId(now)
    const label = request.label ?? defaultLabel(spec.command)
    const decision = decide(undefined, {
      _tag: "Create",
      kind: "terminal",
      label,
      tags: request.tags ?? [],
      owner: by.name,
      terminal: spec,
      child,
      runner: link.generation,
    })
    const encoded = decision._tag === "Accepted" ? encodeDrafts(id, undefined, decision.events, 1, now, by.name) : undefined
    if (encoded === undefined) return yield* Effect.die(new Error("a new session was refused"))
    const { key, wait, ...body } = request
    const store = core.store.create({
      id,
      records: encoded.records,
      state: storedState(encoded.state),
      ...(key === undefined ? {} : { key: { key, hash: bodyHash(body) } }),
    })
    const made = yield* Effect.acquireUseRelease(
      Effect.sync(() => link.starts.creation()),
      () => Effect.mapError(store, storeProblem),
      (over) => Effect.sync(over),
    )
    if (made._tag === "KeyConflict") return yield* keyConflict(key ?? "")
    if (made._tag === "Exists") {
      const session = yield* core.store.get(made.id).pipe(Effect.mapError(storeProblem))
      return { session, created: false }
    }
    const loaded = core.table.adopt(made.claimed, encoded.state)
    const { session, parts } = loaded
    core.feed.push(id, () => session.record())
    parts.starting = true
    const start = { id: child, session: id, terminal: spec, scrollback: core.options.settings.scrollback }
    // From here on the session exists: a caller that goes away changes nothing about it.
    const started = Effect.tryPromise({
      try: () => core.fleet.start(link, start, parts, wait !== false),
      catch: (cause) => cause,
    }).pipe(
      Effect.catch((cause) => startFailed(loaded, cause)),
      Effect.andThen(processKnown(loaded)),
      Effect.ensuring(Effect.sync(() => (parts.starting = false))),
      Effect.uninterruptible,
    )
    // Without waiting a failed start is told by the log alone.
    if (wait === false) yield* Effect.forkDetach(Effect.ignore(started))
    else yield* started
    return { session: session.record(), created: true }
  })

/** The runner for new children. */
const runner = (core: Core): Effect.Effect<RunnerLink, Unavailable> =>
  Effect.tryPromise({
    try: () => core.fleet.current(),
    catch: (cause) =>
      new Unavailable({ message: `no runner could be started: ${cause instanceof Error ? cause.message : String(cause)}` }),
  })

/** A refused start is written into the log and answered as the error it is; a lost answer is left to the reconciler. */
const startFailed = ({ session, parts }: Loaded, cause: unknown): Effect.Effect<void, DoorError> => {
  if (!(cause instanceof RequestRefused)) {
    parts.starting = false
    return Effect.void
  }
  const { tag, message } = cause.failure
  return Effect.callback<void, DoorError>((resume) => {
    session.submit({
      decide: (state) => decide(state, { _tag: "ProcessFailed", tag, message }),
      done: () => resume(Effect.fail(refusal(tag, message, session.state.terminal?.spec.command ?? ""))),
    })
  })
}

function refusal(tag: string, message: string, command: string): DoorError {
  switch (tag) {
    case "CommandNotFound":
      return new CommandNotFound({ message, command })
    case "Unprocessable":
      return new Unprocessable({ message })
    case "InvalidSize":
      return new InvalidSize({ message })
    case "Busy":
      return new Busy({ message, retryAfter: 1 })
    default:
      return new Unavailable({ message: `the process could not be started: ${message}` })
  }
}

/** The program's name: what a session is called when nobody says. */
function defaultLabel(command: string): string {
  // oxlint-disable-next-line no-control-regex
  const name = (command.split("/").at(-1) ?? "").replace(/[\u0000-\u001f\u007f-\u009f]/g, "").slice(0, 200)
  return name === "" ? "terminal" : name
}
