/** Sessions that are deleted and come back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

describe("the trash", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    house = await openHouse({ directory: directory.path, runners: runner.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("R-24 a restore right after the deletion waits for the end of the process, on every door (fault:N53)", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 0 })
    await reader.until("the start", ({ list }) => list.at(-1)?.type === "started")
    runner.slowEnd = true
    await house.run(house.hub.remove(id, undefined, OWNER))
    const order: Array<string> = []
    const restored = house.run(house.hub.restore(id, undefined, OWNER)).then(({ session }) => {
      order.push("restored")
      return session
    })
    const changed = new Promise((resolve) =>
      house.hub.perform("sessions.restore", { session: id }, OWNER, ({ _tag }) => resolve(_tag)),
    )
    expect((await house.run(house.hub.get(id))).status).toBe("deleted")
    await house.run(house.hub.list({}))
    order.push("ended")
    runner.note({ type: "exit", code: 129, signal: "SIGHUP" })
    expect(await restored).toMatchObject({ status: "active", process: "exited" })
    expect(await changed).toBe("Success")
    expect(order).toEqual(["ended", "restored"])
  })

  it("R-24 a restore of a session whose process does not end is refused in a bounded time, and the session stays deleted (fault:N53)", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.slowEnd = true
    await house.run(house.hub.remove(id, undefined, OWNER))
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      const restored = house.run(house.hub.restore(id, undefined, OWNER)).catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(await restored).toMatchObject({ _tag: "Unavailable" })
    } finally {
      vi.useRealTimers()
    }
    expect((await house.run(house.hub.get(id))).status).toBe("deleted")
  })
})
