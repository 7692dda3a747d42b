/**
 * Creating a terminal session.
 *
 * Order: checked, then durable with the child's id and the runner's generation, then started. A kill between any two
 * steps leaves either nothing or a session whose child the next start of the hub starts under the same id.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import { Busy, CommandNotFound, type DoorError, InvalidSize, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { LoggedTerminal, TerminalSpec } from "@holdfast/protocol/event"
import type { CreateSession } from "@holdfast/protocol/session"
import { headOf } from "@holdfast/protocol/text-cut"
import { RequestRefused, type StartTerminal } from "@holdfast/link/RunnerConnection"
import { createAgent } from "../agent/create-agent.ts"
import type { CreateAnswer, Principal } from "../Hub.ts"
import { forgetInherited } from "../session/SessionEnvironment.ts"
import type { RunnerLink } from "../child/Fleet.ts"
import type { Loaded } from "../session/SessionTable.ts"
import { terminalSpec } from "./terminal-spec.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { newId } from "../session/new-id.ts"
import { readOnly } from "../sessions/lifecycle.ts"
import { makeSession, type NewSession, refuse, step } from "../session/new-session.ts"
import { processKnown } from "../child/process-known.ts"

/** Creates a session, from a door to the store and back without an effect; with a key once. */
export function create(core: HubContext, request: CreateSession, by: Principal, answer: CreateAnswer): void {
  if (by.scope === "read") return refuse(answer, readOnly())
  if (request.kind === "agent") return createAgent(core, request, by, answer)
  terminalSpec(request, core.options.defaults, (spec) => {
    if ("_tag" in spec) return refuse(answer, spec)
    const { ready } = core.fleet
    if (ready !== undefined) return step(answer, () => place(core, request, by, spec, ready, answer))
    core.fleet.current().then(
      (link) => step(answer, () => place(core, request, by, spec, link, answer)),
      (cause: unknown) => refuse(answer, noRunner(cause)),
    )
  })
}

/** The refusal where no runner can be had. */
export const noRunner = (cause: unknown): Unavailable =>
  new Unavailable({ message: `no runner could be started: ${cause instanceof Error ? cause.message : String(cause)}` })

/** Stores the session with its child's id and runner, then has the child started. */
function place(
  core: HubContext,
  request: CreateSession,
  by: Principal,
  spec: TerminalSpec,
  link: RunnerLink,
  answer: CreateAnswer,
): void {
  if (link.starts.waiting >= core.options.settings.childrenMax) {
    return refuse(answer, new Busy({ message: "many processes wait to be started; try again later", retryAfter: 1 }))
  }
  const now = core.now()
  const child = newId(now)
  const command: NewSession["command"] = {
    _tag: "Create",
    kind: "terminal",
    label: request.label ?? defaultLabel(spec.command),
    tags: request.tags ?? [],
    owner: by.name,
    terminal: loggedTerminal(spec),
    child,
    runner: link.generation,
  }
  const over = link.starts.creation()
  const ended: CreateAnswer = (exit) => {
    over()
    answer(exit)
  }
  const asker = request.environment
  const inherited = asker && core.askers.inherited(asker)
  makeSession(core, { by, id: newId(now), now, command, request, env: spec.env, inherited }, ended, (loaded) => {
    over()
    const { session, parts } = loaded
    // From here on the session exists: a caller that goes away changes nothing about it.
    parts.starting = true
    const start = startOf(core, session.id, child, spec, asker)
    const begin = (done: CreateAnswer): void =>
      core.table.context.fork(startChild(core, loaded, link, start), (exit) =>
        done(Exit.map(exit, () => ({ session: session.record(), created: true }))),
      )
    if (request.wait !== false) return begin(answer)
    // Without waiting a failed start is told by the log alone.
    link.starts.patiently(() => begin(() => {}))
    answer(Exit.succeed({ session: session.record(), created: true }))
  })
}

/** A terminal as the log has it. */
const loggedTerminal = (spec: TerminalSpec): LoggedTerminal => ({ ...spec, env: Object.keys(spec.env) })

/** The start of a terminal's child, with what it inherits. */
export function startOf(
  core: HubContext,
  session: string,
  child: string,
  terminal: TerminalSpec,
  asker: CreateSession["environment"],
): StartTerminal {
  if (asker !== undefined) core.askers.note(asker)
  const environment = core.askers.inherited(asker)
  const start = { id: child, session, terminal, scrollback: core.options.settings.scrollback }
  return environment === undefined ? start : { ...start, environment }
}

/** Starts the child of a session, and waits until the log says what became of it. */
export const startChild = (
  core: HubContext,
  loaded: Loaded,
  link: RunnerLink,
  start: StartTerminal,
): Effect.Effect<void, DoorError> =>
  Effect.tryPromise({
    try: () => core.fleet.start(link, start, loaded.parts),
    catch: (cause) => cause,
  }).pipe(
    Effect.catch((cause) => startFailed(loaded, cause)),
    Effect.andThen(processKnown(loaded)),
    Effect.ensuring(
      Effect.sync(() => {
        loaded.parts.starting = false
        if (start.environment !== undefined && loaded.session.state.process !== "starting") forgetAsker(core, start.session)
      }),
    ),
  )

/** A terminal that runs needs the kept environment of who asked no more. */
export function forgetAsker({ crew }: Pick<HubContext, "crew">, session: string): void {
  forgetInherited(crew.directory(session)).catch((cause: unknown) =>
    crew.report("the kept environment of a started terminal could not be removed", { session, cause: String(cause) }),
  )
}

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
  const name = headOf((command.split("/").at(-1) ?? "").replace(/[\u0000-\u001f\u007f-\u009f]/g, ""), 200)
  return name === "" ? "terminal" : name
}
