/**
 * Starting an ended terminal again: the same command in the same session, whose log continues (docs/PROTOCOL.md, T-32).
 *
 * Order as with a creation: checked, then durable with the child's id and the runner's generation, then started.
 */
import * as Effect from "effect/Effect"
import { refuseRestart } from "@holdfast/core/decide"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { LoggedTerminal, TerminalSpec } from "@holdfast/protocol/event"
import type { RestartSession, Session } from "@holdfast/protocol/session"
import type { Principal } from "../Hub.ts"
import type { RunnerLink } from "../child/Fleet.ts"
import { carryOut } from "../session/command.ts"
import type { Loaded } from "../session/SessionTable.ts"
import type { WorkResult } from "../session/Work.ts"
import { keepInherited, readEnvironment } from "../session/SessionEnvironment.ts"
import { terminalSpec } from "./terminal-spec.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { newId } from "../session/new-id.ts"
import { forgetAsker, noRunner, startChild, startOf } from "./create-terminal.ts"
import { may } from "../sessions/lifecycle.ts"

/** Starts the process of a terminal again; with a key once. Answers when it runs, or with the error of its start. */
export const restart = (
  core: HubContext,
  id: string,
  request: RestartSession,
  by: Principal,
): Effect.Effect<Session, DoorError> =>
  Effect.gen(function* () {
    yield* may(by)
    const loaded = yield* core.table.open(id)
    const { session } = loaded
    // What a key did before is answered without a look at what is there now.
    if (request.key === undefined) {
      const refused = refuseRestart(session.state)
      if (refused !== undefined) return yield* Effect.fail(refused)
    }
    const before = session.state.terminal
    const size = { cols: request.cols ?? before?.cols ?? 80, rows: request.rows ?? before?.rows ?? 24 }
    const terminal = before === undefined ? undefined : yield* again(core, id, { ...before.spec, ...size }, request)
    const link = yield* Effect.tryPromise({ try: () => core.fleet.current(), catch: noRunner })
    const child = newId(core.now())
    const asker = refuseRestart(session.state) === undefined ? request.environment : undefined
    if (asker !== undefined) yield* keepAsker(core, session.id, asker)
    const drop = (): void => {
      // Nothing is started for this request.
      if (asker !== undefined && session.state.process !== "starting") forgetAsker(core, session.id)
    }
    const result = yield* order(loaded, link, { child, ...size }, request, by).pipe(Effect.tapError(() => Effect.sync(drop)))
    if (terminal !== undefined && result.changed && session.state.child === child) {
      loaded.parts.starting = true
      yield* startChild(core, loaded, link, startOf(core, session.id, child, terminal, request.environment))
    } else drop()
    return session.record()
  })

/** Keeps the environment of who asks until the process runs: a kill in between starts it in no other. */
const keepAsker = (
  core: HubContext,
  id: string,
  asker: NonNullable<RestartSession["environment"]>,
): Effect.Effect<void, Unavailable> =>
  Effect.tryPromise({
    try: () => keepInherited(core.crew.directory(id), core.askers.inherited(asker) ?? {}, false),
    catch: (cause) => new Unavailable({ message: `the environment could not be kept: ${String(cause)}` }),
  })

/** The terminal with the variables that it was made with. */
const again = (
  core: HubContext,
  id: string,
  spec: LoggedTerminal,
  request: RestartSession,
): Effect.Effect<TerminalSpec, DoorError> =>
  Effect.tryPromise({
    try: () => readEnvironment(core.crew.directory(id), spec.env),
    catch: (cause) => (cause instanceof Unprocessable ? cause : new Unavailable({ message: String(cause) })),
  }).pipe(Effect.flatMap((env) => checked(core, { ...spec, env }, request)))

/** The terminal as it will be opened; its directory and its program must still be there. */
const checked = (core: HubContext, spec: TerminalSpec, { environment }: RestartSession): Effect.Effect<TerminalSpec, DoorError> =>
  Effect.callback<TerminalSpec, DoorError>((resume) => {
    const request = { kind: "terminal", ...spec, ...(environment === undefined ? {} : { environment }) } as const
    terminalSpec(request, core.options.defaults, (found) => resume("_tag" in found ? Effect.fail(found) : Effect.succeed(found)))
  })

const order = (
  { session }: Loaded,
  { generation }: RunnerLink,
  start: { readonly child: string; readonly cols: number; readonly rows: number },
  { key }: RestartSession,
  by: Principal,
): Effect.Effect<Extract<WorkResult, { readonly _tag: "Done" }>, DoorError> =>
  Effect.callback((resume) => {
    const command = { _tag: "Restart", runner: generation, ...start } as const
    carryOut(session, { command, key, body: { _tag: "Restart" }, by }, (result) =>
      resume(result._tag === "Done" ? Effect.succeed(result) : Effect.fail(result.error)),
    )
  })
