/**
 * Sessions with a past, as a hub would have left them: each event at its own time, written through the store itself, with the traces
 * and the state that a hub would have stored, before any hub starts on the data.
 */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SessionState } from "@holdfast/core/state"
import { encodeDrafts, storedState } from "@holdfast/hub/inside/session/encode"
import type { EventDraft } from "@holdfast/protocol/events"
import { uuidV7 } from "@holdfast/protocol/ids"
import { encodeEvent, type LogRecord } from "@holdfast/protocol/record"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { Store } from "@holdfast/store/Store"
import type { TracePoint } from "@holdfast/store/Traces"

/** Events of one moment, in epoch milliseconds. */
export interface PastMoment {
  readonly at: number
  readonly events: ReadonlyArray<EventDraft>
}

/** A session's past; the first event creates it. */
export interface Past {
  readonly moments: ReadonlyArray<PastMoment>
  /** Up to which seq its log was trimmed. */
  readonly trimmed?: number
}

/** Stores the sessions; gives their ids, in their order. Nothing else may use `data` meanwhile. */
export function seedPasts(data: string, pasts: ReadonlyArray<Past>): Promise<ReadonlyArray<string>> {
  return Effect.gen(function* () {
    const context = yield* Layer.build(SqliteStore.layer({ path: join(data, "holdfast.db"), durability: "process" }))
    const store = Context.get(context, Store)
    const ids = yield* Effect.forEach(pasts, (past) => seedPast(store, past))
    yield* store.settle
    return ids
  }).pipe(Effect.scoped, Effect.orDie, Effect.runPromise)
}

const seedPast = (store: Store["Service"], { moments, trimmed }: Past) =>
  Effect.gen(function* () {
    const id = uuidV7(moments[0]?.at ?? 0, crypto.getRandomValues(new Uint8Array(10)))
    const { records, trace, state } = encoded(id, moments)
    const made = yield* store.create({ id, records, state: storedState(state), trace })
    if (made._tag !== "Created") throw new Error(`create: ${made._tag}`)
    if (trimmed === undefined) return id
    const { session, epoch, nextSeq } = made.claimed
    const bytes = records.slice(0, trimmed).reduce((sum, { bytes: record }) => sum + record.length, 0)
    const notice = encodeEvent({
      seq: nextSeq,
      time: moments.at(-1)?.at ?? 0,
      channel: "system",
      type: "trimmed",
      data: { through: trimmed, bytes, reason: "the log's limit" },
    })
    const outcome = yield* store.trim(session, epoch, trimmed, notice)
    if (outcome._tag !== "Appended") throw new Error(`trim: ${outcome._tag}`)
    return id
  })

function encoded(id: string, moments: ReadonlyArray<PastMoment>) {
  const records: Array<LogRecord> = []
  const trace: Array<TracePoint> = []
  let state: SessionState | undefined
  for (const { at, events } of moments) {
    const one = encodeDrafts(id, state, events, records.length + 1, at, "owner")
    if (one === undefined) throw new Error("the past makes no session")
    records.push(...one.records)
    trace.push(...(one.trace ?? []))
    state = one.state
  }
  if (state === undefined) throw new Error("a past has a beginning")
  return { records, trace, state }
}
