/**
 * A store with seeded faults: slow commits, full disks, and the death of the hub between commit and outcome.
 */
import * as Effect from "effect/Effect"
import { type AppendOutcome, type AppendRequest, type Chunk, Store } from "@holdfast/store/Store"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"

/** Bugs that can be planted in the store. */
export type StoreBug = "forget-keys" | "acknowledge-early" | "order-by-time"

/** Faults one can do to the store of one hub. */
export interface FaultyStore {
  readonly service: Store["Service"]
  /** Appends find the disk full until `free`. */
  readonly fill: () => void
  readonly free: () => void
  /** The hub is dead: what is under way is committed or not, by chance, and no one hears of it. */
  readonly die: () => void
}

interface Pending {
  readonly request: AppendRequest
  readonly done: (outcome: AppendOutcome) => void
}

const byTime = (chunk: Chunk): Chunk => ({
  ...chunk,
  records: [...chunk.records].sort((a, b) => decodeRecord(readRecord(a, 0)).time - decodeRecord(readRecord(b, 0)).time),
})

/** Puts faults in front of a store. */
export function faultyStore(inner: Store["Service"], random: () => number, bug: StoreBug | undefined): FaultyStore {
  let waiting: Array<Pending> = []
  let planned = false
  let full = false
  let dead = false

  const commit = (batch: ReadonlyArray<Pending>): void => {
    for (const { request, done } of batch) {
      if (full) {
        done({ _tag: "StorageFull", message: "no space left (simulated)" })
        continue
      }
      inner.append(request, (outcome) => {
        if (!dead) done(outcome)
      })
    }
  }
  const flush = (): void => {
    planned = false
    const batch = waiting
    waiting = []
    if (!dead) commit(batch)
  }

  const service = Store.of({
    ...inner,
    append: (request, done) => {
      if (dead) return
      const { key: _, ...unkeyed } = request
      const last = request.records.at(-1)
      if (bug === "acknowledge-early" && random() < 0.2 && last !== undefined) {
        waiting.push({ request, done: () => {} })
        setTimeout(() => dead || done({ _tag: "Appended" }), 0)
      } else waiting.push({ request: bug === "forget-keys" ? unkeyed : request, done })
      if (planned) return
      planned = true
      setTimeout(flush, random() < 0.6 ? 0 : Math.floor(random() * 12))
    },
    keyed: (session, key) => (bug === "forget-keys" ? Effect.succeed(undefined) : inner.keyed(session, key)),
    read: (session, range) =>
      inner.read(session, range).pipe(
        Effect.tap(() => Effect.sleep(random() < 0.7 ? 0 : Math.floor(random() * 6))),
        Effect.map((chunk) => (bug === "order-by-time" ? byTime(chunk) : chunk)),
      ),
  })
  return {
    service,
    fill: () => {
      full = true
    },
    free: () => {
      full = false
    },
    die: () => {
      // A crash commits a prefix of what was under way.
      const upTo = Math.floor(random() * (waiting.length + 1))
      const batch = waiting.slice(0, upTo)
      waiting = []
      dead = true
      commit(batch.map(({ request }) => ({ request, done: () => {} })))
    },
  }
}
