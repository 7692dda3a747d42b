/**
 * Children that come and go: check:T2 and check:T4 through a real hub and runner.
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { outputOf, wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { descriptorsOf, processesWith, zombiesOf } from "../src/processes.ts"
import { sized } from "../src/sizes.ts"

const opened = new Opened()
afterEach(() => opened.close())

describe("children", () => {
  it("check:T4 R-12 starts, failed starts and kills leave no descriptor, no zombie and no grandchild", async () => {
    const hub = await opened.hub()
    const start = (body: object) => hub.call<Session>("POST", "/api/sessions", { kind: "terminal", ...body })
    const first = await start({ command: "true" })
    expect(first.status).toBe(201)
    const [runner = 0] = hub.runners()
    await eventually(
      "the first ended",
      10_000,
      async () => (await hub.call<Session>("GET", `/api/sessions/${first.body.id}`)).body.process === "exited",
    )
    const terminals = (): number =>
      descriptorsOf(runner).filter((target) => target.includes("ptmx") || target.includes("/pts/")).length
    const baseline = { terminals: terminals(), all: descriptorsOf(runner).length }
    // Every process that a child starts carries the generation of its runner in its environment.
    const [generation = ""] = readdirSync(join(hub.data, "runner"))
    const marker = `HOLDFAST_CHILD=${generation}:`
    const probe = await start({ command: "sleep", args: ["1000"] })
    expect(processesWith(marker)).toHaveLength(1)
    await hub.call("DELETE", `/api/sessions/${probe.body.id}`)
    const cycles = sized({ short: 40, ci: 200, long: 2000 })
    const cycle = async (n: number): Promise<void> => {
      if (n % 5 === 4) {
        expect((await start({ command: "holdfast-no-such-program" })).status).toBe(422)
        return
      }
      // A grandchild in a session of its own keeps the terminal open and outlives its parent.
      const made = await start({ command: "sh", args: ["-c", "setsid sleep 1000 & exec sleep 1000"] })
      expect(made.status).toBe(201)
      expect((await hub.call("DELETE", `/api/sessions/${made.body.id}`)).status).toBe(200)
    }
    for (let n = 0; n < cycles; n += 8) await Promise.all(Array.from({ length: Math.min(8, cycles - n) }, (_, i) => cycle(n + i)))
    await eventually("the terminals are closed", 10_000, () => terminals() <= baseline.terminals)
    await eventually("no process is left", 10_000, () => processesWith(marker).length === 0)
    await eventually("descriptors are at the baseline", 5000, () => descriptorsOf(runner).length <= baseline.all + 5)
    expect(zombiesOf(runner)).toEqual([])
    process.stdout.write(`check:T4 ${cycles} cycles, ${descriptorsOf(runner).length} descriptors, ${baseline.all} before\n`)
  })

  it("check:T2 R-11 the last line comes before the exit code, every time", async () => {
    const hub = await opened.hub()
    const rounds = sized({ short: 4, ci: 20, long: 100 })
    for (let round = 0; round < rounds; round++) {
      const { body } = await hub.call<Session>("POST", "/api/sessions", {
        kind: "terminal",
        command: "sh",
        args: ["-c", "seq 1 200000; exit 7"],
      })
      await eventually(
        "it ended",
        30_000,
        async () => (await hub.call<Session>("GET", `/api/sessions/${body.id}`)).body.process === "exited",
      )
      const log = await wholeLog(hub, body.id)
      const text = outputOf(log).toString("latin1")
      expect([text.length, text.endsWith("199999\r\n200000\r\n")]).toEqual([1_488_895, true])
      expect(log.at(-1)).toMatchObject({ type: "exit", data: { code: 7 } })
    }
  })
})
