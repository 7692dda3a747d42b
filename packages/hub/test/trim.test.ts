import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { failure } from "@holdfast/testkit/hub/agent-house"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import { performed } from "../src/Hub.ts"

describe("a log over its limit", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  let clock = 1_000_000
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    house = await openHouse({
      directory: directory.path,
      runners: runner.layer,
      now: () => clock,
      settings: { logMaxBytes: 1024 * 1024, checkpointBytes: 64 * 1024 },
    })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("T-14 D-5 a log over its limit is trimmed up to a checkpoint, says so, and old cursors continue from a screen", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.child.checkpoint = () => {
      const position = runner.child.journal.length
      return Promise.resolve({ position, cols: 80, rows: 24, screen: `screen ${position}` })
    }
    const reader = await attachReader(house, { session: id, after: 0 })
    const block = Buffer.alloc(40_000, "y")
    for (let i = 0; i < 60 && !reader.list.some(({ type }) => type === "trimmed"); i++) {
      clock += 2500
      const before = reader.list.length
      runner.print(block)
      await reader.until("the block", ({ list }) => list.length > before)
    }
    await reader.until("the notice", ({ list }) => list.some(({ type }) => type === "trimmed"))
    reader.checkDense(0)
    const record = await house.run(house.hub.get(id))
    expect(record.firstSeq).toBeGreaterThan(5)
    const late = await attachReader(house, { session: id, after: 1 })
    await late.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(late.seen[0]).toMatchObject({ kind: "snapshot", head: { reason: "trimmed" } })
    late.checkDense(1)
    expect(late.list.at(-1)?.seq).toBe((await house.run(house.hub.get(id))).lastSeq)
  })

  it("T-59 a place that was trimmed is refused, although a picture from before it is kept", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.child.checkpoint = () => {
      const position = runner.child.journal.length
      return Promise.resolve({ position, cols: 80, rows: 24, screen: `screen ${position}` })
    }
    const past = (seq: number) => performed(house.hub, "terminal.past", { session: id, seq }, OWNER)
    const reader = await attachReader(house, { session: id, after: 0 })
    const block = Buffer.alloc(40_000, "y")
    const print = async () => {
      clock += 2500
      const before = reader.list.length
      runner.print(block)
      await reader.until("the block", ({ list }) => list.length > before)
    }
    const { length: begun } = reader.list
    // Not where a screen is stored.
    while (reader.list.length < begun + 1) await print()
    const early = reader.list.at(-1)?.seq ?? 0
    expect((await house.run(past(early))).seq).toBe(early)
    for (let i = 0; i < 60 && (await house.run(house.hub.get(id))).firstSeq < early + 4; i++) await print()
    const { firstSeq } = await house.run(house.hub.get(id))
    expect(firstSeq).toBeGreaterThanOrEqual(early + 4)
    for (const seq of [early, early + 1, firstSeq - 2]) {
      const refused = await failure(house, past(seq))
      expect(refused).toMatchObject({ _tag: "Unprocessable", field: "seq" })
      expect(refused.message).toContain(String(firstSeq))
    }
    expect((await house.run(past(firstSeq - 1))).seq).toBe(firstSeq - 1)
  })

  it.each([
    ["an old checkpoint", false],
    ["the checkpoint of its exit", true],
  ])("T-52 a flood that is over leaves no more of the log than its limit allows, after %s", async (_, ends) => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const { child } = runner
    let answer: (() => void) | undefined
    child.checkpoint = () => {
      const position = child.journal.length
      const reply = { position, cols: 80, rows: 24, screen: `screen ${position}` }
      // The first screen takes as long as the rest of the flood.
      return new Promise((resolve) => (answer = () => resolve(reply)))
    }
    const reader = await attachReader(house, { session: id, after: 0 })
    const block = Buffer.alloc(100_000, "y")
    for (let i = 1; i <= 40; i++) {
      runner.print(block)
      await reader.until("the block", ({ list }) => list.filter(({ type }) => type === "output").length >= i)
    }
    expect(answer).toBeDefined()
    answer?.()
    child.checkpoint = () => {
      const position = child.journal.length
      return Promise.resolve({ position, cols: 80, rows: 24, screen: `screen ${position}` })
    }
    clock += 2500
    if (ends) {
      runner.note({ type: "checkpoint", position: child.journal.length, cols: 80, rows: 24, screen: "the last one" })
      runner.note({ type: "exit", code: 0 })
    }
    const isShort = async (): Promise<boolean> => (await house.run(house.store.head(id))).bytes <= 1.25 * 1024 * 1024
    await expect.poll(isShort, { timeout: 10_000 }).toBe(true)
    const { firstSeq } = await house.run(house.hub.get(id))
    await reader.until("the notice", ({ list }) =>
      list.some(({ type, data }) => type === "trimmed" && (data as { through: number }).through === firstSeq - 1),
    )
    reader.checkDense(0)
    const removed = reader.list.flatMap(({ type, data }) =>
      type === "trimmed" ? [data as { through: number; bytes: number }] : [],
    )
    // What the notices count is what is gone: the blocks up to the last checkpoint, and little else.
    const blocks = reader.list.filter(({ type, seq }) => type === "output" && seq < firstSeq).length
    const bytes = removed.reduce((sum, one) => sum + one.bytes, 0)
    expect(bytes).toBeGreaterThan(blocks * block.length)
    expect(bytes).toBeLessThan((blocks + 1) * block.length)
  })
})
