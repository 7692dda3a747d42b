import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Doing } from "@holdfast/protocol/doing"
import { eventually } from "@holdfast/testkit/eventually"
import { createAgent, named, send } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import type { Caller } from "../src/Hub.ts"

describe("what sessions do now", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const open = async (scripted: boolean): Promise<void> => {
    runner = new ScriptedRunner("one")
    house = await openHouse({ directory: directory.path, ...(scripted ? { runners: runner.layer } : {}) })
  }

  /** Watches the feed; `told` is everything that it was told, with when. */
  const watching = async (by: Caller = OWNER, doing = true) => {
    const told: Array<Doing & { readonly at: number }> = []
    let changes = 0
    const sink = (
      _: number,
      sessions: ReadonlyArray<unknown>,
      __: boolean,
      ___: unknown,
      beside?: { readonly doing?: ReadonlyArray<Doing> },
    ) => {
      changes += sessions.length
      for (const one of beside?.doing ?? []) told.push({ ...one, at: performance.now() })
    }
    const watch = await house.run(house.hub.watch({ doing }, sink, by))
    watch.start()
    return {
      told,
      changes: () => changes,
      stop: () => watch.stop(),
      latest: (session: string) => told.findLast((one) => one.session === session),
    }
  }

  it("L-1 L-3 a watcher learns the last line of a terminal at most once a second, and one that comes later what is so now", async () => {
    await open(true)
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await watching()
    for (let line = 0; line < 300; line++) {
      runner.print(`line ${line}\r\n`)
      if (line % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await eventually("the last line", 4000, () => one.latest(id)?.words === "line 299")
    expect(one.latest(id)).toMatchObject({ what: "printing", words: "line 299" })
    const times = one.told.filter(({ session }) => session === id).map(({ at }) => at)
    for (const [index, at] of times.entries()) expect(at - (times[index - 1] ?? 0)).toBeGreaterThan(900)
    const two = await watching()
    await eventually("what is so now", 2000, () => two.latest(id)?.words === "line 299")
    const { change } = await house.run(house.hub.get(id))
    runner.note({ type: "exit", code: 0 })
    await eventually("the end", 4000, () => one.latest(id)?.what === "nothing")
    expect((await house.run(house.hub.get(id))).change).toBe(change + 1)
    one.stop()
    two.stop()
  })

  it("L-1 L-2 what came before anyone wanted to know reaches the first who does; others learn nothing", async () => {
    await open(true)
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    runner.print("early\r\n$ ")
    await eventually("the output", 2000, async () => (await house.run(house.hub.get(id))).lastSeq > 2)
    const plain = await watching(OWNER, false)
    const bound = await watching({ ...OWNER, sessions: new Set(["another"]) })
    const one = await watching()
    await eventually("the prompt", 4000, () => one.latest(id)?.words === "$")
    expect(plain.told).toEqual([])
    expect(bound.told).toEqual([])
    one.stop()
    bound.stop()
    runner.print("make\r\n")
    await eventually("the output", 2000, async () => (await house.run(house.hub.get(id))).lastSeq > 3)
    const later = await watching()
    await eventually("the line", 4000, () => later.latest(id)?.words === "$ make")
    expect(plain.told).toEqual([])
    for (const { stop } of [plain, later]) stop()
  })

  it("L-3 a watcher learns which tool an agent uses on what, and that it does nothing afterwards", async () => {
    await open(false)
    const one = await watching()
    const { id, reader } = await createAgent(house, { options: { permissions: "ask" } })
    await send(house, id, "[[bash echo from the tool]]")
    await reader.until("the request", (seen) => named(seen, "permission/asked").length > 0)
    await eventually("the tool", 4000, () => one.latest(id)?.what === "tool")
    expect(one.latest(id)).toMatchObject({ words: "bash", target: "echo from the tool" })
    await house.run(house.agents.interrupt(id, OWNER))
    await eventually("the end", 4000, () => one.latest(id)?.what === "nothing")
    one.stop()
  })
})
