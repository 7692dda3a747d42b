/** Commands as effects, and commands with a key: carried out once (docs/PROTOCOL.md, S-6). */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Command } from "@holdfast/core/decide"
import { decide } from "@holdfast/core/decide"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Changed } from "../Hub.ts"
import type { OpenSession } from "./OpenSession.ts"
import { keyConflict, storeProblem } from "./store-problem.ts"
import type { WorkResult } from "./Work.ts"

/** Hash of a command's body: equal bodies have equal hashes. */
export const bodyHash = (body: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(body, (_, value: unknown) => sorted(value)))
    .digest("base64url")

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

interface InFlight {
  readonly hash: string
  readonly waiters: Array<(result: WorkResult) => void>
}

/** Keyed commands under way, per session; entries leave when their command is answered. */
const underWay = new WeakMap<OpenSession, Map<string, InFlight>>()

/** Carries out a command in the session's loop; with a key once, ever. `body` is what a key stands for. */
export const execute = (
  session: OpenSession,
  command: Command,
  by: string,
  key?: string,
  body: unknown = command,
): Effect.Effect<Changed, DoorError> =>
  Effect.flatMap(
    key === undefined ? submit(session, command, by) : keyed(session, command, by, key, bodyHash(body)),
    (result): Effect.Effect<Changed, DoorError> =>
      result._tag === "Refused"
        ? Effect.fail(result.error)
        : Effect.succeed({ session: session.record(), seq: result.first, changed: result.changed }),
  )

const submit = (session: OpenSession, command: Command, by: string, key?: { readonly key: string; readonly hash: string }) =>
  Effect.callback<WorkResult>((resume) => {
    session.submit({
      decide: (state) => decide(state, command),
      by,
      ...(key === undefined ? {} : { key }),
      done: (result) => resume(Effect.succeed(result)),
    })
  })

const keyed = (
  session: OpenSession,
  command: Command,
  by: string,
  key: string,
  hash: string,
): Effect.Effect<WorkResult, DoorError> =>
  Effect.suspend(() => {
    let keys = underWay.get(session)
    if (keys === undefined) underWay.set(session, (keys = new Map()))
    const flight = keys.get(key)
    if (flight !== undefined) {
      if (flight.hash !== hash) return Effect.fail(keyConflict(key))
      return Effect.callback<WorkResult>((resume) => {
        flight.waiters.push((result) => resume(Effect.succeed(result)))
      })
    }
    const mine: InFlight = { hash, waiters: [] }
    const map = keys
    map.set(key, mine)
    const answer = (result: WorkResult): void => {
      map.delete(key)
      for (const waiter of mine.waiters) waiter(result)
    }
    return first(session, command, by, key, hash).pipe(
      Effect.tap((result) => Effect.sync(() => answer(result))),
      Effect.tapError((error) => Effect.sync(() => answer({ _tag: "Refused", error }))),
      // The command goes on although its caller went away: others may wait for it.
      Effect.uninterruptible,
    )
  })

const first = (
  session: OpenSession,
  command: Command,
  by: string,
  key: string,
  hash: string,
): Effect.Effect<WorkResult, DoorError> =>
  session.context.store.keyed(session.handle, key).pipe(
    Effect.mapError(storeProblem),
    Effect.flatMap((known): Effect.Effect<WorkResult, DoorError> => {
      if (known === undefined) return submit(session, command, by, { key, hash })
      return known.hash === hash
        ? Effect.succeed({ _tag: "Done", first: known.first, last: known.last, changed: true })
        : Effect.fail(keyConflict(key))
    }),
  )
