import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import { performed } from "../src/Hub.ts"

const EVENTS = 100_000

describe("a terminal's long past", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("T-59 a place in a log of 100,000 events is there within 300 ms", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const rows = 24
    runner.child.checkpoint = () => {
      const position = runner.child.journal.length
      const screen = runner.child.journal.slice(-rows).flatMap((entry) => ("bytes" in entry ? [entry.bytes] : []))
      return Promise.resolve({ position, cols: 80, rows, screen: Buffer.concat(screen).toString() })
    }
    for (let i = 0; i < EVENTS; i++) {
      runner.print(`line ${i} \u001b[32m${"ok ".repeat(20)}\u001b[0m\r\n`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const lastSeq = EVENTS + 2
    await eventually("all events are durable", 60_000, async () => (await house.run(house.hub.get(id))).lastSeq === lastSeq)
    const at = async (seq: number): Promise<number> => {
      const began = performance.now()
      const { base64 } = await house.run(performed(house.hub, "terminal.past", { session: id, seq }, OWNER))
      const milliseconds = performance.now() - began
      const shown = Buffer.from(base64, "base64")
        .toString()
        .match(/line \d+/g)
        ?.at(-1)
      expect(shown, `at ${seq}`).toBe(`line ${seq - 3}`)
      return milliseconds
    }
    const took: Array<number> = []
    for (const share of [0.5, 0.2, 0.8, 0.99, 0.01, 0.33, 0.66, 0.51, 0.49]) took.push(await at(Math.floor(lastSeq * share)))
    const sorted = took.toSorted((a, b) => a - b)
    console.log(`a place in ${lastSeq} events: ${sorted.map((one) => one.toFixed(0)).join(", ")} ms`)
    // What the machine does besides is in the slowest; nothing of it may come from reading the whole log.
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(300)
    expect(sorted.at(-1)).toBeLessThan(2000)
  })
})
