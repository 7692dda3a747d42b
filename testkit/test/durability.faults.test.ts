/**
 * Durability and children through kills: check:D1, check:D2, check:H1, check:H2, check:H3 with real hubs, runners and shells.
 */
import { createHash } from "node:crypto"
import { spawnSync } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { eventually, Hopeless } from "../src/eventually.ts"
import { HUB_COMMAND, type HubProcess } from "../src/hub-process.ts"
import { startKeyedLoad } from "../src/keyed-load.ts"
import { outputOf, readLog, wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { isAlive, processesWith, residentBytes } from "../src/processes.ts"
import { randomFrom, seedOf, sized } from "../src/sizes.ts"
import { openShell } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())

const ended = (hub: HubProcess, id: string, within: number): Promise<Session> =>
  eventually("the child ended", within, async () => {
    const { body } = await hub.call<Session>("GET", `/api/sessions/${id}`)
    return body.process !== "running" && body.process !== "starting" ? body : undefined
  })

describe("durability", () => {
  it("check:D1 a hub that is killed at any moment keeps every acknowledged event, once and in order", async () => {
    const random = randomFrom(seedOf("check:D1"))
    const hub = await opened.hub()
    const sessions: Array<string> = []
    for (let i = 0; i < 8; i++) sessions.push((await openShell(hub, "exec cat")).id)
    const load = startKeyedLoad(hub, sessions, 4)
    const rounds = sized({ short: 3, ci: 20, long: 200 })
    let slowest = 0
    for (let round = 0; round < rounds; round++) {
      await pause(20 + random() * sized({ short: 500, ci: 1980, long: 1980 }))
      await hub.kill("SIGKILL")
      slowest = Math.max(slowest, await hub.start())
    }
    await load.finish()
    const { events } = await load.verify()
    process.stdout.write(
      `check:D1 ${rounds} kills, ${load.acknowledged()} acknowledged, ${events} events, slowest start ${slowest.toFixed(0)} ms\n`,
    )
    expect(load.acknowledged()).toBeGreaterThan(rounds)
    expect(slowest).toBeLessThan(sized({ short: 6000, ci: 6000, long: 6000 }))
  })

  const strace = spawnSync("strace", ["-V"]).status === 0
  it.runIf(strace)(
    "check:D2 a hub that dies at its k-th sync or write loses nothing acknowledged and doubles nothing",
    async () => {
      const hub = await opened.hub()
      const session = (await openShell(hub, "exec cat")).id
      const load = startKeyedLoad(hub, [session], 4)
      const kills = sized({ short: 3, ci: 15, long: 60 })
      let early = 0
      for (let k = 1; k <= kills; k++) {
        await hub.kill("SIGKILL")
        const calls = k % 2 === 0 ? "pwrite64" : "fdatasync,fsync"
        const inject = ["-e", `trace=${calls}`, "-e", `inject=${calls}:signal=SIGKILL:when=${3 * k}`]
        try {
          await hub.start(["strace", "-f", "-qq", "-o", "/dev/null", ...inject, ...HUB_COMMAND])
          await eventually("the hub died", 30_000, () => !isAlive(hub.pid()))
        } catch (error) {
          if (!(error instanceof Hopeless)) throw error
          early++
        }
        await hub.start()
      }
      await load.finish()
      const { events } = await load.verify()
      process.stdout.write(
        `check:D2 ${kills} kills at a write or sync, ${early} of them before the hub was ready, ${events} events\n`,
      )
    },
  )
  it.skipIf(strace)("check:D2 is left out: strace is not installed", () => {
    process.stdout.write("check:D2 skipped: strace is not installed\n")
  })

  it("check:H1 a terminal runs on through kills of the hub; every line is in the log once, in order, then the exit code", async () => {
    const random = randomFrom(seedOf("check:H1"))
    const kills = sized({ short: 3, ci: 20, long: 100 })
    const lines = kills * 100
    const hub = await opened.hub()
    const session = await openShell(
      hub,
      `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i"; sleep 0.008; done; exit 7`,
    )
    for (let kill = 0; kill < kills; kill++) {
      await pause(20 + random() * 400)
      await hub.kill("SIGKILL")
      await hub.start()
    }
    const end = await ended(hub, session.id, 60_000 + lines * 20)
    expect(end).toMatchObject({ process: "exited", exitCode: 7 })
    const log = await wholeLog(hub, session.id)
    const text = outputOf(log).toString("utf8")
    const expected = Array.from({ length: lines }, (_, i) => `line ${i + 1}\r\n`).join("")
    expect(createHash("sha256").update(text).digest("hex")).toBe(createHash("sha256").update(expected).digest("hex"))
    expect(log.at(-1)).toMatchObject({ channel: "terminal", type: "exit", data: { code: 7 } })
  })

  it("check:H2 a killed runner is said in each of its sessions within 5 s, and no child is left", async () => {
    const hub = await opened.hub()
    const sessions = [await openShell(hub, "echo before; exec sleep 300"), await openShell(hub, "echo before; exec cat")]
    for (const { id } of sessions) {
      await eventually("the output is there", 10_000, async () =>
        outputOf(await wholeLog(hub, id))
          .toString("utf8")
          .includes("before"),
      )
    }
    const [runner] = hub.runners()
    if (runner === undefined) throw new Error("no runner")
    const killed = performance.now()
    process.kill(runner, "SIGKILL")
    for (const { id } of sessions) {
      const lost = await ended(hub, id, 10_000)
      expect(lost.process).toBe("lost")
      expect(lost.problem).toBeTruthy()
      expect(outputOf(await wholeLog(hub, id)).toString("utf8")).toContain("before")
      await eventually("no child is left", 5000, () => processesWith(`HOLDFAST_SESSION=${id}`).length === 0)
    }
    const said = performance.now() - killed
    process.stdout.write(`check:H2 said after ${said.toFixed(0)} ms\n`)
    expect(said).toBeLessThan(5000)
    const again = await openShell(hub, "echo again; exit 0")
    expect(await ended(hub, again.id, 10_000)).toMatchObject({ process: "exited", exitCode: 0 })
  })

  it("check:H3 with the hub away a child prints on; the runner stays small and all of it is in the log afterwards", async () => {
    const megabytes = sized({ short: 40, ci: 200, long: 200 })
    const hub = await opened.hub()
    // 5 MB with the hub there first, so that the runner is warm when its memory is measured.
    const numbers = (count: number): string => `seq 1 100000000 | head -c ${count}000000`
    const session = await openShell(hub, `stty -opost -echo; ${numbers(5)}; read go; ${numbers(megabytes)}; exit 0`)
    await eventually("the runner is warm", 30_000, async () => outputOf(await wholeLog(hub, session.id)).length === 5_000_000)
    const [runner] = hub.runners()
    if (runner === undefined) throw new Error("no runner")
    const { lastSeq } = (await hub.call<Session>("GET", `/api/sessions/${session.id}`)).body
    await hub.call("POST", `/api/sessions/${session.id}/input`, { key: "go-1", text: "\n" })
    await eventually(
      "the child prints",
      10_000,
      async () => (await hub.call<Session>("GET", `/api/sessions/${session.id}`)).body.lastSeq > lastSeq + 1,
    )
    await hub.kill("SIGKILL")
    const before = residentBytes(runner)
    let peak = before
    const away = performance.now()
    await eventually("the child ended", 120_000, () => {
      peak = Math.max(peak, residentBytes(runner))
      return processesWith(`HOLDFAST_SESSION=${session.id}`).length === 0
    })
    process.stdout.write(
      `check:H3 ${megabytes} MB in ${(performance.now() - away).toFixed(0)} ms, runner +${((peak - before) / 1e6).toFixed(1)} MB\n`,
    )
    await hub.start()
    expect(await ended(hub, session.id, 120_000)).toMatchObject({ process: "exited", exitCode: 0 })
    const got = createHash("sha256")
    let size = 0
    for await (const event of readLog(hub, session.id)) {
      const bytes = outputOf([event])
      size += bytes.length
      got.update(bytes)
    }
    const want = spawnSync("sh", ["-c", `{ ${numbers(5)}; ${numbers(megabytes)}; } | sha256sum`])
      .stdout.toString()
      .slice(0, 64)
    expect({ size, hash: got.digest("hex") }).toEqual({ size: (megabytes + 5) * 1_000_000, hash: want })
    expect(peak - before).toBeLessThan(32 * 1024 * 1024)
  })
})
