/** Operations on terminals that need no attachment: input, size, signals, the keyboard, the screen. */
import { createHash, randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { refuseInput } from "@holdfast/core/decide"
import { type DoorError, SessionNotReady, Unavailable } from "@holdfast/protocol/errors"
import type { Screen } from "@holdfast/protocol/session"
import { failureOf, keyConflict, storeProblem } from "../session/store-problem.ts"
import { type ChildFollower, inputKey } from "../child/ChildFollower.ts"
import { runnerAway } from "../child/RunnerWait.ts"
import type { PastScreens } from "./PastScreens.ts"
import type { RequestContext } from "../child/KindContext.ts"
import { requestProblem } from "../child/door-error.ts"
import { processKnown } from "../child/process-known.ts"
import { fromCallback } from "../session/Fork.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { sizeProblem } from "../session/size-problem.ts"
import { TerminalPart } from "./TerminalPart.ts"

/**
 * Inputs without a key are not sent again: all of this hub's are one client to the runner, so that they push no other out of its memory
 * . Numbers of all sessions together, so that none comes twice in a session that was unloaded in between.
 */
const keyless = { client: `hub-${randomUUID()}`, number: 0 }

/** Longest time in which a runner that is connected answers, in milliseconds. */
const ANSWER_WAIT = 10_000

/** Longest time in which input is taken, in milliseconds: a program that reads nothing lets it wait, and so does a start. */
const TAKEN_WAIT = 15_000

const notTaken = (): Unavailable =>
  new Unavailable({
    message: "the program has not read the input yet, but still may; with a key, it can be sent again without being typed twice",
  })

/** Types into a terminal; with a key once, for as long as the session remembers its keys, with the same answer each time (H-7, R-19). */
export function input(
  core: RequestContext,
  id: string,
  key: string | undefined,
  bytes: Uint8Array,
): Effect.Effect<{ readonly seq: number }, DoorError> {
  return Effect.gen(function* () {
    const { session, part } = yield* core.table.open(id)
    if (!(part instanceof TerminalPart)) return yield* noTerminal(session)
    if (key !== undefined) return yield* keyedInput(part, key, bytes)
    const refused = refuseInput(session.state, undefined)
    if (refused !== undefined) return yield* Effect.fail(refused)
    return yield* fromCallback<{ readonly seq: number }, DoorError>((answer) =>
      part.inputs.send(keyless.client, ++keyless.number, bytes, (error) => answer(error ?? { seq: session.durableSeq })),
    )
  }).pipe(Effect.timeoutOrElse({ duration: TAKEN_WAIT, orElse: () => Effect.fail(notTaken()) }))
}

const keyedInput = (
  { session, keyed }: TerminalPart,
  key: string,
  bytes: Uint8Array,
): Effect.Effect<{ readonly seq: number }, DoorError> =>
  fromCallback((answer) => {
    const name = createHash("sha256").update(key).digest("base64url")
    const hash = createHash("sha256").update(bytes).digest("base64url")
    const mine = keyed.claim(name, hash, (result) => {
      if (result === "conflict") answer(keyConflict(key))
      else answer("error" in result ? result.error : { seq: result.seq })
    })
    if (!mine) return
    const { context, handle } = session
    context.fork(context.store.keyed(handle, inputKey(name)), (exit) => {
      if (Exit.isFailure(exit)) return keyed.settle(name, { error: failureOf(exit, context.report, session.id) })
      const known = exit.value
      if (known !== undefined) return keyed.settle(name, known.hash === hash ? { seq: known.last } : "conflict")
      const refused = refuseInput(session.state, undefined)
      if (refused !== undefined) return keyed.settle(name, { error: refused })
      // What cannot be confirmed is not typed: who is told that it failed would send it again.
      session.tryStore((problem) => {
        if (problem === undefined) keyed.hand(name, bytes)
        else keyed.settle(name, { error: problem })
      })
    })
  })

/** Changes a terminal's size, as a viewer without a window. */
export function resize(core: RequestContext, id: string, cols: number, rows: number): Effect.Effect<void, DoorError> {
  return Effect.gen(function* () {
    const wrong = sizeProblem(cols, rows)
    if (wrong !== undefined) return yield* wrong
    const { session, part } = yield* core.table.open(id)
    if (!(part instanceof TerminalPart)) return yield* noTerminal(session)
    yield* running(part)
    part.presence.want(cols, rows)
  })
}

/** Sends a signal to the process group in the foreground. */
export function signal(core: RequestContext, id: string, name: string): Effect.Effect<void, DoorError> {
  return Effect.gen(function* () {
    const { session, part } = yield* core.table.open(id)
    if (!(part instanceof TerminalPart)) return yield* noTerminal(session)
    const { port } = yield* running(part)
    yield* asked(() => port.connection.signal(port.child, name))
  })
}

/** What a viewer sees now; after the exit, the last screen (H-8). */
export function screen(core: RequestContext, past: PastScreens, id: string): Effect.Effect<Screen, DoorError> {
  return Effect.gen(function* () {
    const { session, part } = yield* core.table.open(id)
    if (!(part instanceof TerminalPart)) return yield* noTerminal(session)
    if (part.starting) yield* processKnown(part)
    const { follower } = part
    if (follower !== undefined && follower.port.child !== 0) {
      const { port } = follower
      const { position, ...shown } = yield* asked(() => port.connection.screen(port.child))
      return { ...shown, seq: follower.positions.find(position)?.seq ?? session.durableSeq }
    }
    const kept = yield* core.store.checkpoint(session.handle).pipe(Effect.mapError(storeProblem))
    if (kept === undefined) {
      return yield* new Unavailable({ message: "no screen of this terminal was kept; read its events instead" })
    }
    return yield* Effect.tryPromise({
      try: () => past.show(kept),
      catch: (cause) => new Unavailable({ message: `the kept screen could not be shown: ${String(cause)}` }),
    })
  })
}

/** The refusal of what only a terminal can do. */
const noTerminal = ({ state }: OpenSession): SessionNotReady =>
  new SessionNotReady({ message: `a session of kind ${state.kind} has no terminal`, status: state.status })

/** The child that is followed; one that is being started is waited for. */
const running = (part: TerminalPart): Effect.Effect<ChildFollower, SessionNotReady | Unavailable> =>
  Effect.gen(function* () {
    if (part.starting) yield* processKnown(part)
    const { process } = part.session.state
    if (process !== "running" && process !== "starting") {
      return yield* new SessionNotReady({ message: `the session's process is ${process}`, status: process })
    }
    return part.follower ?? (yield* new Unavailable({ message: "the runner of this session is away; try again" }))
  })

/** Asks a runner, which must answer in a bounded time. */
const asked = <A>(ask: () => Promise<A>): Effect.Effect<A, DoorError> =>
  Effect.tryPromise({
    try: ask,
    catch: (cause): DoorError => requestProblem(cause, { what: "the runner refused" }),
  }).pipe(Effect.timeoutOrElse({ duration: ANSWER_WAIT, orElse: () => Effect.fail(runnerAway()) }))
