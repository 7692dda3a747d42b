import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Runners } from "@holdfast/hub/child/Runners"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { type ListQuery, Store, StoreUnusable } from "@holdfast/store/Store"
import { discoverRunners } from "@holdfast/runner/client/generations"
import { layerDetached } from "@holdfast/server/inside/runner-layers"
import {
  attachReader,
  createTerminal,
  type House,
  type HouseOptions,
  openHouse,
  OWNER,
  testDirectory,
  testSettings,
} from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

const program = fileURLToPath(new URL("../../../apps/cli/src/runner-main.ts", import.meta.url))

const gone = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")
  } catch {
    return true
  }
}

describe("a hub that starts again", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  const houses: Array<House> = []
  const open = async (options: Omit<HouseOptions, "directory">): Promise<House> => {
    const house = await openHouse({ directory: directory.path, ...options })
    houses.push(house)
    return house
  }
  const close = async (house: House): Promise<void> => {
    houses.splice(houses.indexOf(house), 1)
    await house.close()
  }
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    for (const house of houses.splice(0)) await house.close()
    await directory.remove()
  })
  const detached = () => layerDetached({ dataDirectory: directory.path, program, settings: testSettings() })

  it("R-23 R-2 a runner of another build keeps what it has, gets nothing new, and ends while its hub is connected (fault:N62)", async () => {
    const old = layerDetached({ dataDirectory: directory.path, program, settings: testSettings(), build: "old" })
    const first = await open({ sqlite: true, runners: old })
    const session = await createTerminal(first, { command: "/bin/sh", args: ["-c", "read x"] })
    const buildsOf = async (house: House): Promise<ReadonlyArray<unknown>> =>
      ((await house.run(house.hub.runnerStatus)) as ReadonlyArray<{ build: string }>).map(({ build }) => build)
    await close(first)
    const second = await open({ sqlite: true, runners: detached() })
    const reader = await attachReader(second, { session: session.id, after: 0 })
    await reader.until("the start", ({ list }) => list.at(-1)?.type === "started")
    await createTerminal(second, { command: "/bin/sh", args: ["-c", "read x"] })
    expect((await buildsOf(second)).toSorted()).toEqual(["", "old"])
    await second.run(second.hub.input(session.id, undefined, Buffer.from("go\n"), OWNER))
    await reader.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    await vi.waitUntil(async () => (await buildsOf(second)).join() === "", { timeout: 20_000, interval: 50 })
    await second.run(second.hub.stopRunners(true))
  })

  it(
    "R-5 check:H1 output of before, during and after a restart is there once and in order, from a detached runner",
    { timeout: 180_000 },
    async () => {
      const first = await open({ sqlite: true, runners: detached() })
      const script =
        "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; [ $((i%100)) = 0 ] && sleep 0.02; done; read x; echo done $x; exit 5"
      const session = await createTerminal(first, { command: "/bin/sh", args: ["-c", script] })
      const early = await attachReader(first, { session: session.id, after: 0 })
      await early.until("some output", ({ text }) => text.includes("line 100\r"))
      await close(first)
      expect(early.seen.at(-1)).toMatchObject({ kind: "detached" })
      const cursor = early.list.at(-1)?.seq ?? 0

      const second = await open({ sqlite: true, runners: detached() })
      const record = await second.run(second.hub.get(session.id))
      expect(record.process).toBe("running")
      const reader = await attachReader(second, { session: session.id, after: cursor, mode: "interactive", client: "typist-1" })
      await reader.until("all lines", ({ text }) => text.includes("line 3000\r"), 20_000)
      const settled = new Promise<unknown>((resolve) => reader.attachment?.input(1, Buffer.from("well\r"), resolve))
      expect(await settled).toBeUndefined()
      await reader.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
      reader.checkDense(cursor)
      const lines = (early.text + reader.text).split("\r\n").filter((line) => line.startsWith("line "))
      expect(lines).toEqual(Array.from({ length: 3000 }, (_, i) => `line ${i + 1}`))
      expect(reader.list.at(-1)?.data).toEqual({ code: 5 })
      const drained = await second.run(second.hub.stopRunners(true))
      expect(drained).toHaveLength(1)
    },
  )

  it(
    "H-7 check:O4 an input's key stands for one body and is typed once, also for a hub that was started again",
    { timeout: 180_000 },
    async () => {
      const first = await open({ sqlite: true, runners: detached() })
      const script = 'while read line; do echo "got $line."; done'
      const { id } = await createTerminal(first, { command: "/bin/sh", args: ["-c", `stty -echo; ${script}`] })
      const type = (house: House, key: string, text: string) =>
        house.run(house.hub.input(id, key, Buffer.from(`${text}\r`), OWNER))
      await Promise.all([type(first, "k1", "one"), type(first, "k1", "one"), type(first, "k2", "two")])
      await close(first)

      const second = await open({ sqlite: true, runners: detached() })
      await expect(type(second, "k1", "other")).rejects.toMatchObject({ _tag: "KeyConflict", key: "k1" })
      await type(second, "k1", "one")
      await type(second, "k3", "three")
      const reader = await attachReader(second, { session: id, after: 0 })
      await reader.until("the last input", ({ text }) => text.includes("got three."))
      expect(reader.text.match(/got \w+/g)?.toSorted()).toEqual(["got one", "got three", "got two"])
      reader.checkDense(0)
      await second.run(second.hub.stopRunners(true))
    },
  )

  it(
    "R-16 check:H2 a runner that was killed is said within 5 s, and the next terminal gets a new one",
    { timeout: 180_000 },
    async () => {
      const house = await open({ sqlite: true, runners: detached() })
      const session = await createTerminal(house, { command: "/bin/sh", args: ["-c", "echo before; exec sleep 1000"] })
      const reader = await attachReader(house, { session: session.id, after: 0 })
      await reader.until("the output", ({ text }) => text.includes("before"))
      const [found] = await discoverRunners(directory.path)
      const pid = found?.record?.pid ?? 0
      process.kill(pid, "SIGKILL")
      const begin = Date.now()
      await reader.until("the loss", ({ list }) => list.at(-1)?.type === "lost")
      expect(Date.now() - begin).toBeLessThan(5000)
      expect(reader.list.at(-1)).toMatchObject({ data: { reason: "runner-died" } })
      reader.checkDense(0)
      expect((await house.run(house.hub.get(session.id))).process).toBe("lost")
      const another = await createTerminal(house, { command: "/bin/sh", args: ["-c", "echo again"] })
      expect(another.process).not.toBe("lost")
      await house.run(house.hub.stopRunners(true))
      expect(gone(pid)).toBe(true)
    },
  )

  it("R-18 a start that was never confirmed is lost with start-unconfirmed when its runner died", async () => {
    const runner = new ScriptedRunner("one")
    runner.swallow = true
    const first = await open({ sqlite: true, runners: runner.layer })
    void createTerminal(first, { command: "/bin/sh" }).catch(() => {})
    const [made] = await listed(first)
    await close(first)
    runner.state = "dead"
    const second = await open({ sqlite: true, runners: new ScriptedRunner("two", [runner]).layer })
    const reader = await attachReader(second, { session: made ?? "", after: 0 })
    await reader.until("the loss", ({ list }) => list.at(-1)?.type === "lost")
    expect(reader.list.at(-1)).toMatchObject({ data: { reason: "start-unconfirmed" } })
  })

  it("R-18 a start that was never confirmed is repeated under the same id on a living runner", async () => {
    const runner = new ScriptedRunner("one")
    runner.swallow = true
    const first = await open({ sqlite: true, runners: runner.layer })
    void createTerminal(first, { command: "/bin/sh" }).catch(() => {})
    const [made] = await listed(first)
    await close(first)
    runner.swallow = false
    const second = await open({ sqlite: true, runners: runner.layer })
    const reader = await attachReader(second, { session: made ?? "", after: 0 })
    await reader.until("the start", ({ list }) => list.at(-1)?.type === "started")
    expect(runner.children).toHaveLength(1)
  })

  it("R-8 R-18 a start whose answer was lost with the connection is made once, and the create still answers", async () => {
    const runner = new ScriptedRunner("one")
    runner.swallow = true
    const house = await open({ runners: runner.layer })
    const creating = createTerminal(house, { command: "/bin/sh" })
    await listed(house)
    runner.swallow = false
    runner.cut()
    expect((await creating).process).toBe("running")
    expect(runner.children).toHaveLength(1)
  })

  it("R-5 a connection that is cut between any two entries loses and doubles nothing", async () => {
    const runner = new ScriptedRunner("one")
    const house = await open({ runners: runner.layer })
    const session = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: session.id, after: 0 })
    for (let i = 0; i < 30; i++) {
      runner.print(`${i},`)
      if (i % 3 === 0) runner.cut()
      runner.print(`${i};`)
      await reader.until("the connection", () => runner.child.sending > 0 || i % 3 !== 0, 50).catch(() => {})
    }
    runner.note({ type: "exit", code: 0 })
    await reader.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    reader.checkDense(0)
    expect(reader.text).toBe(runner.child.printed(runner.child.journal.length))
  })

  it("W-6 input that was not settled reaches the child once, after the connection came back", async () => {
    const runner = new ScriptedRunner("one")
    const house = await open({ runners: runner.layer })
    const session = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: session.id, after: 0, mode: "interactive", client: "typist-1" })
    await reader.until("the start", ({ list }) => list.at(-1)?.type === "started")
    runner.settleInput = false
    const settled = [1, 2].map(
      (number) => new Promise((resolve) => reader.attachment?.input(number, Buffer.from(`${number}`), resolve)),
    )
    runner.cut()
    runner.settleInput = true
    expect(await Promise.all(settled)).toEqual([undefined, undefined])
    expect(runner.child.inputs).toEqual(["1", "2"])
    const again = new Promise((resolve) => reader.attachment?.input(2, Buffer.from("2"), resolve))
    expect(await again).toBeUndefined()
    expect(runner.child.inputs).toEqual(["1", "2"])
  })

  it("S-4 trap:16 trap:15 a hub that starts is ready without reading logs, and takes sessions over", async () => {
    const runner = new ScriptedRunner("one")
    const first = await open({ sqlite: true, runners: runner.layer })
    const session = await createTerminal(first, { command: "/bin/sh" })
    for (let i = 0; i < 500; i++) runner.print(`line ${i}\n`)
    await close(first)
    const second = await open({ sqlite: true, runners: runner.layer })
    expect((await second.run(second.hub.health)).ready).toBe(true)
    const reader = await attachReader(second, { session: session.id, after: 0 })
    await reader.until("all", ({ text }) => text.includes("line 499\n"))
    expect(reader.text).toBe(runner.child.printed(runner.child.journal.length))
  })

  it.each([
    ["the list of sessions", "list", 5],
    ["what it kept", "recover", 2],
  ] as const)("R-16 keeps what a dead runner left until %s could be read", async (_, failing, times) => {
    const calls: Array<string> = []
    let failures: number = times
    const answer = <A>(call: string, value: A): Promise<A> => {
      calls.push(call)
      return call === failing && failures-- > 0 ? Promise.reject(new Error("too many open files")) : Promise.resolve(value)
    }
    const dead = { state: "dead", generation: "dead", directory: "dead", record: undefined } as const
    const runners = Layer.succeed(Runners, {
      build: "",
      discover: () => Promise.resolve([dead]),
      connect: () => Promise.reject(new Error("no one is there")),
      start: () => Promise.reject(new Error("none is to be started")),
      recover: () => answer("recover", []),
      bury: () => answer("bury", undefined),
    })
    const store = Layer.effect(
      Store,
      Effect.map(Store, (inner) => ({
        ...inner,
        list: (query: ListQuery) =>
          Effect.andThen(
            Effect.tryPromise({
              try: () => answer("list", undefined),
              catch: (cause) => new StoreUnusable({ reason: "failed", message: String(cause) }),
            }),
            inner.list(query),
          ),
      })),
    ).pipe(Layer.provide(MemoryStore.layer))
    const house = await open({ store, runners })
    await vi.waitUntil(() => calls.includes("bury"), { timeout: 20_000, interval: 20 })
    expect(calls.slice(0, calls.indexOf("bury")).filter((call) => call === failing).length).toBeGreaterThan(times)
    expect(house.reports.length).toBeGreaterThan(0)
  })

  it("R-22 a connected runner that says nothing is not waited for without end", async () => {
    class SilentRunner extends ScriptedRunner {
      protected override answers(...given: Parameters<ScriptedRunner["answers"]>) {
        return { ...super.answers(...given), status: () => new Promise<never>(() => {}) }
      }
    }
    const house = await open({ runners: new SilentRunner("silent").layer })
    await createTerminal(house, { command: "/bin/sh" })
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      const asked = house.run(Effect.flip(house.hub.runnerStatus))
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await asked).toMatchObject({ _tag: "Unavailable", message: expect.stringContaining("within 10 s") })
    } finally {
      vi.useRealTimers()
    }
  })

  it("a child whose session was purged is ended and forgotten", async () => {
    const runner = new ScriptedRunner("one")
    const first = await open({ sqlite: false, runners: runner.layer })
    await createTerminal(first, { command: "/bin/sh" })
    await close(first)
    const second = await open({ sqlite: false, runners: runner.layer })
    await second.run(second.hub.health)
    expect(runner.child.ended).toBe(true)
    expect(runner.child.forgotten).toBe(true)
  })
})

/** Ids of all sessions, once there is one. */
async function listed(house: House): Promise<ReadonlyArray<string>> {
  const seen = Promise.withResolvers<ReadonlyArray<string>>()
  const feed = await house.run(
    house.hub.watch(
      { after: 0 },
      (_, sessions) => (sessions.length > 0 ? seen.resolve(sessions.map(({ id }) => id)) : undefined),
      OWNER,
    ),
  )
  feed.start()
  const ids = await seen.promise
  feed.stop()
  return ids
}
