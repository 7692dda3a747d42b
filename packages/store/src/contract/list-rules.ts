/** Contract: records, lists, the feed of changes, purge, leases and settings (S-14 to S-17). */
import * as Effect from "effect/Effect"
import type { ListQuery } from "../Store.ts"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, sampleEvent, sampleId, sampleState } from "./sample.ts"
import { dozen, numbers, pages } from "./listed.ts"
import { type Subject, withStore } from "./subject.ts"

/** Registers the rules of records and lists for a driver. */
export function listRules(subject: Subject): void {
  describe("records and lists", () => {
    it("S-14 a record is completed with the log's bounds and its change", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const { session, change } = yield* createSample(store, 1, 4)
          expect(yield* store.get(sampleId(1))).toMatchObject({ id: sampleId(1), version: 1, firstSeq: 1, lastSeq: 4, change })
          yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(5)] })
          expect((yield* store.get(sampleId(1))).lastSeq).toBe(5)
          expect((yield* Effect.flip(store.get(sampleId(2))))._tag).toBe("NoSuchSession")
          expect((yield* Effect.flip(store.head(sampleId(2))))._tag).toBe("NoSuchSession")
        }),
      ))

    it("S-15 every filter and order returns the matching sessions, in pages that add up to the total", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* dozen(store)
          const expectIds = (query: ListQuery, expected: ReadonlyArray<number>) =>
            Effect.gen(function* () {
              const got = yield* pages(store, { limit: 3, ...query })
              expect(got).toEqual({ ids: expected.map(sampleId), total: expected.length })
            })
          yield* expectIds({}, [11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4])
          yield* expectIds({ sort: "created" }, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
          yield* expectIds({ sort: "updated" }, numbers(1, 11))
          yield* expectIds({ sort: "label" }, [6, 11, 10, 9, 8, 7, 4, 3, 2, 1, 5])
          yield* expectIds({ status: "deleted" }, [12])
          yield* expectIds({ status: "archived" }, [11])
          yield* expectIds({ kind: "agent", sort: "created" }, [10, 8, 6, 4, 2])
          yield* expectIds({ owner: "anna", sort: "created" }, [9, 6, 3])
          yield* expectIds({ createdBy: "mobile" }, [2])
          yield* expectIds({ createdBy: "desktop" }, [])
          yield* expectIds({ process: "exited", sort: "created" }, [8, 4])
          yield* expectIds({ tag: "five", sort: "created" }, [10, 5])
          yield* expectIds({ tag: "fiv", sort: "created" }, [])
          yield* expectIds({ pinned: true }, [3])
          yield* expectIds({ activeSince: 2003, sort: "created" }, [11, 7, 3])
          yield* expectIds({ createdSince: 1003, createdBefore: 1006, sort: "created" }, [5, 4, 3])
          yield* expectIds({ q: "ÜBER bad" }, [5])
          yield* expectIds({ q: "%" }, [6])
          yield* expectIds({ q: "f_i" }, [6])
          yield* expectIds({ q: "nothing like it" }, [])
        }),
      ))

    it("S-15 a cursor stays right while sessions change", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          for (const n of numbers(1, 9)) yield* createSample(store, n, 1, { createdAt: n })
          const first = yield* store.list({ sort: "created", limit: 3 })
          expect(first.sessions.map((one) => one.id)).toEqual([9, 8, 7].map(sampleId))
          yield* createSample(store, 20, 1, { createdAt: 20 })
          const eighth = yield* store.claim(sampleId(8))
          const deleted = sampleState(sampleId(8), { createdAt: 8, status: "deleted" })
          yield* appendTo(store, { session: eighth.session, epoch: eighth.epoch, records: [], state: deleted })
          const second = yield* store.list({ sort: "created", limit: 4, cursor: first.next ?? "" })
          expect(second.sessions.map((one) => one.id)).toEqual([6, 5, 4, 3].map(sampleId))
          expect(second.total).toBe(9)
        }),
      ))

    it("S-15 a total is exact up to 1,000 sessions, and says beyond that only that there are more", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const makeMore = (from: number, to: number) =>
            Effect.forEach(numbers(from, to), (n) => createSample(store, n, 1, { tags: ["mine"] }), { concurrency: 100 })
          yield* makeMore(1, 1000)
          const queries: ReadonlyArray<ListQuery> = [{}, { tag: "mine" }, { tag: "mine", limit: 1000 }]
          for (const query of queries) {
            const first = yield* store.list(query)
            expect(first).toMatchObject({ total: 1000, more: false })
            if (first.next === null) continue
            expect(yield* store.list({ ...query, cursor: first.next })).toMatchObject({ total: 1000, more: false })
          }
          yield* makeMore(1001, 1002)
          for (const query of queries) {
            const first = yield* store.list(query)
            expect(first).toMatchObject({ total: 1000, more: true })
            expect(yield* store.list({ ...query, cursor: first.next ?? "" })).toMatchObject({ total: 1000, more: true })
          }
          expect((yield* pages(store, { tag: "mine", limit: 1000 })).ids).toHaveLength(1002)
          expect(yield* store.list({ tag: "none" })).toMatchObject({ total: 0, more: false })
        }),
      ))

    it("S-15 a cursor of another query or made up is refused", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          for (const n of numbers(1, 5)) yield* createSample(store, n)
          const { next } = yield* store.list({ limit: 2 })
          const made = Buffer.from(JSON.stringify(["x", 1, 2])).toString("base64url")
          const wrong: ReadonlyArray<ListQuery> = [
            { cursor: next ?? "", sort: "created" },
            { cursor: next ?? "", owner: "anna" },
            { cursor: `${next ?? ""}x` },
            { cursor: "" },
            { cursor: "null" },
            { cursor: made },
            { cursor: "%%%" },
            { cursor: "A".repeat(100_000) },
          ]
          for (const query of wrong) expect((yield* Effect.flip(store.list(query)))._tag).toBe("PageCursorInvalid")
          expect((yield* store.list({ cursor: next ?? "", limit: 1 })).sessions).toHaveLength(1)
        }),
      ))

    it("S-27 (fault:N54) a page of large records ends early, and the pages together return each record once", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const label = "x".repeat(700_000)
          for (const n of numbers(1, 9)) yield* createSample(store, n, 1, { createdAt: n, ...(n % 3 === 0 ? {} : { label }) })
          expect((yield* store.list({ limit: 1000 })).sessions.length).toBeLessThan(6)
          expect(yield* pages(store, { limit: 1000, sort: "created" })).toEqual({
            ids: numbers(1, 9).reverse().map(sampleId),
            total: 9,
          })
          const seen: Array<string> = []
          for (let change = 0, head = 1; change < head;) {
            const page = yield* store.changes(change, 200)
            expect(page.sessions.length).toBeLessThan(6)
            seen.push(...page.sessions.map((one) => one.id))
            ;({ change, head } = page)
          }
          expect(seen).toEqual(numbers(1, 9).map(sampleId))
        }),
      ))

    it("S-16 changes returns each changed record once, at its latest state, and resumes from any number", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const made = yield* Effect.forEach(numbers(1, 5), (n) => createSample(store, n))
          const rename = (n: number, label: string) =>
            appendTo(store, {
              session: made[n - 1]?.session ?? 0,
              epoch: 1,
              records: [],
              state: sampleState(sampleId(n), { label }),
            })
          yield* rename(2, "first")
          yield* rename(2, "second")
          const all = yield* store.changes(0, 100)
          expect(all.sessions.map((one) => one.id)).toEqual([1, 3, 4, 5, 2].map(sampleId))
          expect(all.sessions.at(-1)?.label).toBe("second")
          expect(all.change).toBe(all.head)
          const part = yield* store.changes(0, 2)
          expect(part.sessions.map((one) => one.id)).toEqual([1, 3].map(sampleId))
          expect((yield* store.changes(part.change, 100)).sessions.map((one) => one.id)).toEqual([4, 5, 2].map(sampleId))
          expect(yield* store.changes(all.head, 100)).toEqual({ sessions: [], change: all.head, head: all.head, feed: all.feed })
          yield* appendTo(store, { session: made[0]?.session ?? 0, epoch: 1, records: [sampleEvent(2)] })
          expect((yield* store.changes(all.head, 100)).sessions).toEqual([])
          yield* rename(1, "third")
          expect((yield* store.changes(all.head, 100)).sessions).toMatchObject([
            { id: sampleId(1), label: "third", change: all.head + 1 },
          ])
        }),
      ))

    it("H-3 a shortened id or a label returns the ids that it matches, the trash last", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* createSample(store, 1, 1, { label: "twin", status: "deleted", purgeAt: 9 })
          yield* createSample(store, 2, 1, { label: "twin" })
          yield* createSample(store, 3, 1, { label: sampleId(2) })
          const [one, two, three] = [sampleId(1), sampleId(2), sampleId(3)]
          expect(yield* store.resolve(two, 10)).toEqual([two])
          expect(yield* store.resolve(two.slice(0, 13), 10)).toEqual([two])
          expect(yield* store.resolve(three.slice(-6), 10)).toEqual([three])
          expect(yield* store.resolve("twin", 10)).toEqual([two, one])
          expect(yield* store.resolve(one.slice(0, 4), 10)).toEqual([two, three, one])
          expect(yield* store.resolve(one.slice(0, 4), 1)).toEqual([two])
          for (const text of ["", "twi", "%", "nothing"]) expect(yield* store.resolve(text, 10)).toEqual([])
        }),
      ))

    it("S-16 purge takes what is due with all it owns, and the change number never goes back", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          const doomed = yield* store.create({
            id: sampleId(1),
            records: [sampleEvent(1)],
            state: sampleState(sampleId(1), { status: "deleted", purgeAt: 500 }),
            key: { key: "made", hash: "h" },
          })
          const session = doomed._tag === "Created" ? doomed.claimed.session : 0
          yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(2)], key: { key: "k", hash: "h" } })
          yield* createSample(store, 2, 1, { status: "deleted", purgeAt: 600 })
          yield* createSample(store, 3)
          const last = yield* createSample(store, 4, 1, { status: "deleted", purgeAt: 400 })
          expect(yield* store.purge(399, 10)).toEqual([])
          expect([yield* store.due(399, 10), yield* store.due(500, 1)]).toEqual([[], [sampleId(4)]])
          expect(yield* store.due(500, 10)).toEqual([sampleId(4), sampleId(1)])
          expect(yield* store.purge(500, 1)).toEqual([sampleId(4)])
          expect(yield* store.purge(500, 10)).toEqual([sampleId(1)])
          yield* store.settle
          expect((yield* Effect.flip(store.get(sampleId(1))))._tag).toBe("NoSuchSession")
          expect((yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(3)] }))._tag).toBe("NotFound")
          expect((yield* Effect.flip(store.read(session, { after: 0, maxBytes: 10 })))._tag).toBe("DataDamaged")
          expect((yield* store.changes(0, 10)).head).toBe(last.change)
          expect((yield* store.stats).byStatus["deleted"]).toBe(1)
          const again = yield* store.create({
            id: sampleId(1),
            records: [],
            state: sampleState(sampleId(1)),
            key: { key: "made", hash: "h2" },
          })
          if (again._tag !== "Created" || doomed._tag !== "Created") throw new Error("the session was not made anew")
          expect(again.claimed.change).toBeGreaterThan(last.change)
          expect(again.claimed.session).toBeGreaterThan(last.session)
          expect(again.claimed.log).not.toBe(doomed.claimed.log)
          expect(yield* store.keyed(again.claimed.session, "k")).toBeUndefined()
        }),
      ))

    it("S-17 trap:16 a lease has one owner until it expires or its owner ends it, and its token only grows", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          expect(yield* store.lease("purge", "a", 1000, 100)).toBe(1)
          expect(yield* store.lease("purge", "b", 1099, 100)).toBeUndefined()
          expect(yield* store.lease("purge", "a", 1050, 100)).toBe(1)
          expect(yield* store.lease("purge", "b", 1149, 100)).toBeUndefined()
          expect(yield* store.lease("purge", "b", 1150, 100)).toBe(2)
          expect(yield* store.lease("purge", "a", 1155, 0)).toBeUndefined()
          expect(yield* store.lease("purge", "a", 1160, 100)).toBeUndefined()
          expect(yield* store.lease("purge", "b", 1155, 0)).toBe(2)
          expect(yield* store.lease("purge", "a", 1160, 100)).toBe(3)
          expect(yield* store.lease("other", "b", 0, 1)).toBe(1)
        }),
      ))

    it("settings are kept by name, listed by prefix and removed", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* store.putSetting("token/b", "2")
          yield* store.putSetting("token/a", "1")
          yield* store.putSetting("token_", "no")
          yield* store.putSetting("token/a", "3")
          expect(yield* store.settings("token/")).toEqual([
            { name: "token/a", value: "3" },
            { name: "token/b", value: "2" },
          ])
          yield* store.putSetting("token/a", undefined)
          expect(yield* store.settings("")).toEqual([
            { name: "token/b", value: "2" },
            { name: "token_", value: "no" },
          ])
        }),
      ))

    it("stats count sessions by status", () =>
      withStore(subject, (store) =>
        Effect.gen(function* () {
          yield* dozen(store)
          const stats = yield* store.stats
          expect(stats).toMatchObject({ sessions: 12, byStatus: { active: 10, archived: 1, deleted: 1 }, waiting: 0 })
          expect(stats.bytes).toBeGreaterThan(0)
        }),
      ))
  })
}
