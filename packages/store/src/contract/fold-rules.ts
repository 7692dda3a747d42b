/** Contract: replacing ranges of records by one that stands for each (S-22). */
import { readRecord } from "@holdfast/protocol/record"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, readAll, sampleEvent, sampleEvents, sampleId, type StoreService } from "./sample.ts"
import { type Subject, withStore } from "./subject.ts"

/** `from-seq` of each record of a log after a seq. */
const placesOf = (store: StoreService, session: number, after = 0) =>
  Effect.map(readAll(store, session, after), (records) =>
    records.map((bytes) => {
      const { from, seq } = readRecord(bytes, 0)
      return from === seq ? `${seq}` : `${from}-${seq}`
    }),
  )

const folded = (from: number, seq: number) => sampleEvent(seq, { channel: "agent", type: "folded", turn: "t", from })

/** A log of 1 to 200 with chunks of a turn from 11 to 190 but for 100, which is of another channel. */
const turnLog = (store: StoreService) =>
  Effect.gen(function* () {
    const { session } = yield* createSample(store, 1, 10)
    for (let seq = 11; seq <= 190; seq++) {
      const chunk = sampleEvent(seq, { channel: "agent", type: "text-delta", turn: "t", text: "x".repeat(200) })
      yield* appendTo(store, { session, epoch: 1, records: [seq === 100 ? sampleEvent(100) : chunk] })
    }
    yield* appendTo(store, { session, epoch: 1, records: sampleEvents(191, 200) })
    return session
  })

const AFTER_FOLD = [
  ...Array.from({ length: 10 }, (_, at) => `${at + 1}`),
  "11-99",
  "100",
  "101-190",
  ...Array.from({ length: 10 }, (_, at) => `${at + 191}`),
]

/** Registers the rules of folding for a driver. */
export function foldRules(subject: Subject): void {
  describe("fold", () => {
    it("S-22 replaces whole records of ranges by one each, and leaves the rest as it was", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* turnLog(store)
          const { bytes } = yield* store.head(sampleId(1))
          expect(yield* store.fold(session, 1, [folded(11, 99), folded(101, 190)])).toEqual({ _tag: "Appended" })
          expect(yield* placesOf(store, session)).toEqual(AFTER_FOLD)
          const head = yield* store.head(sampleId(1))
          expect(head).toMatchObject({ firstSeq: 1, lastSeq: 200 })
          expect(head.bytes).toBeLessThan(bytes / 4)
          const sum = (yield* readAll(store, session)).reduce((all, record) => all + record.length, 0)
          expect(head.bytes).toBe(sum)
          expect((yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(201)] }))._tag).toBe("Appended")
          expect(yield* placesOf(store, session, 199)).toEqual(["200", "201"])
          expect(yield* store.verify(sampleId(1))).toBeUndefined()
        }),
      ))

    it("S-22 a cursor inside a range gets the record that stands for it, then what follows", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* turnLog(store)
          yield* store.fold(session, 1, [folded(11, 99), folded(101, 190)])
          expect((yield* placesOf(store, session, 50)).slice(0, 2)).toEqual(["11-99", "100"])
          expect((yield* placesOf(store, session, 99)).slice(0, 2)).toEqual(["100", "101-190"])
          const some = yield* store.read(session, { after: 0, maxBytes: 1e6, channel: "agent", turn: "t" })
          expect(some.records.map((bytes) => readRecord(bytes, 0).seq)).toEqual([99, 190])
        }),
      ))

    it("S-22 folding again changes nothing, and ranges can grow", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* turnLog(store)
          for (let i = 0; i < 3; i++) {
            expect((yield* store.fold(session, 1, [folded(11, 99), folded(101, 190)]))._tag).toBe("Appended")
            yield* store.settle
          }
          expect(yield* placesOf(store, session)).toEqual(AFTER_FOLD)
          expect((yield* store.fold(session, 1, [folded(11, 190)]))._tag).toBe("Appended")
          expect((yield* placesOf(store, session, 9)).slice(0, 3)).toEqual(["10", "11-190", "191"])
        }),
      ))

    it("S-22 sealed and unsealed records fold in the same way, and sealing continues afterwards", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* turnLog(store)
          yield* store.settle
          expect((yield* store.fold(session, 1, [folded(11, 99)]))._tag).toBe("Appended")
          yield* appendTo(store, {
            session,
            epoch: 1,
            records: Array.from({ length: 2000 }, (_, at) => sampleEvent(at + 201, { text: "y".repeat(100) })),
          })
          expect((yield* store.fold(session, 1, [folded(101, 190)]))._tag).toBe("Appended")
          yield* store.settle
          const places = yield* placesOf(store, session)
          expect(places.slice(0, AFTER_FOLD.length)).toEqual(AFTER_FOLD)
          expect(places).toHaveLength(AFTER_FOLD.length + 2000)
          expect(yield* store.verify(sampleId(1))).toBeUndefined()
        }),
      ))

    it("S-22 a stale epoch, a range that cuts a record and one beyond the head change nothing", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* turnLog(store)
          yield* store.fold(session, 1, [folded(11, 99)])
          const before = yield* placesOf(store, session)
          expect(yield* store.fold(session, 7, [folded(101, 190)])).toEqual({ _tag: "EpochLost", epoch: 1 })
          for (const wrong of [folded(50, 99), folded(11, 50), folded(101, 300), folded(250, 300)]) {
            expect(
              (yield* store.fold(
                session,
                1,
                [folded(101, 190), wrong].sort((a, b) => a.from - b.from),
              ))._tag,
            ).toBe("SeqConflict")
          }
          expect(yield* placesOf(store, session)).toEqual(before)
          expect(yield* store.fold(999, 1, [folded(1, 2)])).toEqual({ _tag: "NotFound" })
        }),
      ))
  })
}
