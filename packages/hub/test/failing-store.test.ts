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
})
