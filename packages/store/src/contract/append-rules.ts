/** Contract: appends (S-1 to S-7, S-19). */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { AppendOutcome } from "../Store.ts"
import { appendTo, createSample, readAll, sampleEvent, sampleEvents, sampleId, sampleState, seqsOf } from "./sample.ts"
import { type Subject, withStore } from "./subject.ts"

/** Registers the rules of appends for a driver. */
export function appendRules(subject: Subject): void {
  describe("append", () => {
    it("S-1 an acknowledged append is there for every reader", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          for (let seq = 2; seq < 20; seq++) {
            expect(yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(seq)] })).toEqual({ _tag: "Appended" })
            expect((yield* store.head(sampleId(1))).lastSeq).toBe(seq)
            expect(seqsOf((yield* store.read(session, { after: seq - 1, maxBytes: 1000 })).records)).toEqual([seq])
          }
        }),
      ))

    it("S-2 an append that does not begin at the next seq, or has a gap in itself, is refused and writes nothing", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 3)
          const conflict = { _tag: "SeqConflict", next: 4 }
          const refused = [
            [sampleEvent(3)],
            [sampleEvent(5)],
            [sampleEvent(4), sampleEvent(6)],
            [sampleEvent(4), sampleEvent(4)],
            [sampleEvent(5, { from: 3 })],
          ]
          for (const records of refused) expect(yield* appendTo(store, { session, epoch: 1, records })).toEqual(conflict)
          expect(yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(6, { from: 4 }), sampleEvent(7)] })).toEqual({
            _tag: "Appended",
          })
          expect(seqsOf(yield* readAll(store, session))).toEqual([1, 2, 3, 6, 7])
        }),
      ))

    it("S-3 an append with a stale or unknown epoch is refused and writes nothing", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          yield* store.claim(sampleId(1))
          const request = { session, records: [sampleEvent(2)], state: sampleState(sampleId(1), { label: "stolen" }) }
          expect(yield* appendTo(store, { ...request, epoch: 1 })).toEqual({ _tag: "EpochLost", epoch: 2 })
          expect(yield* appendTo(store, { ...request, epoch: 3 })).toEqual({ _tag: "EpochLost", epoch: 2 })
          expect((yield* store.get(sampleId(1))).label).not.toBe("stolen")
          expect((yield* store.head(sampleId(1))).lastSeq).toBe(1)
          expect(yield* appendTo(store, { session: session + 999, epoch: 1, records: [sampleEvent(1)] })).toEqual({
            _tag: "NotFound",
          })
        }),
      ))

    it("S-4 each claim raises the epoch and hands over what was stored", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const made = yield* createSample(store, 1, 2)
          const journal = { runner: "runner-1", child: "child-1", position: 7 }
          yield* appendTo(store, { session: made.session, epoch: 1, records: [sampleEvent(3)], journal })
          const second = yield* store.claim(sampleId(1))
          const third = yield* store.claim(sampleId(1))
          expect([made.epoch, second.epoch, third.epoch]).toEqual([1, 2, 3])
          expect(third).toMatchObject({
            session: made.session,
            id: sampleId(1),
            log: made.log,
            firstSeq: 1,
            nextSeq: 4,
            journal,
            change: made.change,
          })
          expect(third.inner).toBe(sampleState(sampleId(1)).inner)
          expect(yield* appendTo(store, { session: made.session, epoch: 2, records: [sampleEvent(4)] })).toEqual({
            _tag: "EpochLost",
            epoch: 3,
          })
          const missing = yield* Effect.flip(store.claim(sampleId(9)))
          expect(missing._tag).toBe("NoSuchSession")
        }),
      ))

    it("S-5 a refused append stores neither its state nor its journal position nor its key", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          const all = {
            session,
            epoch: 1,
            state: sampleState(sampleId(1), { label: "new" }),
            journal: { runner: "r", child: "c", position: 9 },
            key: { key: "k", hash: "h" },
          }
          expect((yield* appendTo(store, { ...all, records: [sampleEvent(5)] }))._tag).toBe("SeqConflict")
          expect(yield* store.keyed(session, "k")).toBeUndefined()
          expect((yield* store.get(sampleId(1))).label).not.toBe("new")
          expect((yield* appendTo(store, { ...all, records: [sampleEvent(2)] }))._tag).toBe("Appended")
          expect(yield* store.keyed(session, "k")).toEqual({ hash: "h", first: 2, last: 2 })
          const claimed = yield* store.claim(sampleId(1))
          expect(claimed.journal).toEqual(all.journal)
          expect(claimed.record).toBe(all.state.record)
        }),
      ))

    it("S-5 an append without records stores state and journal position and takes no seq", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session, change } = yield* createSample(store, 1)
          const journal = { runner: "r", child: "c", position: 3 }
          const outcome = yield* appendTo(store, {
            session,
            epoch: 1,
            records: [],
            journal,
            state: sampleState(sampleId(1), { label: "quiet" }),
          })
          expect(outcome).toMatchObject({ _tag: "Appended" })
          expect(outcome._tag === "Appended" ? outcome.change : undefined).toBeGreaterThan(change)
          const claimed = yield* store.claim(sampleId(1))
          expect(claimed).toMatchObject({ nextSeq: 2, journal })
        }),
      ))

    it("S-6 trap:22 the same key and hash returns the first seqs, another hash a conflict, both append nothing", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          const request = { session, epoch: 1, key: { key: "once", hash: "a" } }
          expect((yield* appendTo(store, { ...request, records: sampleEvents(2, 3) }))._tag).toBe("Appended")
          for (const records of [sampleEvents(2, 3), [sampleEvent(4)], [sampleEvent(99)]]) {
            expect(yield* appendTo(store, { ...request, records })).toEqual({ _tag: "Repeated", first: 2, last: 3 })
          }
          const other = { ...request, key: { key: "once", hash: "b" } }
          expect(yield* appendTo(store, { ...other, records: [sampleEvent(4)] })).toEqual({ _tag: "KeyConflict" })
          expect((yield* store.head(sampleId(1))).lastSeq).toBe(3)
          const { session: second } = yield* createSample(store, 2)
          expect((yield* appendTo(store, { ...request, session: second, records: [sampleEvent(2)] }))._tag).toBe("Appended")
        }),
      ))

    it("S-6 a key without records is kept, and takes no seq", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          const request = { session, epoch: 1, records: [], key: { key: "bare", hash: "a" } }
          expect((yield* appendTo(store, request))._tag).toBe("Appended")
          expect((yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(2)] }))._tag).toBe("Appended")
          expect((yield* appendTo(store, request))._tag).toBe("Repeated")
          expect((yield* appendTo(store, { ...request, key: { key: "bare", hash: "b" } }))._tag).toBe("KeyConflict")
          expect(yield* store.keyed(session, "bare")).toMatchObject({ hash: "a" })
          expect((yield* store.head(sampleId(1))).lastSeq).toBe(2)
        }),
      ))

    it("S-7 a creation's key names its session also while it is in the trash, and is free once that is purged (fault:N71)", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const create = (n: number, key: string) => {
            const state = { ...sampleState(sampleId(n), { status: "deleted" }), purgeAt: 1000 }
            return store.create({ id: sampleId(n), records: sampleEvents(1, 1), state, key: { key, hash: "body" } })
          }
          expect(yield* create(1, "one make")).toMatchObject({ _tag: "Created" })
          expect(yield* create(2, "one make")).toEqual({ _tag: "Exists", id: sampleId(1) })
          expect(yield* create(3, "two make")).toMatchObject({ _tag: "Created", claimed: { id: sampleId(3) } })
          expect(yield* store.purge(1000, 10)).toHaveLength(2)
          expect(yield* create(4, "one make")).toMatchObject({ _tag: "Created", claimed: { id: sampleId(4) } })
        }),
      ))

    it("S-7 creates with one key make one session, also at the same moment", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const key = { key: "make", hash: "body" }
          const create = (n: number) =>
            store.create({ id: sampleId(n), records: sampleEvents(1, 1), state: sampleState(sampleId(n)), key })
          const made = yield* Effect.all([1, 2, 3, 4, 5].map(create), { concurrency: "unbounded" })
          expect(made.filter((one) => one._tag === "Created")).toHaveLength(1)
          expect(
            new Set(made.map((one) => (one._tag === "Created" ? one.claimed.id : one._tag === "Exists" ? one.id : ""))),
          ).toEqual(new Set([sampleId(1)]))
          expect((yield* store.list({})).total).toBe(1)
          const other = yield* store.create({
            id: sampleId(6),
            records: [],
            state: sampleState(sampleId(6)),
            key: { ...key, hash: "other" },
          })
          expect(other).toEqual({ _tag: "KeyConflict" })
          expect(yield* store.create({ id: sampleId(1), records: [], state: sampleState(sampleId(1)) })).toEqual({
            _tag: "Exists",
            id: sampleId(1),
          })
        }),
      ))

    it("S-19 outcomes come in the order of the appends, each once, not before the call returns", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const sessions = [yield* createSample(store, 1), yield* createSample(store, 2)]
          const told: Array<[number, AppendOutcome["_tag"]]> = []
          const expected: Array<[number, AppendOutcome["_tag"]]> = []
          yield* Effect.callback<void>((resume) => {
            const total = 400
            for (let n = 0; n < total; n++) {
              const session = sessions[n % 2]?.session ?? 0
              const stale = n % 7 === 3
              expected.push([n, stale ? "EpochLost" : "Appended"])
              const nth = expected.filter(([m, tag]) => m % 2 === n % 2 && tag === "Appended").length
              store.append({ session, epoch: stale ? 0 : 1, records: [sampleEvent(1 + nth)] }, (outcome) => {
                told.push([n, outcome._tag])
                if (told.length === total) resume(Effect.void)
              })
            }
            expect(told).toEqual([])
          })
          expect(told).toEqual(expected)
        }),
      ))

    it("S-19 a store that is closed answers every append that waits, and refuses later ones", async () => {
      const told: Array<string> = []
      const late = await withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          for (let seq = 2; seq < 102; seq++)
            store.append({ session, epoch: 1, records: [sampleEvent(seq)] }, (outcome) => told.push(outcome._tag))
          return { store, session }
        }),
      )
      expect(told).toHaveLength(100)
      expect(new Set(told)).toEqual(new Set(["Appended"]))
      const refused = await Effect.runPromise(
        appendTo(late.store, { session: late.session, epoch: 1, records: [sampleEvent(102)] }),
      )
      expect(refused._tag).toBe("Failed")
      const closed = await Effect.runPromise(Effect.flip(late.store.list({})))
      expect(closed).toMatchObject({ _tag: "StoreUnusable", reason: "closed" })
    })
  })
}
