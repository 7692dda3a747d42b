/** Where a webhook begins and ends in the notes, whatever happens while it does. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { sampleEvents, sampleId, sampleState } from "@holdfast/store/contract/sample"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store, StoreFull } from "@holdfast/store/Store"
import { eventually } from "@holdfast/testkit/eventually"
import { type Receiver, startReceiver } from "@holdfast/testkit/webhook-receiver"
import { Kept, type KeptWebhook } from "../src/Kept.ts"
import { Webhooks } from "../src/Webhooks.ts"

type StoreService = Store["Service"]

const BY = { name: "owner", credential: "owner", scope: "all" } as const

let store: StoreService
let scope: Scope.Closeable
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.stop())
beforeEach(async () => {
  scope = Scope.makeUnsafe()
  store = Context.get(await Effect.runPromise(Layer.buildWithScope(MemoryStore.layer, scope)), Store)
})
afterEach(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const webhooksOn = (on: StoreService): Webhooks =>
  new Webhooks({ store: on, run: Effect.runPromise, schedule: [], timeout: 5000, now: Date.now, report: () => undefined })

const request = (path: string) => ({ url: receiver.url(path), on: ["session-created"], allowPrivate: true }) as const

/** A session whose creation is noted. */
const session = (n: number) =>
  Effect.runPromise(
    store.create({
      id: sampleId(n),
      records: sampleEvents(1, 1),
      state: sampleState(sampleId(n)),
      notes: [{ seq: 1, name: "session/created" }],
    }),
  )

const sentTo = (path: string) => receiver.received.filter((one) => one.path === path).map((one) => one.sent.data.session?.id)

/** A store in which some readers of notes are opened when they may be: `asked` says that one is to be, `go` lets it. */
function slowToOpen(isSlow: (reader: string) => boolean) {
  const [opening, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const waiting = Effect.promise(() => {
    opening.resolve()
    return gate.promise
  })
  const openNotes: StoreService["openNotes"] = (reader) =>
    Effect.suspend(() => (isSlow(reader) ? Effect.andThen(waiting, store.openNotes(reader)) : store.openNotes(reader)))
  return { slow: { ...store, openNotes }, asked: opening.promise, go: () => gate.resolve() }
}

const kept = (id: string, more: Partial<KeptWebhook> = {}): KeptWebhook => ({
  webhook: { id, ...request(`/${id}`), createdAt: 1, by: "owner" },
  secrets: [{ secret: "whsec_AAAA" }],
  active: true,
  ...more,
})

describe("where a webhook is in the notes", () => {
  it("Y-1 a new one is sent nothing from before it, whatever is noted while it is made", async () => {
    await Effect.runPromise(store.openNotes("one that keeps the notes"))
    const { slow, asked, go } = slowToOpen(() => webhooks.list.length > 0)
    const webhooks: Webhooks = webhooksOn(slow)
    await Effect.runPromise(webhooks.open)
    await session(1)
    const making = Effect.runPromise(webhooks.create(request("/new"), BY))
    await asked
    await session(2)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    go()
    await making
    await session(3)
    await eventually("the one after it is sent", 5000, () => sentTo("/new").includes(sampleId(3)))
    expect(sentTo("/new")).toEqual([sampleId(3)])
    webhooks.close()
  })

  it("Y-2 what is noted while the others are opened is sent without waiting for the next note", async () => {
    const keeping = new Kept(store)
    await Effect.runPromise(Effect.andThen(keeping.put(kept("first")), keeping.put(kept("second"))))
    const { slow, asked, go } = slowToOpen((reader) => reader === "webhook/second")
    const webhooks = webhooksOn(slow)
    const opening = Effect.runPromise(webhooks.open)
    await asked
    await session(1)
    await eventually("the first is sent it", 5000, () => sentTo("/first").length === 1)
    go()
    await opening
    webhooks.close()
  })

  it("Y-2 one that could not be kept, or was removed in part, leaves no one for whom notes are kept", async () => {
    let isFull = true
    const putSetting: StoreService["putSetting"] = (...given) =>
      isFull ? Effect.fail(new StoreFull({ message: "full" })) : store.putSetting(...given)
    const webhooks = webhooksOn({ ...store, putSetting })
    const notes = () => Effect.runPromise(Effect.map(store.notes(0, 10), (page) => page.notes.length))
    const refused = await Effect.runPromiseExit(webhooks.create(request("/full"), BY))
    expect(Exit.isFailure(refused)).toBe(true)
    expect(webhooks.list).toEqual([])
    await session(1)
    expect(await notes()).toBe(0)
    isFull = false
    const { id } = await Effect.runPromise(webhooks.create(request("/full"), BY))
    isFull = true
    expect(Exit.isFailure(await Effect.runPromiseExit(webhooks.remove(id)))).toBe(true)
    await session(2)
    expect(await notes()).toBe(0)
    isFull = false
    expect(webhooks.list).toHaveLength(1)
    expect(await Effect.runPromise(webhooks.remove(id))).toEqual({ removed: true })
    expect(webhooks.list).toEqual([])
  })

  it("Y-7 a new secret stays, whatever else of its webhook is kept at the same time", async () => {
    await Effect.runPromise(new Kept(store).put(kept("off", { active: false })))
    const putSetting: StoreService["putSetting"] = (...given) =>
      Effect.andThen(
        store.putSetting(...given),
        Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
      )
    const webhooks = webhooksOn({ ...store, putSetting })
    await Effect.runPromise(webhooks.open)
    const [{ secret }] = await Promise.all([
      Effect.runPromise(webhooks.rotate("off")),
      Effect.runPromise(webhooks.retry("off", undefined)),
    ])
    const [lasting] = await Effect.runPromise(new Kept(store).load)
    expect(lasting?.[0]).toMatchObject({ active: true, secrets: [{ secret }, { secret: "whsec_AAAA" }] })
    webhooks.close()
  })
})
