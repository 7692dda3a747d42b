/**
 * Creating a terminal session.
 *
 * Order: checked, then durable with the child's id and the runner's generation, then started. A kill between any two
 * steps leaves either nothing or a session whose child the next start of the hub starts under the same id.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import { Busy, type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { LoggedTerminal, TerminalSpec } from "@holdfast/protocol/terminal-spec"
import type { CreateSession } from "@holdfast/protocol/session"
import { headOf } from "@holdfast/protocol/text-cut"
import { RequestRefused, type StartTerminal } from "@holdfast/link/RunnerConnection"
import type { CreateAnswer, Principal } from "../Hub.ts"
import { doorErrorOf } from "../child/door-error.ts"
import type { KindContext } from "../child/KindContext.ts"
import { processKnown } from "../child/process-known.ts"
import type { RunnerLink } from "../child/RunnerLink.ts"
import { fromCallback } from "../session/Fork.ts"
import { newId } from "../session/new-id.ts"
import type { NewSession, Planned } from "../session/SessionKind.ts"
import { terminalSpec } from "./terminal-spec.ts"
import type { TerminalPart } from "./TerminalPart.ts"

type PlannedTerminal = Planned<TerminalPart>

/** Checks the terminal that a request asks for, and has a runner ready for it. */
export function planTerminal(context: KindContext, request: CreateSession, by: Principal, planned: PlannedTerminal): void {
  terminalSpec(request, context.defaults, (spec) => {
    if ("_tag" in spec) return planned(Exit.fail(spec))
    const { ready } = context.fleet
    if (ready !== undefined) return planned(newTerminal(context, request, by, spec, ready))
    context.fleet.current().then(
      (link) => planned(newTerminal(context, request, by, spec, link)),
      (cause: unknown) => planned(Exit.fail(noRunner(cause))),
    )
  })
}

/** The refusal where no runner can be had. */
export function noRunner(cause: unknown): Unavailable {
  return new Unavailable({ message: `no runner could be started: ${cause instanceof Error ? cause.message : String(cause)}` })
}

/** The session to be stored, with its child's id and runner; once it is there the child is started. */
function newTerminal(
  context: KindContext,
  request: CreateSession,
  by: Principal,
  spec: TerminalSpec,
  link: RunnerLink,
): Exit.Exit<NewSession<TerminalPart>, Busy> {
  if (link.starts.waiting >= context.settings.childrenMax) {
    return Exit.fail(new Busy({ message: "too many processes are waiting to start; try again later", retryAfter: 1 }))
  }
  const child = newId(context.now())
  const asker = request.environment
  return Exit.succeed({
    command: {
      _tag: "Create",
      kind: "terminal",
      label: request.label ?? defaultLabel(spec.command),
      tags: request.tags ?? [],
      owner: by.name,
      terminal: loggedTerminal(spec),
      child,
      runner: link.generation,
    },
    env: spec.env,
    inherited: asker && context.askers.inherited(asker),
    inheritsAgain: false,
    over: link.starts.creation(),
    made: ({ session, part }, answer) => {
      // From here on the session exists: a caller that goes away changes nothing about it.
      part.starting = true
      const start = startOf(context, session.id, child, spec, asker)
      const begin = (done: CreateAnswer): void => {
        context.fork(startChild(context, part, link, start), (exit) =>
          done(Exit.map(exit, () => ({ session: session.record(), created: true }))),
        )
      }
      if (request.wait !== false) return begin(answer)
      // Without waiting a failed start is reported by the log alone.
      link.starts.patiently(() => begin(() => {}))
      answer(Exit.succeed({ session: session.record(), created: true }))
    },
  })
}

/** A terminal as the log has it. */
const loggedTerminal = (spec: TerminalSpec): LoggedTerminal => ({ ...spec, env: Object.keys(spec.env) })

/** The start of a terminal's child, with what it inherits. */
export function startOf(
  context: KindContext,
  session: string,
  child: string,
  terminal: TerminalSpec,
  asker: CreateSession["environment"],
): StartTerminal {
  if (asker !== undefined) context.askers.note(asker)
  const environment = context.askers.inherited(asker)
  const start = { id: child, session, terminal, scrollback: context.settings.scrollback }
  return environment === undefined ? start : { ...start, environment }
}

/** Starts the child of a session, and waits until the log says what became of it. */
export function startChild(
  context: KindContext,
  part: TerminalPart,
  link: RunnerLink,
  start: StartTerminal,
): Effect.Effect<void, DoorError> {
  return Effect.tryPromise({
    try: () => context.fleet.start(link, start, part),
    catch: (cause) => cause,
  }).pipe(
    Effect.catch((cause) => startFailed(part, cause)),
    Effect.andThen(processKnown(part)),
    Effect.ensuring(
      Effect.sync(() => {
        part.starting = false
        if (start.environment !== undefined && part.session.state.process !== "starting") part.pastStart()
      }),
    ),
  )
}

/** A refused start is written into the log and answered as the error it is; a lost answer is left to the reconciler. */
function startFailed(part: TerminalPart, cause: unknown): Effect.Effect<void, DoorError> {
  if (!(cause instanceof RequestRefused)) {
    part.starting = false
    return Effect.void
  }
  const { session } = part
  const { tag, message } = cause.failure
  const command = session.state.terminal?.spec.command ?? ""
  const asked = { what: "the process could not be started", command }
  return fromCallback<void, DoorError>((answer) =>
    session.submit({
      decide: (state) => decide(state, { _tag: "ProcessFailed", tag, message }),
      done: () => answer(doorErrorOf(cause.failure, asked)),
    }),
  )
}

/** The program's name: what a session is called when no one says. */
function defaultLabel(command: string): string {
  // oxlint-disable-next-line no-control-regex
  const name = headOf((command.split("/").at(-1) ?? "").replace(/[\u0000-\u001f\u007f-\u009f]/g, ""), 200)
  return name === "" ? "terminal" : name
}
