/** Sample sessions and events for the contract suite. */
import { type LogRecord, encodeEvent, encodeOutput, readRecord } from "@holdfast/protocol/record"
import { uuidV7 } from "@holdfast/protocol/ids"
import * as Effect from "effect/Effect"
import type { AppendOutcome, AppendRequest, Claimed, Store, StoredState } from "../Store.ts"

/** The store as the suite's bodies get it. */
export type StoreService = Store["Service"]

/** The id of sample session `n`; ids of different numbers differ at the beginning and at the end. */
export function sampleId(n: number): string {
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, n)
  return uuidV7(1_700_000_000_000 + n * 60_000, random)
}

/** A state of session `id`; `change` replaces some of it, in the record too. */
export function sampleState(id: string, change: Partial<StoredState> = {}): StoredState {
  const columns = {
    kind: "terminal",
    status: "active",
    process: "running",
    label: `label of ${id.slice(-4)}`,
    owner: "owner",
    pinned: false,
    tags: [],
    createdAt: 1000,
    updatedAt: 2000,
    lastActiveAt: 3000,
    ...change,
  }
  const { inner: _inner, record: _record, ...shown } = columns
  const record = {
    id,
    version: 1,
    directory: id,
    turn: { status: "idle" },
    queue: [],
    permissions: [],
    firstSeq: -1,
    lastSeq: -1,
    change: -1,
    ...shown,
  }
  return { inner: `{"of":"${id}"}`, ...columns, record: change.record ?? JSON.stringify(record) }
}

/** A JSON event; `turn` and `channel` for filters. */
export function sampleEvent(
  seq: number,
  options: {
    readonly channel?: "session" | "agent" | "turn"
    readonly type?: string
    readonly turn?: string
    readonly from?: number
    readonly text?: string
  } = {},
): LogRecord {
  const { channel = "session", type = "marked", turn, from, text = `event ${seq}` } = options
  return encodeEvent({
    seq,
    time: 1000 + seq,
    channel,
    type,
    data: { text },
    ...(turn === undefined ? {} : { turn }),
    ...(from === undefined ? {} : { from }),
  })
}

/** Terminal output of `size` bytes. */
export function sampleOutput(seq: number, size = 32): LogRecord {
  return encodeOutput(seq, 1000 + seq, new Uint8Array(size).fill(seq % 251))
}

/** Sample events from one seq to another. */
export function sampleEvents(from: number, to: number): Array<LogRecord> {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => sampleEvent(from + at))
}

/** Appends and waits for the outcome. */
export function appendTo(store: StoreService, request: AppendRequest): Effect.Effect<AppendOutcome> {
  return Effect.callback<AppendOutcome>((resume) => store.append(request, (outcome) => resume(Effect.succeed(outcome))))
}

/** Makes sample session `n` with its first `events` events. Dies when it exists. */
export function createSample(
  store: StoreService,
  n: number,
  events = 1,
  change: Partial<StoredState> = {},
): Effect.Effect<Claimed> {
  return Effect.gen(function* () {
    const id = sampleId(n)
    const made = yield* store.create({ id, records: sampleEvents(1, events), state: sampleState(id, change) })
    return made._tag === "Created" ? made.claimed : yield* Effect.die(`session ${n} is ${made._tag}`)
  }).pipe(Effect.orDie)
}

/** Every record of a log after a seq, read in pieces of `maxBytes`; `limit` bounds the reads. */
export function readAll(store: StoreService, session: number, after = 0, maxBytes = 4096, limit = 100_000) {
  return Effect.gen(function* () {
    const records: Array<Uint8Array> = []
    let at = after
    for (let reads = 0; reads < limit; reads++) {
      const chunk = yield* store.read(session, { after: at, maxBytes })
      records.push(...chunk.records)
      if (chunk.atHead) return records
      if (chunk.last <= at) return yield* Effect.die(`a read behind ${at} did not go on`)
      at = chunk.last
    }
    return yield* Effect.die("the log has no end")
  })
}

/** Seqs of some encoded records. */
export function seqsOf(records: ReadonlyArray<Uint8Array>): Array<number> {
  return records.map((bytes) => readRecord(bytes, 0).seq)
}
