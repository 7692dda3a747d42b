import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendTo, createSample, readAll, sampleEvent, sampleId, seqsOf, type StoreService } from "../src/contract/sample.ts"
import { useStore, withStore } from "../src/contract/subject.ts"
import * as SqliteStore from "../src/sqlite/SqliteStore.ts"
import { sqlitePlace } from "./sqlite-place.ts"

const text = "z".repeat(50_000)

/** Appends until the disk is full and gives the last seq that was stored. */
const fill = (store: StoreService, session: number) =>
  Effect.gen(function* () {
    for (let seq = 2; seq < 2000; seq++) {
      const outcome = yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(seq, { text })] })
      if (outcome._tag === "StorageFull") return seq - 1
      expect(outcome).toEqual({ _tag: "Appended" })
    }
    return yield* Effect.die("the disk never got full")
  })

const readable = (store: StoreService, session: number, last: number) =>
  Effect.gen(function* () {
    expect(seqsOf(yield* readAll(store, session, 0, 200_000))).toEqual(Array.from({ length: last }, (_, at) => at + 1))
    expect((yield* store.list({})).total).toBeGreaterThan(0)
  })

describe("a full database", () => {
  const limited = { name: "limited", lasts: true, place: () => sqlitePlace({ durability: "process", maxPages: 500 }) }

  it("S-12 appends that do not fit are refused as StorageFull, small neighbours of the same commit are stored", () =>
    withStore(limited, (store) =>
      Effect.gen(function* () {
        const big = yield* createSample(store, 1)
        const small = yield* createSample(store, 2)
        const last = yield* fill(store, big.session)
        const outcomes: Array<string> = []
        yield* Effect.callback<void>((resume) => {
          const done = (outcome: { readonly _tag: string }): void => {
            outcomes.push(outcome._tag)
            if (outcomes.length === 3) resume(Effect.void)
          }
          store.append({ session: small.session, epoch: 1, records: [sampleEvent(2)] }, done)
          store.append({ session: big.session, epoch: 1, records: [sampleEvent(last + 1, { text: text.repeat(20) })] }, done)
          store.append({ session: small.session, epoch: 1, records: [sampleEvent(3)] }, done)
        })
        expect(outcomes).toEqual(["Appended", "StorageFull", "Appended"])
        yield* readable(store, big.session, last)
        const refused = yield* Effect.flip(store.putSetting("large", text.repeat(30)))
        expect(refused._tag).toBe("StoreFull")
      }),
    ))
})

const probe = mkdtempSync(join(tmpdir(), "holdfast-tmpfs-"))
const mountable = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", probe]).status === 0
if (mountable) spawnSync("umount", [probe])
rmSync(probe, { recursive: true, force: true })

describe.skipIf(!mountable)("a full disk", () => {
  let folder = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-full-"))
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", folder]).status).toBe(0)
  })
  afterEach(() => {
    spawnSync("umount", [folder])
    rmSync(folder, { recursive: true, force: true })
  })

  it("check:D5 and S-12: appends fail as StorageFull, reads continue, and appends work again once there is space, without a reopen", async () => {
    const ballast = join(folder, "ballast")
    writeFileSync(ballast, new Uint8Array(4 * 1024 * 1024))
    const place = { layer: SqliteStore.layer({ path: join(folder, "data", "holdfast.db") }), remove: async () => undefined }
    const last = await useStore(place, (store) =>
      Effect.gen(function* () {
        const { session } = yield* createSample(store, 1)
        const filled = yield* fill(store, session)
        for (let again = 0; again < 5; again++) {
          expect((yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(filled + 1, { text })] }))._tag).toBe(
            "StorageFull",
          )
        }
        yield* readable(store, session, filled)
        rmSync(ballast)
        for (let seq = filled + 1; seq <= filled + 10; seq++) {
          expect(yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(seq, { text })] })).toEqual({
            _tag: "Appended",
          })
        }
        yield* readable(store, session, filled + 10)
        return filled + 10
      }),
    )
    await useStore(place, (store) =>
      Effect.gen(function* () {
        const { session } = yield* store.head(sampleId(1))
        yield* readable(store, session, last)
        expect(yield* store.verify(sampleId(1))).toBeUndefined()
      }),
    )
  })
})
