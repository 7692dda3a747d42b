import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, sampleEvent, sampleId } from "../src/contract/sample.ts"
import { withStore } from "../src/contract/subject.ts"
import { sqlitePlace } from "./sqlite-place.ts"

const DELAY = 300

const slow = { name: "slow SQLite store", lasts: true, place: () => sqlitePlace({ commitDelay: DELAY }) }

describe("a commit that takes long", () => {
  it("check:D3 and S-1: no outcome and no reader is earlier than the commit, and 64 writers share it", () =>
    withStore(slow, (store) =>
      Effect.gen(function* () {
        const sessions = yield* Effect.forEach(
          Array.from({ length: 64 }, (_, at) => at + 1),
          (n) => createSample(store, n),
          { concurrency: "unbounded" },
        )
        const { commits } = yield* store.stats
        const began = performance.now()
        let told = 0
        const all = Effect.forEach(
          sessions,
          ({ session }) =>
            Effect.tap(appendTo(store, { session, epoch: 1, records: [sampleEvent(2)] }), () => Effect.sync(() => told++)),
          { concurrency: "unbounded" },
        )
        const early = Effect.gen(function* () {
          for (let look = 0; performance.now() - began < DELAY * 0.9; look++) {
            expect((yield* store.head(sampleId(1 + (look % 64)))).lastSeq).toBe(1)
            expect(told).toBe(0)
            yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          }
        })
        const [outcomes] = yield* Effect.all([all, early], { concurrency: "unbounded" })
        const took = performance.now() - began
        expect(outcomes.map((outcome) => outcome._tag)).toEqual(sessions.map(() => "Appended"))
        expect(took).toBeGreaterThanOrEqual(DELAY)
        // What is sent while a commit is under way shares the next one.
        expect((yield* store.stats).commits - commits).toBeLessThanOrEqual(4)
      }),
    ))
})
