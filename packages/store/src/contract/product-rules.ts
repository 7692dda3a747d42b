/** Contract: metadata, lists of some ids, notes of events (X-20, X-23, Y-2). */
import * as Effect from "effect/Effect"
import type { ListQuery } from "../Store.ts"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, sampleEvent, sampleId, sampleState } from "./sample.ts"
import { dozen, numbers, pages } from "./listed.ts"
import { type Subject, withStore } from "./subject.ts"

/** Registers the rules of metadata and notes for a driver. */
export function productRules(subject: Subject): void {
  describe("metadata and notes", () => {
    it("X-23 a list filters by metadata, which follows every change and the purge of a session", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const noted = (entries: Readonly<Record<string, string>>) => ({ metadata: JSON.stringify(entries) })
          for (const n of numbers(1, 6))
            yield* createSample(store, n, 1, { createdAt: n, ...noted({ customer: String(n % 2), plan: n > 3 ? "pro" : "a=b" }) })
          yield* createSample(store, 7, 1, { createdAt: 7 })
          const expectIds = (metadata: ReadonlyArray<string>, expected: ReadonlyArray<number>, more: ListQuery = {}) =>
            Effect.gen(function* () {
              const got = yield* pages(store, { limit: 2, sort: "created", metadata, ...more })
              expect(got).toEqual({ ids: expected.map(sampleId), total: expected.length })
            })
          yield* expectIds(["customer=1"], [5, 3, 1])
          yield* expectIds(["customer=1", "plan=pro"], [5])
          yield* expectIds(["plan=a=b"], [3, 2, 1])
          yield* expectIds(["customer="], [])
          yield* expectIds(["constructor=x"], [])
          yield* expectIds([], [7, 6, 5, 4, 3, 2, 1])
          const third = yield* store.claim(sampleId(3))
          const write = (change: Parameters<typeof sampleState>[1]) =>
            appendTo(store, {
              session: third.session,
              epoch: third.epoch,
              records: [],
              state: sampleState(sampleId(3), { createdAt: 3, ...change }),
            })
          yield* write(noted({ customer: "2" }))
          yield* expectIds(["customer=1"], [5, 1])
          yield* expectIds(["customer=2"], [3])
          yield* write({ ...noted({ customer: "2" }), status: "deleted", purgeAt: 10 })
          yield* expectIds(["customer=2"], [])
          yield* expectIds(["customer=2"], [3], { status: "deleted" })
          yield* store.purge(11, 10)
          yield* expectIds(["customer=2"], [], { status: "deleted" })
        }),
      ))

    it("X-20 a list is of these ids alone when it is asked for some", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* dozen(store)
          const ids = [3, 5, 12, 77].map(sampleId)
          expect(yield* pages(store, { ids, limit: 1, sort: "created" })).toEqual({ ids: [5, 3].map(sampleId), total: 2 })
          expect(yield* pages(store, { ids, status: "deleted" })).toEqual({ ids: [sampleId(12)], total: 1 })
          expect(yield* pages(store, { ids: [] })).toEqual({ ids: [], total: 0 })
        }),
      ))

    it("Y-2 notes are kept with their append for as long as a reader needs them, and each reader has its own cursor", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          const append = (seq: number, epoch = 1) =>
            appendTo(store, { session, epoch, records: [sampleEvent(seq)], notes: [{ seq, name: "session/marked" }] })
          const seqs = (after: number, limit = 100) =>
            Effect.map(store.notes(after, limit), ({ notes }) => notes.map(({ seq }) => seq))
          yield* append(2)
          expect(yield* seqs(0)).toEqual([])
          let told = 0
          const unlisten = store.onNotes(() => told++)
          const from = yield* store.openNotes("a")
          yield* append(3)
          yield* append(4, 77)
          yield* append(4)
          const late = yield* store.openNotes("b")
          const id = sampleId(2)
          const notes = [{ seq: 1, name: "session/created" }]
          yield* store.create({ id, records: [sampleEvent(1)], state: sampleState(id), notes })
          expect(yield* seqs(from)).toEqual([3, 4, 1])
          expect(yield* seqs(from, 2)).toEqual([3, 4])
          expect(yield* seqs(late)).toEqual([1])
          const page = yield* store.notes(from, 1)
          expect(page.notes).toMatchObject([{ session, id: sampleId(1), seq: 3, name: "session/marked" }])
          expect(page.head).toBe((yield* store.notes(late, 9)).notes.at(-1)?.number)
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(() => setImmediate(resolve))))
          expect(told).toBeGreaterThan(0)
          unlisten()
          yield* store.moveNotes("a", page.notes[0]?.number)
          expect(yield* seqs(0)).toEqual([4, 1])
          expect(yield* store.openNotes("a")).toBe(page.notes[0]?.number)
          yield* store.moveNotes("b", page.head)
          expect(yield* seqs(0)).toEqual([4, 1])
          yield* store.moveNotes("a", undefined)
          expect(yield* seqs(0)).toEqual([])
          yield* store.moveNotes("b", undefined)
          yield* append(5)
          expect(yield* store.openNotes("c")).toBe(page.head)
          expect(yield* seqs(0)).toEqual([])
        }),
      ))
  })
}
