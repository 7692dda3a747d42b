/** How inputs are told from each other, from the door to the child. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { encodeInput, FRAME_INPUT_RESULT } from "@holdfast/protocol/frame"
import { RUNNER_WAIT } from "../src/child/RunnerWait.ts"
import { Faults } from "@holdfast/testkit/hub/faulty-store"
import {
  attachReader,
  createTerminal,
  type House,
  openHouse,
  OWNER,
  type Reader,
  testDirectory,
} from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import { openSocket, RawClient } from "@holdfast/testkit/hub/socket-house"

let directory: Awaited<ReturnType<typeof testDirectory>>
let runner: ScriptedRunner
const houses: Array<House> = []

const open = async (): Promise<House> => {
  const house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  houses.push(house)
  return house
}

const close = (house: House): Promise<void> => {
  houses.splice(houses.indexOf(house), 1)
  return house.close()
}

const keyed = (house: House, id: string, key: string, text = key): Promise<{ readonly seq: number }> =>
  house.run(house.hub.input(id, key, Buffer.from(text), OWNER))

const type = (reader: Reader, number: number, text = "x"): Promise<unknown> =>
  new Promise((settled) => reader.attachment?.input(number, Buffer.from(text), settled))

beforeEach(async () => {
  directory = await testDirectory()
  runner = new ScriptedRunner("one")
})

afterEach(async () => {
  await Promise.all(houses.splice(0).map((house) => house.close()))
  await directory.remove()
})

describe("inputs with keys", () => {
  it("R-19 H-7 a key is carried out once, with one answer, however many inputs come in between and whatever is printed (fault:N58, fault:N73)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const first = await keyed(house, id, "A")
    expect(await keyed(house, id, "A")).toEqual(first)
    for (let round = 0; round < 22; round++) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => keyed(house, id, `${round}-${i}`, "n")))
    }
    for (let i = 0; i < 100; i++) await house.run(house.hub.input(id, undefined, Buffer.from("n"), OWNER))
    runner.print("more of the log")
    await vi.waitUntil(async () => (await house.run(house.hub.get(id))).lastSeq > first.seq, { timeout: 10_000 })
    expect(await Promise.all([keyed(house, id, "A"), keyed(house, id, "A")])).toEqual([first, first])
    expect(runner.child.inputs.filter((text) => text === "A")).toEqual(["A"])
    // What has no key is one client to the runner, so it pushes nobody out of its memory.
    expect(runner.child.carriedOut.size).toBe(1)
    await expect(keyed(house, id, "A", "B")).rejects.toMatchObject({ _tag: "KeyConflict", key: "A" })
    runner.note({ type: "exit", code: 0 })
    await vi.waitUntil(async () => (await house.run(house.hub.get(id))).process === "exited", { timeout: 10_000 })
    expect(await keyed(house, id, "A")).toEqual(first)
    await expect(keyed(house, id, "new")).rejects.toMatchObject({ _tag: "SessionNotReady" })
  })

  it("R-19 a hub that is killed between the hand-over and its confirmation changes nothing: the runner knows the key (fault:N58)", async () => {
    const before = await open()
    const { id } = await createTerminal(before, { command: "/bin/sh" })
    runner.settleInput = false
    const lost = keyed(before, id, "A").catch((error: unknown) => error)
    await vi.waitUntil(() => runner.child.inputs.length === 1, { timeout: 10_000 })
    await close(before)
    expect(await lost).toMatchObject({ _tag: "Unavailable" })
    const after = await open()
    const again = keyed(after, id, "A")
    const [key = ""] = runner.child.keyed.keys()
    runner.tell(key)
    const { seq } = await again
    expect(runner.child.inputs).toEqual(["A"])
    await expect(keyed(after, id, "A", "B")).rejects.toMatchObject({ _tag: "KeyConflict" })
    await close(after)
    expect(await keyed(await open(), id, "A")).toEqual({ seq })
    expect(runner.child.inputs).toEqual(["A"])
  })
})

describe("inputs on a full disk", () => {
  it("T-46 one with a key is refused at once and never typed, one whose note finds no room is answered at once; without a key all is typed", async () => {
    const faults = new Faults()
    let late = 0
    const settings = { directory: directory.path, store: faults.layer, runners: runner.layer, now: () => Date.now() + late }
    const house = await openHouse(settings)
    houses.push(house)
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    await keyed(house, id, "A")
    // Nothing has told yet that the disk is full.
    late = 60_000
    faults.full = true
    for (const key of ["B", "B", "C"]) await expect(keyed(house, id, key)).rejects.toMatchObject({ _tag: "StorageFull" })
    await house.run(house.hub.input(id, undefined, Buffer.from("rm fill"), OWNER))
    faults.full = false
    await vi.waitUntil(() => keyed(house, id, "D").then(Boolean, () => false), { timeout: 10_000 })
    // A moment ago there was room.
    faults.full = true
    await expect(keyed(house, id, "E")).rejects.toMatchObject({ _tag: "StorageFull" })
    expect(runner.child.inputs).toEqual(["A", "rm fill", "D", "E"])
    faults.full = false
    await vi.waitUntil(() => keyed(house, id, "E").then(Boolean, () => false), { timeout: 10_000 })
    expect(runner.child.inputs).toEqual(["A", "rm fill", "D", "E"])
  })
})

describe("other commands with keys", () => {
  it("S-6 R-19 one that changed nothing has the same answer each time (fault:N73)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const restore = () => house.run(house.hub.restore(id, "once", OWNER))
    const { seq, changed } = await restore()
    runner.print("more of the log")
    await vi.waitUntil(async () => (await house.run(house.hub.get(id))).lastSeq > seq, { timeout: 10_000 })
    expect(changed).toBe(false)
    expect(await restore()).toMatchObject({ seq, changed })
  })
})

describe("seats", () => {
  it("R-20 two connections with one client id both type, and none settles, numbers or blocks the other's input (fault:N48)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const attach = (connection: string) =>
      attachReader(house, { session: id, after: 0, mode: "interactive", client: "same-client", connection })
    const [one, two] = [await attach("first-connection-1"), await attach("second-connection")]
    expect(await type(two, 2 ** 53 - 1, "far")).toMatchObject({ _tag: "BadRequest", field: "number" })
    expect(await type(two, 7, "a")).toBeUndefined()
    expect([await type(one, 1, "b"), await type(one, 2, "c")]).toEqual([undefined, undefined])
    one.attachment?.detach()
    const again = await attach("first-connection-1")
    expect(again.attachment?.inputs).toBe(2)
    expect(await type(again, 2, "c")).toBeUndefined()
    expect(runner.child.inputs).toEqual(["a", "b", "c"])
  })

  it("R-9 an input that the runner refused does not count as carried out, and sent again under its number it is typed", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const attach = () => attachReader(house, { session: id, after: 0, mode: "interactive", connection: "the-one-connection" })
    const reader = await attach()
    expect(await type(reader, 1, "a")).toBeUndefined()
    runner.inputRefusal = { tag: "Busy", message: "the process does not take its input" }
    expect(await type(reader, 2, "b")).toMatchObject({ _tag: "Busy" })
    runner.inputRefusal = undefined
    // The client did not hear of it.
    reader.attachment?.detach()
    const again = await attach()
    expect(again.attachment?.inputs).toBe(1)
    expect(await type(again, 2, "b")).toBeUndefined()
    expect(runner.child.inputs).toEqual(["a", "b"])
  })

  it("R-20 a client id that is kept over reloads counts no input twice: each connection names itself, and one that does not is refused (fault:N48)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const socket = await openSocket(house)
    const join = async (own: string) => {
      const client = new RawClient(socket.port)
      await client.hello("same-client", own)
      const { value } = await client.call("Attach", { session: id, mode: "interactive" })
      const handle = Number(value?.["handle"])
      let settled = 0
      const send = async (number: number, text: string) => {
        client.ws.send(encodeInput(handle, number, Buffer.from(text)))
        const wanted = ++settled
        await client.until("the answer", () => client.frames(FRAME_INPUT_RESULT).length >= wanted)
      }
      return { client, send, inputs: value?.["inputs"] }
    }
    try {
      const [one, two] = [await join("first-connection-1"), await join("second-connection")]
      await two.send(5, "a")
      await one.send(1, "b")
      one.client.ws.close()
      await vi.waitUntil(() => socket.door.connections() === 1, { timeout: 10_000 })
      const back = await join("first-connection-1")
      expect(back.inputs).toBe(1)
      await back.send(1, "b")
      back.client.ws.close()
      const reloaded = await join("third-connection-3")
      expect(reloaded.inputs).toBe(0)
      await reloaded.send(1, "c")
      expect(runner.child.inputs).toEqual(["a", "b", "c"])
      const nameless = new RawClient(socket.port)
      await new Promise((resolve) => nameless.ws.once("open", resolve))
      const answer = await nameless.call("Hello", { protocol: 1, client: "same-client", name: "raw" })
      expect(answer).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
    } finally {
      await socket.close()
    }
  })

  it("T-10 the keyboard is held by a connection that may type: not by a client's name, and no reader keeps it held (fault:N48)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const attach = (connection: string, mode: "interactive" | "viewer" = "interactive") =>
      attachReader(house, { session: id, after: 0, mode, client: "same-client", connection })
    const take = (connection: string) =>
      house.run(house.hub.setTypist(id, { client: "same-client", connection, name: "Ada" }, "single", OWNER))
    const [holder, other] = [await attach("first-connection-1"), await attach("second-connection")]
    await attach("reading-connection", "viewer")
    await expect(take("reading-connection")).rejects.toMatchObject({ _tag: "ReadOnlyViewer" })
    await expect(take("absent-connection")).rejects.toMatchObject({ _tag: "ReadOnlyViewer" })
    await take("first-connection-1")
    expect(await type(other, 1)).toMatchObject({ _tag: "NotTypist" })
    const release = house.hub.setTypist(
      id,
      { client: "same-client", connection: "second-connection", name: "Ada" },
      "free",
      OWNER,
    )
    await expect(house.run(release)).rejects.toMatchObject({ _tag: "NotTypist" })
    expect(await type(holder, 1)).toBeUndefined()
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      holder.attachment?.detach()
      await attach("first-connection-1", "viewer")
      vi.advanceTimersByTime(30_000)
    } finally {
      vi.useRealTimers()
    }
    await other.until(
      "the keyboard is free",
      ({ list }) => JSON.stringify(list.at(-1)?.data) === JSON.stringify({ mode: "free" }),
    )
  })
})

describe("a runner that cannot be spoken to", () => {
  it("R-22 input that no program reads is answered in a bounded time, and typed once when it is sent again under its key (fault:N61)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.settleInput = false
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      const asked = [keyed(house, id, "A"), house.run(house.hub.input(id, undefined, Buffer.from("n"), OWNER))]
      const answers = Promise.all(asked.map((one) => one.catch((error: unknown) => error)))
      await vi.waitUntil(() => runner.child.inputs.length === 2)
      await vi.advanceTimersByTimeAsync(15_000)
      for (const error of await answers) expect(error).toMatchObject({ _tag: "Unavailable" })
    } finally {
      vi.useRealTimers()
    }
    const again = keyed(house, id, "A")
    runner.tell(runner.child.keyed.keys().next().value ?? "")
    await again
    expect(runner.child.inputs.toSorted()).toEqual(["A", "n"])
  })

  it("R-22 input is refused in a bounded time, with a key and without, and not carried out later; the key may be used again (fault:N61)", async () => {
    const house = await open()
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
    await reader.until("the start", ({ list }) => list.at(-1)?.type === "started")
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    runner.away = true
    runner.cut()
    try {
      const asked = [keyed(house, id, "A"), house.run(house.hub.input(id, undefined, Buffer.from("n"), OWNER))]
      const typed = type(reader, 1)
      const answers = Promise.all(asked.map((one) => one.catch((error: unknown) => error)))
      await vi.waitUntil(() => vi.getTimerCount() > 0)
      for (let time = 0; time < 2 * RUNNER_WAIT; time += 50) await vi.advanceTimersByTimeAsync(50)
      for (const error of [await typed, ...(await answers)]) expect(error).toMatchObject({ _tag: "Unavailable" })
      await expect(house.run(house.hub.resize(id, 90, 30, OWNER))).rejects.toMatchObject({ _tag: "Unavailable" })
      await expect(house.run(house.hub.signal(id, "SIGINT", OWNER))).rejects.toMatchObject({ _tag: "Unavailable" })
      const { ready, runner: state, problems } = await house.run(house.hub.health)
      expect({ ready, state }).toEqual({ ready: false, state: "away" })
      expect(problems.join()).toContain("cannot be reached")
      runner.away = false
      for (let time = 0; time < 2 * RUNNER_WAIT; time += 50) await vi.advanceTimersByTimeAsync(50)
    } finally {
      vi.useRealTimers()
    }
    await vi.waitUntil(async () => (await house.run(house.hub.health)).ready, { timeout: 10_000 })
    await keyed(house, id, "A")
    expect(runner.child.inputs).toEqual(["A"])
  })
})
