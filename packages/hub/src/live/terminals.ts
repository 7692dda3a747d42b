/** Operations on terminals that need no attachment: input, size, signals, the keyboard, the screen. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { refuseInput } from "@holdfast/core/decide"
import { type DoorError, SessionState, Unavailable } from "@holdfast/protocol/errors"
import type { Screen } from "@holdfast/protocol/session"
import { RequestRefused } from "@holdfast/runner/client/RunnerConnection"
import { keepKey } from "../session/command.ts"
import type { Loaded } from "../session/SessionTable.ts"
import { keyConflict, storeProblem } from "../session/store-problem.ts"
import type { ChildFollower } from "../terminal/ChildFollower.ts"
import type { PastScreens } from "../terminal/PastScreens.ts"
import { sizeProblem } from "./attach.ts"
import { type Core, newId } from "./Core.ts"
import { processKnown } from "./process-known.ts"

/**
 * Types into a terminal; with a key once (H-7). The key is the client's name to the runner, which remembers it. What it stands for is
 * durable before the child gets the input, so that another body under it is a conflict also for a hub that was started again.
 */
export const input = (
  core: Core,
  id: string,
  key: string | undefined,
  bytes: Uint8Array,
): Effect.Effect<{ readonly seq: number }, DoorError> =>
  Effect.gen(function* () {
    const { session, parts } = yield* core.table.open(id)
    const client = `key:${key === undefined ? newId(core.now()) : createHash("sha256").update(key).digest("base64url")}`
    const refused = refuseInput(session.state, client)
    if (refused !== undefined) return yield* Effect.fail(refused)
    if (key !== undefined) {
      const kept = keepKey(session, `input ${key}`, Buffer.from(bytes).toString("base64"))
      yield* Effect.mapError(kept, (error) => (error._tag === "KeyConflict" ? keyConflict(key) : error))
    }
    return yield* Effect.callback<{ readonly seq: number }, DoorError>((resume) =>
      parts.inputs.send(client, 1, bytes, (error) =>
        resume(error === undefined ? Effect.succeed({ seq: session.durableSeq }) : Effect.fail(error)),
      ),
    )
  })

/** Changes a terminal's size, as a viewer without a window. */
export const resize = (core: Core, id: string, cols: number, rows: number): Effect.Effect<void, DoorError> =>
  Effect.gen(function* () {
    const wrong = sizeProblem(cols, rows)
    if (wrong !== undefined) return yield* wrong
    const loaded = yield* core.table.open(id)
    yield* running(loaded)
    loaded.parts.presence.want(cols, rows)
  })

/** Sends a signal to the process group in the foreground. */
export const signal = (core: Core, id: string, name: string): Effect.Effect<void, DoorError> =>
  Effect.gen(function* () {
    const loaded = yield* core.table.open(id)
    const { port } = yield* running(loaded)
    yield* asked(() => port.connection.signal(port.child, name))
  })

/** What a viewer sees now; after the exit, the last screen (H-8). */
export const screen = (core: Core, past: PastScreens, id: string): Effect.Effect<Screen, DoorError> =>
  Effect.gen(function* () {
    const loaded = yield* core.table.open(id)
    const { session, parts } = loaded
    if (parts.starting) yield* processKnown(loaded)
    if (session.durable.terminal === undefined) {
      return yield* new SessionState({ message: "the session has no terminal", status: session.durable.process })
    }
    const { follower } = parts
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

/** The child that is followed; one that is being started is waited for. */
const running = (loaded: Loaded): Effect.Effect<ChildFollower, SessionState | Unavailable> => {
  const { session, parts } = loaded
  return Effect.gen(function* () {
    if (session.state.terminal === undefined) {
      return yield* new SessionState({ message: "this is an agent; it has no terminal", status: session.state.kind })
    }
    if (parts.starting) yield* processKnown(loaded)
    const { process } = session.state
    if (process !== "running" && process !== "starting") {
      return yield* new SessionState({ message: `the session's process is ${process}`, status: process })
    }
    return parts.follower ?? (yield* new Unavailable({ message: "the runner of this session is away; try again" }))
  })
}

const asked = <A>(ask: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({
    try: ask,
    catch: (cause) =>
      new Unavailable({
        message: cause instanceof RequestRefused ? cause.failure.message : "the runner went away before it answered; try again",
      }),
  })
