/**
 * Starting an ended terminal again: the same command in the same session, whose log continues (docs/protocol/rules.md, T-32).
 *
 * Order as with a creation: checked, then durable with the child's id and the runner's generation, then started.
 */
import * as Effect from "effect/Effect"
import { refuseRestart } from "@holdfast/core/decide"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { LoggedTerminal, TerminalSpec } from "@holdfast/protocol/terminal-spec"
import type { RestartSession, Session } from "@holdfast/protocol/session"
import type { Principal } from "../Hub.ts"
import type { RequestContext } from "../child/KindContext.ts"
import { carried } from "../session/command.ts"
import { fromCallback } from "../session/Fork.ts"
import { keepInherited, readEnvironment } from "../session/SessionEnvironment.ts"
import { terminalSpec } from "./terminal-spec.ts"
import { TerminalPart } from "./TerminalPart.ts"
import { newId } from "../session/new-id.ts"
import { noRunner, startChild, startOf } from "./create-terminal.ts"

/** Starts the process of a terminal again; with a key once. Answers when it runs, or with the error of its start. */
export function restart(
  core: RequestContext,
  id: string,
  request: RestartSession,
  by: Principal,
): Effect.Effect<Session, DoorError> {
  return Effect.gen(function* () {
    const { session, part } = yield* core.table.open(id)
    const refused = refuseRestart(session.state)
    // What a key did before is answered without a look at what is there now.
    if (refused !== undefined && (request.key === undefined || !(part instanceof TerminalPart)))
      return yield* Effect.fail(refused)
    if (!(part instanceof TerminalPart)) return yield* Effect.die(new Error("a terminal has the part of one"))
    const before = session.state.terminal
    const size = { cols: request.cols ?? before?.cols ?? 80, rows: request.rows ?? before?.rows ?? 24 }
    const terminal =
      before === undefined ? undefined : yield* again(core, session.state.directory, { ...before.spec, ...size }, request)
    const link = yield* Effect.tryPromise({ try: () => core.fleet.current(), catch: noRunner })
    const child = newId(core.now())
    const asker = refuseRestart(session.state) === undefined ? request.environment : undefined
    if (asker !== undefined) yield* keepAsker(core, session.state.directory, asker)
    const drop = (): void => {
      // Nothing is started for this request.
      if (asker !== undefined && session.state.process !== "starting") part.pastStart()
    }
    const command = { _tag: "Restart", runner: link.generation, child, ...size } as const
    const result = yield* carried(session, { command, key: request.key, body: { _tag: "Restart" }, by }).pipe(
      Effect.tapError(() => Effect.sync(drop)),
    )
    if (terminal !== undefined && result.changed && session.state.child === child) {
      part.starting = true
      yield* startChild(core, part, link, startOf(core, session.id, child, terminal, request.environment))
    } else drop()
    return session.record()
  })
}

/** Keeps the environment of the caller until the process runs: a kill in between starts it in no other. */
const keepAsker = (
  core: RequestContext,
  directory: string,
  asker: NonNullable<RestartSession["environment"]>,
): Effect.Effect<void, Unavailable> =>
  Effect.tryPromise({
    try: () => keepInherited(core.directories.of(directory), core.askers.inherited(asker) ?? {}, false),
    catch: (cause) => new Unavailable({ message: `the environment could not be kept: ${String(cause)}` }),
  })

/** The terminal with the variables that it was made with. */
const again = (
  core: RequestContext,
  directory: string,
  spec: LoggedTerminal,
  request: RestartSession,
): Effect.Effect<TerminalSpec, DoorError> =>
  Effect.tryPromise({
    try: () => readEnvironment(core.directories.of(directory), spec.env),
    catch: (cause) => (cause instanceof Unprocessable ? cause : new Unavailable({ message: String(cause) })),
  }).pipe(Effect.flatMap((env) => checked(core, { ...spec, env }, request)))

/** The terminal as it will be opened; its directory and its program must still be there. */
const checked = (
  core: RequestContext,
  spec: TerminalSpec,
  { environment }: RestartSession,
): Effect.Effect<TerminalSpec, DoorError> =>
  fromCallback<TerminalSpec, DoorError>((answer) => {
    const request = { kind: "terminal", ...spec, ...(environment === undefined ? {} : { environment }) } as const
    terminalSpec(request, core.defaults, answer)
  })
