/** Contract: reading, filters, trimming, checkpoints and sealing (S-8, S-9, S-11, S-20). */
import * as Effect from "effect/Effect"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import { describe, expect, it } from "vitest"
import {
  appendTo,
  createSample,
  readAll,
  sampleEvent,
  sampleEvents,
  sampleId,
  sampleOutput,
  seqsOf,
  type StoreService,
} from "./sample.ts"
import { type Subject, withStore } from "./subject.ts"

const seqs = (from: number, to: number): Array<number> => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** A session of 1 to 3000: small events, now and then a large output, appended in groups of different size. */
const longLog = (store: StoreService, n: number) =>
  Effect.gen(function* () {
    const { session } = yield* createSample(store, n)
    let next = 2
    for (let group = 1; next <= 3000; group++) {
      const to = Math.min(3000, next + (group % 5))
      const records = seqs(next, to).map((seq) => (seq % 500 === 0 ? sampleOutput(seq, 40_000) : sampleEvent(seq)))
      store.append({ session, epoch: 1, records }, () => undefined)
      next = to + 1
    }
    expect((yield* appendTo(store, { session, epoch: 1, records: [] }))._tag).toBe("Appended")
    return session
  })

/** Registers the rules of reading for a driver. */
export function readRules(subject: Subject): void {
  describe("read", () => {
    it("S-8 returns whole records in order after any seq, bounded in bytes and count", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* longLog(store, 1)
          for (const after of [0, 1, 499, 500, 1500, 2998, 2999]) {
            expect(seqsOf(yield* readAll(store, session, after))).toEqual(seqs(after + 1, 3000))
          }
          const some = yield* store.read(session, { after: 10, maxBytes: 1_000_000, maxRecords: 3 })
          expect(seqsOf(some.records)).toEqual([11, 12, 13])
          expect(some).toMatchObject({ last: 13, atHead: false })
          const large = yield* store.read(session, { after: 499, maxBytes: 10 })
          expect(seqsOf(large.records)).toEqual([500])
          const bounded = yield* store.read(session, { after: 0, maxBytes: 5000 })
          expect(bounded.records.reduce((sum, record) => sum + record.length, 0)).toBeLessThanOrEqual(5000)
          expect(yield* store.read(session, { after: 3000, maxBytes: 10 })).toEqual({ records: [], last: 3000, atHead: true })
        }),
      ))

    it("S-8 trap:21 the first event is seq 1 and after 0 includes it", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 0)
          expect(yield* store.head(sampleId(1))).toMatchObject({ firstSeq: 1, lastSeq: 0, bytes: 0 })
          expect(yield* store.read(session, { after: 0, maxBytes: 10 })).toEqual({ records: [], last: 0, atHead: true })
          yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(1)] })
          expect(seqsOf((yield* store.read(session, { after: 0, maxBytes: 10 })).records)).toEqual([1])
        }),
      ))

    it("S-9 filters by channel, type and turn look at the range and say how far they looked", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 0)
          const records = seqs(1, 600).map((seq) =>
            seq % 100 === 0
              ? sampleEvent(seq, { channel: "turn", type: "ended", turn: `t${seq / 100}` })
              : seq % 2 === 0
                ? sampleOutput(seq)
                : sampleEvent(seq, {
                    channel: "agent",
                    type: seq % 3 === 0 ? "text-delta" : "text-start",
                    turn: `t${Math.ceil(seq / 100)}`,
                  }),
          )
          for (const record of records) store.append({ session, epoch: 1, records: [record] }, () => undefined)
          yield* appendTo(store, { session, epoch: 1, records: [] })
          const found = (filter: EventFilter) =>
            Effect.gen(function* () {
              const all: Array<number> = []
              let after = 0
              for (let reads = 0; reads < 1000; reads++) {
                const chunk = yield* store.read(session, { after, maxBytes: 2000, ...filter })
                all.push(...seqsOf(chunk.records))
                if (chunk.atHead) return all
                expect(chunk.last).toBeGreaterThan(after)
                after = chunk.last
              }
              return all
            })
          const check = Effect.gen(function* () {
            expect(yield* found({ channel: "turn" })).toEqual([100, 200, 300, 400, 500, 600])
            expect(yield* found({ type: "output" })).toEqual(seqs(1, 600).filter((seq) => seq % 2 === 0 && seq % 100 !== 0))
            expect(yield* found({ channel: "agent", type: "text-delta" })).toEqual(
              seqs(1, 600).filter((seq) => seq % 2 === 1 && seq % 3 === 0),
            )
            expect(yield* found({ turn: "t2" })).toEqual(seqs(101, 200).filter((seq) => seq % 2 === 1 || seq === 200))
            expect(yield* found({ channel: "agent", type: "output" })).toEqual([])
            expect(yield* found({ channel: ["turn", "terminal"] })).toEqual(seqs(1, 600).filter((seq) => seq % 2 === 0))
            expect(yield* found({ channel: ["turn", "agent"], type: ["ended", "text-delta", "output"] })).toEqual(
              seqs(1, 600).filter((seq) => seq % 100 === 0 || (seq % 2 === 1 && seq % 3 === 0)),
            )
            expect(yield* found({ type: ["ended", "output"], turn: "t2" })).toEqual([200])
            const none = yield* store.read(session, { after: 0, maxBytes: 100, channel: "workflow" })
            expect(none).toEqual({ records: [], last: 600, atHead: true })
          })
          yield* check
          yield* store.settle
          yield* check
        }),
      ))

    it("S-20 sealing changes nothing a reader sees", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* longLog(store, 1)
          const before = Buffer.concat(yield* readAll(store, session))
          yield* store.settle
          for (const maxBytes of [1000, 65_536, 1_000_000]) {
            expect(Buffer.concat(yield* readAll(store, session, 0, maxBytes)).equals(before)).toBe(true)
          }
          expect(seqsOf(yield* readAll(store, session, 777))).toEqual(seqs(778, 3000))
          expect(yield* store.verify(sampleId(1))).toBeUndefined()
          expect((yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(3001)] }))._tag).toBe("Appended")
          expect(seqsOf(yield* readAll(store, session, 2990))).toEqual(seqs(2991, 3001))
        }),
      ))

    it("S-11 trimming removes a range, appends its notice, and leaves the other seqs as they were", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const session = yield* longLog(store, 1)
          yield* store.settle
          const whole = yield* store.head(sampleId(1))
          const rest = Buffer.concat(yield* readAll(store, session, 1234))
          expect(yield* store.trim(session, 1, 1234, sampleEvent(3001))).toEqual({ _tag: "Appended" })
          const check = Effect.gen(function* () {
            const head = yield* store.head(sampleId(1))
            expect(head).toMatchObject({ firstSeq: 1235, lastSeq: 3001 })
            expect(seqsOf(yield* readAll(store, session, 0))).toEqual(seqs(1235, 3001))
            const kept = Buffer.concat(yield* readAll(store, session, 1234))
            expect(kept.subarray(0, rest.length).equals(rest)).toBe(true)
            expect(head.bytes).toBe(kept.length)
            expect(head.bytes).toBeLessThan(whole.bytes)
          })
          yield* check
          yield* store.settle
          yield* check
          expect(yield* store.trim(session, 1, 2000, sampleEvent(3001))).toEqual({ _tag: "SeqConflict", next: 3002 })
          expect(yield* store.trim(session, 0, 2000, sampleEvent(3002))).toEqual({ _tag: "EpochLost", epoch: 1 })
          expect(yield* store.trim(session, 1, 3001, sampleEvent(3002))).toEqual({ _tag: "Appended" })
          yield* store.settle
          expect(seqsOf(yield* readAll(store, session, 0))).toEqual([3002])
          expect((yield* store.claim(sampleId(1))).firstSeq).toBe(3002)
        }),
      ))

    it("S-11 a record that stands for a range is trimmed as a whole or not at all", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 2)
          yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(9, { from: 3 }), sampleEvent(10)] })
          yield* store.trim(session, 1, 5, sampleEvent(11))
          expect((yield* store.head(sampleId(1))).firstSeq).toBe(3)
          expect(seqsOf(yield* readAll(store, session))).toEqual([9, 10, 11])
        }),
      ))

    it("S-11 the newest checkpoints are kept, and the one that stands for what was trimmed", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 100)
          const put = (seq: number, epoch = 1) =>
            store.putCheckpoint(session, epoch, { seq, cols: 80, rows: 24, time: seq, screen: new Uint8Array([seq, 2, 3]) })
          expect(yield* store.checkpoint(session)).toBeUndefined()
          yield* put(10)
          yield* put(20)
          yield* store.trim(session, 1, 20, sampleEvent(101))
          for (const seq of [30, 40, 50, 60, 70]) yield* put(seq)
          yield* put(99, 0)
          expect((yield* store.checkpoint(session))?.seq).toBe(70)
          expect(yield* store.checkpoint(session, 65)).toEqual({
            seq: 60,
            cols: 80,
            rows: 24,
            time: 60,
            screen: new Uint8Array([60, 2, 3]),
          })
          expect((yield* store.checkpoint(session, 29))?.seq).toBe(20)
          expect(yield* store.checkpoint(session, 19)).toBeUndefined()
        }),
      ))

    it("E-6 bytes of any kind come back as they were", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1, 0)
          const texts = ["\u0000", "\ud800", "\u2028\u2029", "\u{1F9D1}\u200d\u{1F680}", "x".repeat(5_000_000)]
          const records = texts.map((text, at) => sampleEvent(at + 1, { text }))
          expect((yield* appendTo(store, { session, epoch: 1, records }))._tag).toBe("Appended")
          const back = yield* readAll(store, session)
          expect(back.map((bytes) => Buffer.from(bytes).equals(records.shift()?.bytes ?? new Uint8Array()))).toEqual(
            texts.map(() => true),
          )
          expect(sampleEvents(2, 1)).toEqual([])
        }),
      ))
  })
}
