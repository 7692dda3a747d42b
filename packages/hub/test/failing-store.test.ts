import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Faults } from "@holdfast/testkit/hub/faulty-store"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

describe("a store that accepts nothing", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  let faults: Faults
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    faults = new Faults()
    house = await openHouse({ directory: directory.path, runners: runner.layer, store: faults.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("S-24 H-14 (fault:N57) while the store accepts nothing the hub is not ready and says why, sessions are read, and nothing is lost", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.print("kept")
    const before = await attachReader(house, { session: id, after: 0 })
    await before.until("the output", ({ text }) => text === "kept")
    faults.failing = true
    before.attachment?.detach()
    runner.cut()
    const refused = { _tag: "Unavailable", message: expect.stringContaining("may have been lost") as string }
    await expect(house.run(house.hub.mark(id, { text: "no" }, OWNER))).rejects.toMatchObject(refused)
    const reader = await attachReader(house, { session: id, after: 0 })
    await reader.until("the backlog", ({ text, seen }) => text === "kept" && seen.some(({ kind }) => kind === "synced"))
    const { ready, store, problems } = await house.run(house.hub.health)
    expect({ ready, store }).toEqual({ ready: false, store: "failed" })
    expect(problems[0]).toContain("may have been lost")
    faults.failing = false
    runner.print(" more")
    await reader.until("what came later", ({ text }) => text === "kept more")
    reader.checkDense(0)
    expect(await house.run(house.hub.health)).toMatchObject({ store: "ok" })
  })

  it("S-4 a session that others open before the hub knows that it is stored is opened once, and stays its own", async () => {
    faults.slowToSay = true
    const creation = house.run(house.hub.create({ kind: "terminal", command: "/bin/sh" }, OWNER))
    await expect.poll(() => faults.waiting).toBe(1)
    const [session] = (await house.run(house.store.list({ limit: 1 }))).sessions
    const id = session?.id ?? ""
    const mark = house.run(house.hub.mark(id, { text: "early" }, OWNER))
    // It would claim the session by now.
    await house.run(house.hub.health)
    faults.release()
    expect((await creation).session.id).toBe(id)
    await mark
    const reader = await attachReader(house, { session: id, after: 0 })
    runner.print("printed")
    await reader.until("the output", ({ text }) => text.includes("printed"))
    await house.run(house.hub.mark(id, { text: "late" }, OWNER))
    reader.checkDense(0)
    expect((await house.run(house.store.claim(id))).epoch).toBe(2)
  })

  it("S-4 a hub that has stopped takes no session from the one that comes next", async () => {
    // The store outlives the hub, as a database server does.
    const scope = Scope.makeUnsafe()
    const built = await Effect.runPromise(Layer.buildWithScope(MemoryStore.layer, scope))
    const store = Context.get(built, Store)
    const other = await openHouse({ directory: directory.path, runners: runner.layer, store: Layer.succeed(Store, store) })
    const { id } = await createTerminal(other, { command: "/bin/sh" })
    await other.close()
    const { epoch } = await Effect.runPromise(store.claim(id))
    const late = Effect.runPromise(other.hub.mark(id, { text: "late" }, OWNER))
    await expect(late).rejects.toMatchObject({ _tag: "Unavailable", message: "the hub is stopping" })
    expect((await Effect.runPromise(store.claim(id))).epoch).toBe(epoch + 1)
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })
})
