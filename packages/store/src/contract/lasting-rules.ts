/** Contract for drivers whose data lasts: everything is there when the store is opened again. */
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendTo, createSample, readAll, sampleEvent, sampleEvents, sampleId, sampleState, seqsOf } from "./sample.ts"
import { type Place, type Subject, useStore } from "./subject.ts"

/** Registers the rules of what lasts for a driver. */
export function lastingRules(subject: Subject): void {
  describe("opened again", () => {
    let place: Place
    beforeEach(async () => {
      place = await subject.place()
    })
    afterEach(() => place.remove())

    it("S-28 (fault:N72) the feed of changes has an identity that lasts, and no other store has", async () => {
      const feedOf = (at: Place) => useStore(at, (store) => Effect.map(store.changes(0, 1), ({ feed }) => feed))
      const feed = await feedOf(place)
      expect(feed).toMatch(/^[\w-]{8,64}$/)
      expect(await feedOf(place)).toBe(feed)
      const other = await subject.place()
      expect(await feedOf(other)).not.toBe(feed)
      await other.remove()
    })

    it("S-1 logs, states, journal positions, keys, checkpoints, leases, settings and the change number are as they were", async () => {
      const key = { key: "k", hash: "h" }
      const journal = { runner: "r", child: "c", position: 41 }
      const before = await useStore(place, (store) =>
        Effect.gen(function* () {
          const made = yield* store.create({ id: sampleId(1), records: sampleEvents(1, 2), state: sampleState(sampleId(1)), key })
          const session = made._tag === "Created" ? made.claimed.session : 0
          yield* appendTo(store, {
            session,
            epoch: 1,
            records: sampleEvents(3, 200),
            key,
            journal,
            state: sampleState(sampleId(1), { label: "kept" }),
          })
          yield* store.putCheckpoint(session, 1, { seq: 100, cols: 80, rows: 24, time: 5, screen: new Uint8Array([1, 2, 3]) })
          yield* store.lease("l", "owner", 1000, 1000)
          yield* store.putSetting("s", "v")
          return { session, record: yield* store.get(sampleId(1)), log: Buffer.concat(yield* readAll(store, session)) }
        }),
      )
      await useStore(place, (store) =>
        Effect.gen(function* () {
          expect(yield* store.get(sampleId(1))).toEqual(before.record)
          expect(Buffer.concat(yield* readAll(store, before.session)).equals(before.log)).toBe(true)
          expect(yield* store.keyed(before.session, "k")).toEqual({ hash: "h", first: 3, last: 200 })
          expect((yield* store.checkpoint(before.session))?.seq).toBe(100)
          expect(yield* store.lease("l", "other", 1500, 1000)).toBeUndefined()
          expect(yield* store.settings("")).toEqual([{ name: "s", value: "v" }])
          expect(yield* store.create({ id: sampleId(2), records: [], state: sampleState(sampleId(2)), key })).toEqual({
            _tag: "Exists",
            id: sampleId(1),
          })
          expect(yield* store.claim(sampleId(1))).toMatchObject({ epoch: 2, nextSeq: 201, journal })
          const repeated = yield* appendTo(store, { session: before.session, epoch: 2, records: [sampleEvent(201)], key })
          expect(repeated).toEqual({ _tag: "Repeated", first: 3, last: 200 })
          expect((yield* createSample(store, 2)).change).toBe(before.record.change + 1)
        }),
      )
    })

    it("S-20 what was left unsealed is sealed later, and a purge that was cut is finished", async () => {
      await useStore(place, (store) =>
        Effect.gen(function* () {
          const { session } = yield* createSample(store, 1)
          for (let seq = 2; seq <= 3000; seq++) store.append({ session, epoch: 1, records: [sampleEvent(seq)] }, () => undefined)
          yield* createSample(store, 2, 500, { status: "deleted", purgeAt: 1 })
          yield* store.purge(2, 10)
        }),
      )
      await useStore(place, (store) =>
        Effect.gen(function* () {
          yield* store.settle
          const { session } = yield* store.head(sampleId(1))
          expect(seqsOf(yield* readAll(store, session))).toHaveLength(3000)
          expect(yield* store.verify(sampleId(1))).toBeUndefined()
          expect((yield* Effect.flip(store.get(sampleId(2))))._tag).toBe("NoSuchSession")
        }),
      )
    })
  })
}
