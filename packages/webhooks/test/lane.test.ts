/** The way of one webhook over a store in memory: what it sends, keeps and passes when its receiver is away for long. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, sampleEvent, type StoreService } from "@holdfast/store/contract/sample"
import { Store } from "@holdfast/store/Store"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { eventually } from "@holdfast/testkit/eventually"
import { Kept, type KeptWebhook } from "../src/Kept.ts"
import { Lane, type LaneParts } from "../src/Lane.ts"

const webhook = (): KeptWebhook => ({
  webhook: { id: "one", url: "https://example.org/s3cret", on: ["turn-ended"], allowPrivate: false, createdAt: 1, by: "me" },
  secrets: [{ secret: "whsec_c2VjcmV0" }],
  active: true,
})

interface House {
  readonly store: StoreService
  readonly lane: Lane
  /** Ids as they were sent. */
  readonly sent: Array<string>
  readonly reported: Array<unknown>
  /** Appends events that are noted under a name. */
  readonly append: (name: string, from: number, to: number) => Effect.Effect<void, unknown>
  readonly cursor: () => Promise<number>
  readonly receiver: { takes: (seq: number) => boolean }
}

async function withLane(
  body: (house: House) => Promise<void>,
  send?: LaneParts["send"],
  changed: (store: StoreService) => StoreService = (store) => store,
): Promise<void> {
  const run = Effect.gen(function* () {
    const store = changed(yield* Store)
    const { session } = yield* createSample(store, 1)
    const sent: Array<string> = []
    const reported: Array<unknown> = []
    const receiver: House["receiver"] = { takes: () => true }
    const parts: LaneParts = {
      store,
      kept: new Kept(store),
      run: Effect.runPromise,
      send:
        send ??
        (async (_, message) => {
          sent.push(message)
          return receiver.takes(Number(message.split("_").at(-1)))
            ? { delivered: true, status: 204, milliseconds: 1 }
            : { delivered: false, problem: "connect ECONNREFUSED", milliseconds: 1 }
        }),
      schedule: [3600, 3600],
      now: Date.now,
      report: (...line) => void reported.push(line),
    }
    const lane = new Lane(parts, webhook(), [])
    yield* Effect.promise(() => lane.open())
    const unlisten = store.onNotes(() => lane.wake())
    const append: House["append"] = (name, from, to) =>
      Effect.gen(function* () {
        for (let seq = from; seq <= to; seq++)
          yield* appendTo(store, { session, epoch: 1, records: [sampleEvent(seq)], notes: [{ seq, name }] })
      })
    const cursor = () => Effect.runPromise(store.openNotes("webhook/one"))
    yield* Effect.promise(() => body({ store, lane, sent, reported, append, cursor, receiver }))
    lane.stop()
    unlisten()
  })
  await Effect.runPromise(Effect.provide(run, MemoryStore.layer))
}

describe("the way of a webhook", () => {
  it("Y-4 Y-2 with a receiver that refuses much it stops at 1,000 that wait, and then delivers each in the end", () =>
    withLane(async ({ append, lane, receiver, reported, sent }) => {
      receiver.takes = (seq) => seq % 2 === 0
      await Effect.runPromise(append("turn/ended", 2, 2201))
      await eventually("1,000 wait", 5000, () => lane.counts.retrying === 1000)
      await Effect.runPromise(append("turn/ended", 2202, 2211))
      expect([sent.length, lane.counts]).toEqual([2000, { retrying: 1000, dead: 0 }])
      receiver.takes = () => true
      expect(await lane.retry(undefined)).toBe(1000)
      await eventually("all were delivered", 5000, () => sent.length === 3210 && lane.counts.retrying === 0)
      expect(new Set(sent).size).toBe(2210)
      expect(lane.log.length).toBe(100)
      expect(JSON.stringify([reported, lane.log])).not.toMatch(/s3cret|c2VjcmV0/)
    }))

  it("Y-4 Y-5 a receiver that is away is asked now and then, not for each event, and misses nothing once it is back", () =>
    withLane(async ({ append, lane, receiver, reported, sent }) => {
      receiver.takes = () => false
      await Effect.runPromise(append("turn/ended", 2, 101))
      await eventually("it rests", 5000, () => lane.counts.retrying === 5)
      await Effect.runPromise(append("turn/ended", 102, 111))
      expect([sent.length, reported.length]).toEqual([5, 5])
      receiver.takes = () => true
      await eventually("the others were delivered without being asked", 5000, () => sent.length === 110)
      expect(sent.map((id) => Number(id.split("_").at(-1)))).toEqual(Array.from({ length: 110 }, (_, at) => at + 2))
      receiver.takes = () => false
      await Effect.runPromise(append("turn/ended", 112, 121))
      await eventually("it rests again", 5000, () => lane.counts.retrying === 10)
      receiver.takes = () => true
      expect(await lane.retry(undefined)).toBe(10)
      await eventually("nothing is late", 900, () => lane.counts.retrying === 0 && new Set(sent).size === 120)
    }))

  it("Y-4 says once that it lost events which it was too far behind to get, and again after it had read to the end", async () => {
    const lost = { left: 2 }
    const forgetful = (store: StoreService): StoreService => ({
      ...store,
      notes: (after, limit) =>
        Effect.map(store.notes(after, limit), (page) => (page.notes.length > 0 && lost.left-- > 0 ? { ...page, lost: 7 } : page)),
    })
    await withLane(
      async ({ append, receiver, reported, sent }) => {
        const said = () => reported.filter((line) => JSON.stringify(line).includes("lost its oldest events"))
        receiver.takes = () => true
        await Effect.runPromise(append("turn/ended", 2, 150))
        await eventually("they were sent", 5000, () => sent.length === 149)
        expect(said()).toEqual([
          ["a webhook is too far behind and lost its oldest events", { webhook: "one", origin: "https://example.org", lost: 7 }],
        ])
        lost.left = 1
        await Effect.runPromise(append("turn/ended", 151, 151))
        await eventually("it says so again", 5000, () => said().length === 2)
      },
      undefined,
      forgetful,
    )
  })

  it("Y-2 in order to a receiver that is there, and what it does not want costs no write for each", () =>
    withLane(async ({ append, cursor, sent }) => {
      const began = await cursor()
      await Effect.runPromise(append("turn/started", 2, 60))
      await Effect.runPromise(append("turn/ended", 61, 80))
      await eventually("the wanted were sent", 5000, () => sent.length === 20)
      expect(sent.map((id) => Number(id.split("_").at(-1)))).toEqual(Array.from({ length: 20 }, (_, at) => 61 + at))
      await eventually("they are not sent again", 5000, async () => (await cursor()) === began + 79)
      const after = await cursor()
      await Effect.runPromise(append("turn/started", 81, 130))
      expect(await cursor()).toBe(after)
      await Effect.runPromise(append("turn/started", 131, 300))
      await eventually("it moves now and then", 5000, async () => (await cursor()) >= after + 100)
    }))

  it("Y-4 what failed is kept with its webhook, and is forgotten at a start when that is gone", () =>
    withLane(async ({ append, lane, receiver, store }) => {
      const kept = new Kept(store)
      const load = () => Effect.runPromise(kept.load)
      receiver.takes = () => false
      await Effect.runPromise(append("turn/ended", 2, 4))
      await eventually("three are late", 5000, () => lane.counts.retrying === 3)
      await Effect.runPromise(kept.put(lane.kept))
      expect((await load()).map(([{ webhook: one }, late]) => [one.id, late.length])).toEqual([["one", 3]])
      await Effect.runPromise(kept.remove("one", []))
      expect(await load()).toEqual([])
      expect(await Effect.runPromise(store.settings("webhook"))).toEqual([])
    }))

  it("Y-5 is cut off when it is removed while its receiver hangs", async () => {
    let hanging: AbortSignal | undefined
    const send: LaneParts["send"] = (_, __, ___, signal) => {
      hanging = signal
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve({ delivered: false, problem: "stopping", milliseconds: 1 })),
      )
    }
    await withLane(async ({ append, lane, reported, store }) => {
      await Effect.runPromise(append("turn/ended", 2, 3))
      await eventually("it is under way", 5000, () => hanging !== undefined)
      lane.stop()
      expect(hanging?.aborted).toBe(true)
      expect(await Effect.runPromise(store.settings("webhook-late/"))).toEqual([])
      expect([lane.counts, reported]).toEqual([{ retrying: 0, dead: 0 }, []])
    }, send)
  })
})
