/** Contract: what people keep, up to where they have seen sessions, and traces (S-31 to S-35). */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { FORGET_STEP, type PutDocument } from "../People.ts"
import type { TracePoint } from "../Traces.ts"
import { numbers, pages } from "./listed.ts"
import { appendTo, createSample, sampleEvent, sampleId, sampleState, type StoreService } from "./sample.ts"
import { type Subject, useStore, withStore } from "./subject.ts"

const put = (store: StoreService, request: Partial<PutDocument>) =>
  store.putDocument({ person: "anna", kind: "draft", name: "a", value: "text", time: 1, most: 3, full: "refuse", ...request })

const point = (seq: number, sign: TracePoint["sign"], time = seq * 100): TracePoint => ({ seq, sign, time })

/** Registers the rules for a driver. */
export function peopleRules(subject: Subject): void {
  describe("people and traces", () => {
    it("S-31 a document is put, replaced and removed by its version, and belongs to one person and kind", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const first = yield* put(store, {})
          const version = first._tag === "Put" ? first.version : 0
          expect(version).toBeGreaterThan(0)
          expect(yield* put(store, { expected: 0 })).toEqual({ _tag: "Outdated", version })
          expect(yield* put(store, { expected: version + 1 })).toEqual({ _tag: "Outdated", version })
          const second = yield* put(store, { expected: version, value: "more", time: 2 })
          expect(yield* store.documents("anna", "draft", "a")).toEqual([
            { kind: "draft", name: "a", value: "more", version: second._tag === "Put" ? second.version : 0, time: 2 },
          ])
          yield* put(store, { name: "b", value: "other" })
          yield* put(store, { person: "ben", value: "his" })
          yield* put(store, { kind: "layout", value: "{}" })
          const values = (person: string, kind: string) =>
            Effect.map(store.documents(person, kind), (found) => found.map(({ value }) => value))
          expect(yield* values("anna", "draft")).toEqual(["other", "more"])
          expect(yield* values("ben", "draft")).toEqual(["his"])
          expect(yield* put(store, { value: undefined })).toEqual({ _tag: "Put", version: 0 })
          expect(yield* values("anna", "draft")).toEqual(["other"])
          const again = yield* put(store, { expected: 0 })
          expect(again._tag === "Put" && again.version > version).toBe(true)
        }),
      ))

    it("S-31 one document too many is refused, or replaces the oldest; a purge removes those named by its session", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          for (const name of ["a", "b", "c"]) yield* put(store, { name })
          expect(yield* put(store, { name: "d" })).toEqual({ _tag: "Full" })
          expect(yield* put(store, { name: "a", value: "again" })).toMatchObject({ _tag: "Put" })
          yield* put(store, { name: "d", full: "replace" })
          const names = Effect.map(store.documents("anna", "draft"), (found) => found.map(({ name }) => name))
          expect(yield* names).toEqual(["d", "a", "c"])
          yield* createSample(store, 1, 1, { status: "deleted", purgeAt: 5 })
          yield* put(store, { name: sampleId(1), full: "replace" })
          yield* store.purge(6, 10)
          expect(yield* names).toEqual(["d", "a"])
        }),
      ))

    it("S-32 a mark of a person moves forward, back only when that is asked for, and is found by its number", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          for (const n of numbers(1, 3)) yield* createSample(store, n, 5)
          const id = sampleId(1)
          const first = yield* store.putSeen("anna", id, 3, false)
          expect(first).toMatchObject({ session: id, seq: 3 })
          expect(yield* store.putSeen("anna", id, 2, false)).toEqual(first)
          const back = yield* store.putSeen("anna", id, 1, true)
          expect(back.seq).toBe(1)
          expect(back.number).toBeGreaterThan(first.number)
          const other = yield* store.putSeen("anna", sampleId(2), 5, false)
          yield* store.putSeen("ben", sampleId(3), 5, false)
          expect(yield* store.seen("anna", 0, 10)).toEqual({ marks: [back, other], head: other.number })
          expect(yield* store.seen("anna", back.number, 10)).toEqual({ marks: [other], head: other.number })
          expect((yield* store.seen("anna", 0, 1)).marks).toEqual([back])
          expect(yield* store.seen("nobody", 0, 10)).toEqual({ marks: [], head: 0 })
          expect([...(yield* store.seenOf("anna", [id, sampleId(3)]))]).toEqual([[id, 1]])
          const missing = yield* Effect.flip(store.putSeen("anna", sampleId(77), 1, false))
          expect(missing._tag).toBe("NoSuchSession")
        }),
      ))

    it("S-32 a list can be of the sessions alone whose news a person has not seen", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          for (const n of numbers(1, 4)) yield* createSample(store, n, 5, { createdAt: n, ...(n === 4 ? {} : { news: n }) })
          const unread = (person: string) => pages(store, { unreadBy: person, sort: "created" })
          expect(yield* unread("anna")).toEqual({ ids: [3, 2, 1].map(sampleId), total: 3 })
          yield* store.putSeen("anna", sampleId(3), 3, false)
          yield* store.putSeen("anna", sampleId(2), 1, false)
          expect((yield* unread("anna")).ids).toEqual([2, 1].map(sampleId))
          expect((yield* unread("ben")).total).toBe(3)
          const { session, epoch } = yield* store.claim(sampleId(3))
          const state = sampleState(sampleId(3), { createdAt: 3, news: 6 })
          yield* appendTo(store, { session, epoch, records: [sampleEvent(6)], state })
          expect((yield* unread("anna")).ids).toEqual([3, 2, 1].map(sampleId))
        }),
      ))

    it("S-35 the persons of whom something is kept are listed in pages; one is forgotten in steps, the others stay", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const sessions = numbers(1, FORGET_STEP.marks + 10)
          for (const n of sessions) yield* createSample(store, n, 3)
          for (const n of numbers(1, FORGET_STEP.documents * 2)) yield* put(store, { name: `d${n}`, most: 100 })
          yield* put(store, { kind: "layout", name: "phone" })
          for (const n of sessions) yield* store.putSeen("anna", sampleId(n), 2, false)
          yield* put(store, { person: "ben" })
          yield* store.putSeen("cleo", sampleId(1), 1, false)
          yield* store.putSeen("ben", sampleId(1), 1, false)
          expect(yield* store.persons("", 10)).toEqual(["anna", "ben", "cleo"])
          expect(yield* store.persons("", 2)).toEqual(["anna", "ben"])
          expect(yield* store.persons("anna", 1)).toEqual(["ben"])
          expect(yield* store.persons("cleo", 5)).toEqual([])
          const left = Effect.gen(function* () {
            const drafts = yield* store.documents("anna", "draft")
            const { marks } = yield* store.seen("anna", 0, 1000)
            return [drafts.length + (yield* store.documents("anna", "layout")).length, marks.length]
          })
          const { documents, marks } = FORGET_STEP
          expect(yield* left).toEqual([2 * documents + 1, marks + 10])
          expect(yield* store.forgetPerson("anna")).toBe(true)
          expect(yield* left).toEqual([documents + 1, 10])
          expect(yield* store.forgetPerson("anna")).toBe(true)
          expect(yield* store.forgetPerson("anna")).toBe(false)
          expect(yield* left).toEqual([0, 0])
          expect(yield* store.forgetPerson("anna")).toBe(false)
          expect(yield* store.forgetPerson("nobody")).toBe(false)
          expect(yield* store.persons("", 10)).toEqual(["ben", "cleo"])
          expect((yield* store.documents("ben", "draft")).length + (yield* store.seen("cleo", 0, 5)).marks.length).toBe(2)
          expect((yield* pages(store, { unreadBy: "anna" })).total).toBe(0)
          const again = yield* store.putSeen("anna", sampleId(1), 1, false)
          expect(again.number).toBeGreaterThan((yield* store.seen("ben", 0, 5)).head)
        }),
      ))

    it("S-35 what is put before a step is gone with it, what is put after it stays", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* createSample(store, 1, 3)
          const [, , more] = yield* Effect.all(
            [put(store, {}), store.putSeen("anna", sampleId(1), 1, false), store.forgetPerson("anna"), put(store, { name: "b" })],
            { concurrency: "unbounded" },
          )
          expect(more).toBe(false)
          expect((yield* store.documents("anna", "draft")).map(({ name }) => name)).toEqual(["b"])
          expect((yield* store.seen("anna", 0, 5)).marks).toEqual([])
        }),
      ))

    it("S-33 the trace of a session comes with its appends, and is read since a time with what was before", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const id = sampleId(1)
          const created = yield* store.create({
            id,
            records: [sampleEvent(1)],
            state: sampleState(id),
            trace: [point(1, "w")],
          })
          if (created._tag !== "Created") return yield* Effect.die(created)
          const { session, epoch } = created.claimed
          const append = (seq: number, trace: ReadonlyArray<TracePoint>, fence = epoch) =>
            appendTo(store, { session, epoch: fence, records: [sampleEvent(seq)], trace })
          yield* append(2, [point(2, "m")])
          yield* append(3, [point(3, "f"), point(3, ".")])
          yield* append(4, [point(4, "w")], 77)
          yield* append(4, [{ ...point(4, "w"), until: 410 }])
          yield* append(5, [{ ...point(4, "w"), until: 490 }])
          yield* createSample(store, 2)
          const output = { ...point(4, "w"), until: 490 }
          const ids = [sampleId(2), sampleId(77), id]
          const since = (time: number) => Effect.map(store.traces(ids, time), ([, mine]) => mine?.points)
          expect(yield* store.traces(ids, 0)).toHaveLength(2)
          yield* createSample(store, 3, 1, { status: "deleted", lastActiveAt: 9000 })
          yield* createSample(store, 4, 1, { lastActiveAt: 8000 })
          const last = yield* store.traces(undefined, 0)
          expect(last.map((one) => one.session)).toEqual([4, 2, 1].map(sampleId))
          const all = [point(1, "w"), point(2, "m"), point(3, "."), point(3, "f"), output]
          const bySign = (points: ReadonlyArray<TracePoint> = []) =>
            [...points].sort((a, b) => a.seq - b.seq || (a.sign < b.sign ? -1 : 1))
          expect(bySign(yield* since(0))).toEqual(all)
          expect(bySign(yield* since(200))).toEqual(all)
          expect(bySign(yield* since(201))).toEqual([point(1, "w"), ...all.slice(2)])
          expect(bySign(yield* since(450))).toEqual([point(3, "."), output])
          expect(bySign(yield* since(1000))).toEqual([point(3, ".")])
          expect(bySign(yield* store.trace(id, 2, 10))).toEqual(all.slice(2))
          expect(yield* store.trace(id, 0, 2)).toEqual(all.slice(0, 2))
          expect(bySign(yield* store.trace(id, 1, 2))).toEqual(all.slice(1, 4))
          expect((yield* Effect.flip(store.trace(sampleId(77), 0, 1)))._tag).toBe("NoSuchSession")
        }),
      ))

    if (!subject.lasts) return
    it("S-34 what people keep, their marks and traces are there when the store is opened again", async () => {
      const place = await subject.place()
      try {
        const [id, trace] = [sampleId(1), [point(1, "w")]]
        await useStore(place, (store) =>
          Effect.gen(function* () {
            yield* store.create({ id, records: [sampleEvent(1)], state: sampleState(id, { news: 1 }), trace })
            yield* put(store, {})
            yield* store.putSeen("anna", id, 1, false)
          }),
        )
        await useStore(place, (store) =>
          Effect.gen(function* () {
            expect((yield* store.documents("anna", "draft")).length).toBe(1)
            expect((yield* store.seen("anna", 0, 5)).marks).toMatchObject([{ session: id, seq: 1 }])
            expect((yield* pages(store, { unreadBy: "ben" })).ids).toEqual([id])
            expect(yield* store.trace(id, 0, 5)).toEqual(trace)
          }),
        )
      } finally {
        await place.remove()
      }
    })
  })
}
