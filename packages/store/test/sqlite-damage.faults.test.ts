import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appendTo, createSample, readAll, sampleEvent, sampleId, type StoreService } from "../src/contract/sample.ts"
import { useStore } from "../src/contract/subject.ts"
import { sqlitePlace } from "./sqlite-place.ts"

const SEEDS = 40
const SESSIONS = 6
const NAMED = new Set(["DataDamaged", "StoreUnusable", "NoSuchSession", "StoreTooNew"])

let place: Awaited<ReturnType<typeof sqlitePlace>>
const whole = new Map<number, string>()

const hashOf = (records: ReadonlyArray<Uint8Array>): string => Buffer.concat(records).toString("base64")

beforeAll(async () => {
  place = await sqlitePlace({ durability: "process" })
  await useStore(place, (store) =>
    Effect.gen(function* () {
      for (let n = 1; n <= SESSIONS; n++) {
        const { session } = yield* createSample(store, n)
        for (let seq = 2; seq <= 900; seq++) {
          const text = "y".repeat((seq * n) % 300)
          store.append(
            { session, epoch: 1, records: [sampleEvent(seq, { text })], key: { key: `k${seq}`, hash: "h" } },
            () => undefined,
          )
        }
        yield* appendTo(store, { session, epoch: 1, records: [] })
        if (n % 2 === 0) yield* store.settle
        whole.set(n, hashOf(yield* readAll(store, session)))
      }
    }),
  )
  copyFileSync(place.path, `${place.path}.whole`)
})
afterAll(() => place.remove())

/** What a session's log gives: its content, or the tag of the error it is refused with. */
const look = (store: StoreService, n: number) =>
  Effect.gen(function* () {
    const { session } = yield* store.head(sampleId(n))
    return hashOf(yield* readAll(store, session, 0, 65_536))
  }).pipe(Effect.catch((error) => Effect.succeed(error._tag)))

/** Opens the damaged store and says which sessions gave an error; fails when one gives wrong data. */
async function damagedSessions(): Promise<ReadonlyArray<number> | "refused"> {
  const opened = useStore(place, (store) =>
    Effect.gen(function* () {
      const damaged: Array<number> = []
      for (let n = 1; n <= SESSIONS; n++) {
        const got = yield* look(store, n)
        if (got === whole.get(n)) continue
        expect([n, NAMED.has(got)]).toEqual([n, true])
        damaged.push(n)
      }
      const listed = yield* Effect.result(store.list({}))
      if (listed._tag === "Failure") expect(NAMED.has(listed.failure._tag)).toBe(true)
      return damaged
    }),
  )
  return opened.catch((error: unknown) => {
    expect(NAMED.has(String(Reflect.get(error as object, "_tag")))).toBe(true)
    return "refused" as const
  })
}

const random = (seed: number): number => {
  let x = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

describe("a damaged database file", () => {
  it("check:D7 and S-10: after one flipped bit each session returns its right data or a named error", async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const bytes = readFileSync(`${place.path}.whole`)
      const at = Math.floor(random(seed) * bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (seed % 8))
      writeFileSync(place.path, bytes)
      const damaged = await damagedSessions()
      expect([seed, at, damaged === "refused" || damaged.length < SESSIONS || at < 8192]).toEqual([seed, at, true])
    }
  }, 120_000)

  it("check:D7 and S-10: a file that was cut returns right data or a named error", async () => {
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      copyFileSync(`${place.path}.whole`, place.path)
      truncateSync(place.path, Math.floor(readFileSync(place.path).length * share))
      await damagedSessions()
    }
  })

  it("S-10 a damaged piece or state concerns its own session and names it; the others are readable, listed and written", async () => {
    copyFileSync(`${place.path}.whole`, place.path)
    const db = new DatabaseSync(place.path)
    db.exec("UPDATE pieces SET bytes = zeroblob(length(bytes)) WHERE session = 1 AND to_seq > 400")
    db.exec("DELETE FROM pieces WHERE session = 2 AND to_seq > 300 AND from_seq < 500")
    db.exec("UPDATE sessions SET record = replace(record, 'label of', 'lie of') WHERE handle = 3")
    db.exec("UPDATE pieces SET kinds = 'agent/lie' WHERE session = 4")
    db.exec("UPDATE keys SET first = first + 1 WHERE session = 5")
    db.exec("DELETE FROM pieces WHERE session = 6 AND to_seq = (SELECT max(to_seq) FROM pieces WHERE session = 6)")
    db.close()
    await useStore(place, (store) =>
      Effect.gen(function* () {
        for (const n of [1, 2, 4, 6]) expect([n, yield* look(store, n)]).toEqual([n, "DataDamaged"])
        for (const n of [3, 5]) expect(yield* look(store, n)).toBe(whole.get(n))
        expect(yield* store.verify(sampleId(1))).toMatchObject({ _tag: "DataDamaged", session: sampleId(1) })
        expect(yield* store.verify(sampleId(5))).toBeUndefined()
        for (const n of [3, 6])
          expect(yield* Effect.flip(store.claim(sampleId(n)))).toMatchObject({ _tag: "DataDamaged", session: sampleId(n) })
        expect(yield* Effect.flip(store.get(sampleId(3)))).toMatchObject({ _tag: "DataDamaged", session: sampleId(3) })
        const filtered = yield* Effect.flip(store.read(4, { after: 0, maxBytes: 1000, channel: "session" }))
        expect(filtered._tag).toBe("DataDamaged")
        expect((yield* Effect.flip(store.keyed(5, "k7")))._tag).toBe("StoreUnusable")
        const listed = yield* store.list({ sort: "created" })
        expect(listed.sessions).toHaveLength(SESSIONS)
        expect(listed.sessions.filter((one) => one.problem !== undefined).map((one) => one.id)).toEqual([sampleId(3)])
        const { session, epoch, nextSeq } = yield* store.claim(sampleId(5))
        expect((yield* appendTo(store, { session, epoch, records: [sampleEvent(nextSeq)] }))._tag).toBe("Appended")
      }),
    )
  })
})
