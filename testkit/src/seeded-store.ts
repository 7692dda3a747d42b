/**
 * A data directory that was used for long: written through the store itself, at its own speed, before any hub starts on it.
 */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeEvent } from "@holdfast/protocol/record"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { type AppendOutcome, type Claimed, Store } from "@holdfast/store/Store"
import { sessionSeed } from "./session-seed.ts"

/** Events in one append. */
const BATCH = 500

/** Appends under way. */
const WIDTH = 16

/** A session that was stored. */
export interface StoredSession {
  readonly id: string
  /** Last seq of its log. */
  readonly last: number
}

/** Stores a session for each length: ended terminals whose logs have this many events. Nothing else may use `data` meanwhile. */
export function seedData(data: string, lengths: ReadonlyArray<number>): Promise<ReadonlyArray<StoredSession>> {
  return Effect.gen(function* () {
    const context = yield* Layer.build(SqliteStore.layer({ path: join(data, "holdfast.db"), durability: "process" }))
    const store = Context.get(context, Store)
    const stored = yield* Effect.forEach(lengths, (length, at) => seedSession(store, at, length), { concurrency: WIDTH })
    yield* store.settle
    return stored
  }).pipe(Effect.scoped, Effect.runPromise)
}

const seedSession = (store: Store["Service"], at: number, length: number): Effect.Effect<StoredSession> =>
  Effect.gen(function* () {
    const seed = sessionSeed(at)
    const made = yield* store.create(seed)
    if (made._tag !== "Created") throw new Error(`create: ${made._tag}`)
    const { claimed } = made
    for (let next = claimed.nextSeq; next <= length; next += BATCH)
      yield* append(store, claimed, next, Math.min(length, next + BATCH - 1))
    return { id: seed.id, last: Math.max(length, claimed.nextSeq - 1) }
  }).pipe(Effect.orDie)

const append = (store: Store["Service"], { session, epoch }: Claimed, from: number, to: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const records = Array.from({ length: to - from + 1 }, (_, i) =>
      encodeEvent({
        seq: from + i,
        time: 1_790_000_000_000 + from + i,
        channel: "session",
        type: "marked",
        by: "owner",
        data: { text: `mark ${from + i}: the quick brown fox jumps over the lazy dog, again and again and again` },
      }),
    )
    store.append({ session, epoch, records }, (outcome: AppendOutcome) =>
      resume(outcome._tag === "Appended" ? Effect.void : Effect.die(new Error(`append: ${JSON.stringify(outcome)}`))),
    )
  })
