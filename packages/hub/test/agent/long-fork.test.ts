/** Forks of transcripts that are too long for one append: what breaks them off, and what does not. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Message } from "@holdfast/protocol/agent/message"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { Store } from "@holdfast/store/Store"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createAgent, failure, messages, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { eventually } from "@holdfast/testkit/eventually"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

const LONG = "long ".repeat(100_000)

describe("a fork of a long transcript", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  /** The batches of forks that are appended, by their keys, and the reads of messages between them. */
  const steps: Array<string> = []
  /** What is done before a batch is appended; the store is full when it gives true. */
  let before: (key: string) => boolean
  const layer = (): Layer.Layer<Store> =>
    Layer.effect(
      Store,
      Effect.map(Store, (inner) =>
        Store.of({
          ...inner,
          read: (session, range) => {
            if (range.type === "added") steps.push("read")
            return inner.read(session, range)
          },
          append: (request, done) => {
            const { key = "" } = request.key ?? {}
            if (!key.startsWith("fork-")) return inner.append(request, done)
            steps.push(key)
            if (before(key)) done({ _tag: "StorageFull", message: "no space left on device" })
            else inner.append(request, done)
          },
        }),
      ),
    ).pipe(Layer.provide(Layer.orDie(SqliteStore.layer({ path: join(directory.path, "holdfast.db"), durability: "power" }))))
  const open = async (): Promise<House> => (house = await openHouse({ directory: directory.path, store: layer() }))
  const fork = (id: string, key: string) => house.agents.fork(id, { key }, OWNER)
  /** A session of four long messages. */
  const talk = async (): Promise<{ readonly id: string; readonly all: ReadonlyArray<Message> }> => {
    const { id, reader } = await createAgent(house)
    for (let turn = 0; turn < 4; turn++) {
      await send(house, id, `[[say ok]] ${LONG}`)
      await turnsEnded(reader, turn + 1)
    }
    return { id, all: await messages(house, id) }
  }
  beforeEach(async () => {
    directory = await testDirectory()
    steps.length = 0
    before = () => false
    await open()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("A-71 Y-9 continues without its caller, reads and appends by turns, and is news once", async () => {
    const { id, all } = await talk()
    await house.run(house.store.openNotes("test"))
    const from = (await house.run(house.store.notes(0, 1))).head
    let running: ReturnType<House["hub"]["perform"]>
    before = () => {
      running?.interruptUnsafe()
      return false
    }
    running = house.hub.perform("sessions.fork", { session: id }, OWNER, () => {})
    const forks = async () =>
      (await house.run(house.hub.list({}))).sessions.filter(({ forkedFrom }) => forkedFrom?.session === id)
    await eventually("the fork is there", 10_000, async () => (await forks()).length === 1)
    const [made] = await forks()
    expect(await messages(house, made?.id ?? "")).toEqual(all)
    const batches = steps.slice(steps.indexOf("fork-1"))
    expect(batches.indexOf("read")).toBeGreaterThan(0)
    expect(batches.indexOf("read")).toBeLessThan(batches.indexOf("fork-2"))
    const { notes } = await house.run(house.store.notes(from, 100))
    expect(notes.filter((note) => note.id === made?.id).map(({ name }) => name)).toEqual(["session/created"])
  })

  it("A-71 one that was broken off is in the trash, and is continued when its key asks for it again, as it was then", async () => {
    const { id, all } = await talk()
    before = (key) => key === "fork-2"
    expect(await failure(house, fork(id, "again"))).toMatchObject({ _tag: "StorageFull" })
    expect((await house.run(house.hub.list({}))).total).toBe(1)
    await send(house, id, "later")
    await eventually("a later message", 10_000, async () => (await messages(house, id)).length > all.length)
    await house.close()

    before = () => false
    steps.length = 0
    await open()
    const { created, session } = await house.run(fork(id, "again"))
    expect([created, session.status]).toEqual([true, "active"])
    expect(session).not.toHaveProperty("purgeAt")
    expect(await messages(house, session.id)).toEqual(all)
    expect(steps).not.toContain("fork-1")
    expect(await house.run(fork(id, "again"))).toMatchObject({ created: false, session: { id: session.id } })
    await house.run(house.hub.remove(session.id, undefined, OWNER))
    expect(await failure(house, fork(id, "again"))).toMatchObject({ _tag: "SessionDeleted", session: session.id })
    expect(await messages(house, session.id)).toEqual(all)
  })
})
