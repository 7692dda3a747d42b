/**
 * Sessions that are too long for one append: they begin in the trash, get what they hold batch by batch, each under a key of its
 * own, and leave the trash with the last (docs/protocol/rules.md, A-71, H-20).
 *
 * What was begun does not end with its caller. After a kill it is continued when it is asked for again, or purged in a day.
 */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AppendKey } from "@holdfast/store/Store"
import { appendOnce } from "../session/command.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { AgentRequestContext } from "./AgentContext.ts"

/** What was broken off is kept this long, in milliseconds. */
const KEPT_MILLIS = 24 * 3600_000

/** One append of a long session, and what tells which it is. */
export interface Batch {
  readonly events: ReadonlyArray<EventDraft>
  /** Hash of its key. */
  readonly hash: string
}

/** What a long session is filled with. */
export interface Filling {
  /** What it is filled by: its batches have the keys `NAME-1`, `NAME-2`, and so on. */
  readonly name: string
  /** Number of the batch that `next` gives first; 1 when absent. */
  readonly from?: number
  readonly next: Effect.Effect<Batch | undefined, DoorError>
  /** What is appended as it leaves the trash. */
  readonly last: ReadonlyArray<EventDraft>
  /** The key of the end. */
  readonly end: AppendKey
}

/** The event with which a long session begins: no one is told of a trash that it leaves by itself. */
export function begunInTrash(now: number): EventDraft {
  return { name: "session/deleted", data: { purgeAt: now + KEPT_MILLIS }, isQuiet: true }
}

/** What a key was used for in a session. */
export function keyed(core: AgentRequestContext, { handle }: OpenSession, key: string) {
  return core.store.keyed(handle, key).pipe(Effect.mapError(storeProblem))
}

/** Appends what is not there yet, and takes the session out of the trash. Two that do it at once come to the same. */
export function fill(
  session: OpenSession,
  { name, from = 1, next, last, end }: Filling,
  by: string,
): Effect.Effect<void, DoorError> {
  return Effect.gen(function* () {
    for (let number = from; ; number++) {
      const batch = yield* next
      if (batch === undefined) break
      yield* appendOnce(session, batch.events, { key: `${name}-${number}`, hash: batch.hash }, by)
    }
    yield* appendOnce(session, [...last, { name: "session/restored", data: {}, isQuiet: true }], end, by)
  })
}
