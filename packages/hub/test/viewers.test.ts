/** Who gives the size and who types, as viewers leave and come back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let runner: ScriptedRunner
let clock = 0

beforeEach(async () => {
  directory = await testDirectory()
  runner = new ScriptedRunner("one")
  clock = Date.now()
  house = await openHouse({ directory: directory.path, runners: runner.layer, now: () => clock })
})

afterEach(async () => {
  await house.close()
  await directory.remove()
})

describe("viewers that leave and come back", () => {
  it("T-48 after a restart of the hub the viewer that had the size has it again, whichever returns first, and the size does not flap", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh", cols: 120, rows: 40 })
    const attach = (client: string, cols: number, rows: number, gaveSize?: boolean) =>
      attachReader(house, {
        session: id,
        after: 0,
        mode: "interactive",
        client,
        cols,
        rows,
        ...(gaveSize === undefined ? {} : { gaveSize }),
      })
    const small = await attach("client-small", 60, 20, false)
    const large = await attach("client-large", 121, 41, true)
    await large.until("the size", () => runner.child.sizes.at(-1) === "121x41")
    clock += 1000
    large.attachment?.detach()
    small.attachment?.detach()
    await attach("client-small", 60, 20, false)
    const again = await attach("client-large", 122, 42, true)
    await again.until("the size", () => runner.child.sizes.at(-1) === "122x42")
    clock += 1000
    const fresh = await attach("client-fresh", 80, 24)
    await fresh.until("the size", () => runner.child.sizes.at(-1) === "80x24")
    expect(runner.child.sizes).toEqual(["121x41", "122x42", "80x24"])
  })

  it("T-47 a holder of the keyboard who detaches leaves it free at once, one whose connection is lost does not", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const typist = async () => (await house.run(house.hub.get(id))).terminal?.typist?.name
    for (const [how, holder] of [
      ["leave", undefined],
      ["detach", "Ada"],
    ] as const) {
      const one = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
      await house.run(house.hub.setTypist(id, { client: "client-one", name: "Ada" }, "single", OWNER))
      one.attachment?.[how]()
      await vi.waitUntil(async () => (await typist()) === holder, { timeout: 10_000 })
    }
  })
})
