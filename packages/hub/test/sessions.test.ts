import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { FeedListener } from "@holdfast/hub/Hub"
import { Faults } from "@holdfast/testkit/hub/faulty-store"
import {
  attachReader,
  createTerminal,
  type House,
  openHouse,
  OWNER,
  Reader,
  testDirectory,
} from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

describe("sessions", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  let faults: Faults
  let clock = 0
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    faults = new Faults()
    clock = 1_000_000
    house = await openHouse({
      directory: directory.path,
      runners: runner.layer,
      store: faults.layer,
      now: () => clock,
      settings: { sessionQueueMax: 10, logMaxBytes: 1024 * 1024, checkpointBytes: 64 * 1024, idleUnload: 1000 },
    })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("T-1 a missing program, a missing cwd and a kind that is not there are refused before any session exists", async () => {
    await expect(createTerminal(house, { command: "no-such-program-here" })).rejects.toMatchObject({ _tag: "CommandNotFound" })
    await expect(createTerminal(house, { command: "/bin/sh", cwd: "/no/such/directory" })).rejects.toMatchObject({
      _tag: "Unprocessable",
      field: "cwd",
    })
    for (const [field, value] of Object.entries({ command: "a\0b", args: ["a\0b"], cwd: "/a\0b" })) {
      await expect(createTerminal(house, { command: "/bin/sh", [field]: value })).rejects.toMatchObject({
        _tag: "Unprocessable",
        field,
      })
    }
    await expect(createTerminal(house, { kind: "agent", agent: "nobody" })).rejects.toMatchObject({ _tag: "AgentUnknown" })
    expect((await house.run(house.hub.list({}))).total).toBe(0)
    expect(runner.children).toHaveLength(0)
  })

  it("a start that the runner refuses is answered as what it is and kept as failed", async () => {
    runner.refusal = { tag: "CommandNotFound", message: "gone in between" }
    await expect(createTerminal(house, { command: "/bin/sh" })).rejects.toMatchObject({ _tag: "CommandNotFound" })
    const { sessions } = await house.run(house.hub.list({}))
    expect(sessions).toMatchObject([{ process: "failed", problem: "gone in between" }])
  })

  it("W-9 a creation continues although its caller has gone, and its process is started", async () => {
    const running = Promise.withResolvers<string>()
    const seen: FeedListener = (_, sessions) => {
      for (const { label, process } of sessions) if (process === "running") running.resolve(label)
    }
    const watch = house.hub.watch({}, seen, OWNER)
    await house.run(Effect.map(watch, ({ start }) => start()))
    const asked = Effect.runFork(house.hub.create({ kind: "terminal", command: "/bin/sh", label: "left alone" }, OWNER))
    await Effect.runPromise(Fiber.interrupt(asked))
    expect(await running.promise).toBe("left alone")
    expect(runner.children).toHaveLength(1)
  })

  it("S-7 check:O4 creates with one key make one session and one child, another body is a conflict", async () => {
    const made = await Promise.all(
      Array.from({ length: 10 }, () => house.run(house.hub.create({ kind: "terminal", command: "/bin/sh", key: "k1" }, OWNER))),
    )
    expect(new Set(made.map(({ session }) => session.id)).size).toBe(1)
    expect(made.filter(({ created }) => created)).toHaveLength(1)
    expect(runner.children).toHaveLength(1)
    await expect(createTerminal(house, { command: "/bin/cat", key: "k1" })).rejects.toMatchObject({
      _tag: "KeyConflict",
      key: "k1",
    })
  })

  it("S-6 check:O4 trap:22 a key is carried out once, at the same moment and later, and another body conflicts", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const mark = (text: string) => house.run(house.hub.mark(id, { text, key: "m1" }, OWNER))
    const first = await Promise.all(Array.from({ length: 10 }, () => mark("one")))
    expect(new Set(first.map(({ seq }) => seq))).toEqual(new Set([3]))
    expect((await mark("one")).seq).toBe(3)
    await expect(mark("two")).rejects.toMatchObject({ _tag: "KeyConflict" })
    const racing = await Promise.allSettled([
      house.run(house.hub.mark(id, { text: "a", key: "m2" }, OWNER)),
      house.run(house.hub.mark(id, { text: "b", key: "m2" }, OWNER)),
    ])
    expect(racing.map(({ status }) => status)).toEqual(["fulfilled", "rejected"])
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(4)
  })

  it("S-1 D-8 check:D3 no client gets an event before it is durable", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 2 })
    faults.slow = true
    let answered = false
    const mark = house.run(house.hub.mark(id, { text: "late" }, OWNER)).then(() => (answered = true))
    runner.print("late too")
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(faults.waiting).toBe(2)
    expect(answered).toBe(false)
    expect(reader.list).toEqual([])
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(2)
    expect(runner.child.acknowledged).toBeLessThanOrEqual(1)
    faults.release()
    await mark
    await reader.until("both", ({ list }) => list.length === 2)
  })

  it("check:V2 a full queue is Busy and says when to try again, and what was accepted is carried out", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    faults.slow = true
    const marks = Array.from({ length: 30 }, (_, i) => house.run(house.hub.mark(id, { text: `${i}` }, OWNER)))
    const results = Promise.allSettled(marks)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    faults.release()
    const settled = await results
    const accepted = settled.filter(({ status }) => status === "fulfilled")
    expect(accepted).toHaveLength(10)
    expect(settled.find(({ status }) => status === "rejected")).toMatchObject({ reason: { _tag: "Busy", retryAfter: 1 } })
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(12)
  })

  it("S-12 check:D5 a full disk is a typed error, reads and tails continue, and output is not lost once there is space", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 0 })
    runner.print("before ")
    await reader.until("the output", ({ text }) => text === "before ")
    faults.full = true
    runner.print("during ")
    await expect(house.run(house.hub.mark(id, { text: "no" }, OWNER))).rejects.toMatchObject({ _tag: "StorageFull" })
    await expect(house.run(house.hub.mark(id, { text: "no" }, OWNER))).rejects.toMatchObject({ _tag: "StorageFull" })
    expect(await house.run(house.hub.health)).toMatchObject({ ready: false, store: "full" })
    expect((await house.run(house.hub.events(id, { after: 0, limit: 10 }))).lastSeq).toBe(3)
    const acknowledged = runner.child.acknowledged
    runner.print("after ")
    expect(runner.child.acknowledged).toBe(acknowledged)
    faults.full = false
    await reader.until("everything", ({ text }) => text === "before during after ")
    reader.checkDense(0)
    await house.run(house.hub.mark(id, { text: "yes" }, OWNER))
    expect(await house.run(house.hub.health)).toMatchObject({ ready: true, store: "ok" })
  })

  it("S-12 row:J3 a session that was not in memory can be read while the disk is full, and takes commands once there is space", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.print("kept")
    const before = await attachReader(house, { session: id, after: 0 })
    await before.until("the output", ({ text }) => text === "kept")
    faults.full = true
    // The failed append puts the session away; without readers and with a runner that is gone it leaves the memory.
    before.attachment?.detach()
    runner.cut()
    await expect(house.run(house.hub.mark(id, { text: "no" }, OWNER))).rejects.toMatchObject({ _tag: "StorageFull" })
    const reader = await attachReader(house, { session: id, after: 0 })
    await reader.until("the backlog", ({ text, seen }) => text === "kept" && seen.some(({ kind }) => kind === "synced"))
    await expect(house.run(house.hub.mark(id, { text: "no" }, OWNER))).rejects.toMatchObject({ _tag: "StorageFull" })
    faults.full = false
    runner.print(" more")
    await reader.until("what came later", ({ text }) => text === "kept more")
    reader.checkDense(0)
  })

  it("S-3 another owner fences this hub: its append is refused and readers learn it", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 0 })
    await house.run(house.store.claim(id))
    await expect(house.run(house.hub.mark(id, { text: "stale" }, OWNER))).rejects.toMatchObject({ _tag: "Unavailable" })
    await reader.until("the end", ({ seen }) => seen.at(-1)?.kind === "detached")
    expect((await house.run(house.hub.mark(id, { text: "anew" }, OWNER))).seq).toBe(3)
  })

  it("T-8 the size is that of the interactive viewer who last attached or typed, at most 10 changes a second", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh", cols: 80, rows: 24 })
    const one = await attachReader(house, {
      session: id,
      after: 0,
      mode: "interactive",
      client: "client-one",
      cols: 100,
      rows: 30,
    })
    await one.until("the size", ({ list }) => list.at(-1)?.type === "resize")
    expect(runner.child.sizes).toEqual(["100x30"])
    clock += 1000
    const two = await attachReader(house, {
      session: id,
      after: 0,
      mode: "interactive",
      client: "client-two",
      cols: 60,
      rows: 20,
    })
    await two.until("the size", () => runner.child.sizes.length === 2)
    clock += 1000
    expect(one.attachment?.resize(110, 31)).toBeUndefined()
    expect(runner.child.sizes).toEqual(["100x30", "60x20"])
    await new Promise((settled) => one.attachment?.input(1, Buffer.from("x"), settled))
    expect(runner.child.sizes).toEqual(["100x30", "60x20", "110x31"])
    const watching = await attachReader(house, { session: id, after: 0, mode: "viewer", cols: 10, rows: 10 })
    expect(watching.attachment?.resize(10, 10)).toMatchObject({ _tag: "ReadOnlyViewer" })
    expect(one.attachment?.resize(0, 10)).toMatchObject({ _tag: "InvalidSize" })
    expect(one.attachment?.resize(80, 65_535)).toMatchObject({ _tag: "InvalidSize" })
    for (let i = 1; i <= 20; i++) one.attachment?.resize(50 + i, 20)
    await one.until("the last size", ({ list }) => JSON.stringify(list.at(-1)?.data) === JSON.stringify({ cols: 70, rows: 20 }))
    expect(runner.child.sizes.length).toBeLessThanOrEqual(5)
    await watching.until(
      "who sizes",
      () => watching.viewersSeen?.viewers.find(({ client }) => client === "client-one")?.sizes === true,
    )
    clock += 1000
    one.attachment?.detach()
    await two.until("the other's size", () => runner.child.sizes.at(-1) === "60x20")
  })

  it("T-27 only what a person types returns a viewer the size, and reports do not count as forbidden typing (fault:N26)", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh", cols: 80, rows: 24 })
    const attach = (client: string, cols: number, rows: number) =>
      attachReader(house, { session: id, after: 0, mode: "interactive", client, cols, rows })
    const small = await attach("client-small", 60, 20)
    await small.until("the size", () => runner.child.sizes.at(-1) === "60x20")
    clock += 1000
    const large = await attach("client-large", 120, 40)
    await large.until("the size", () => runner.child.sizes.at(-1) === "120x40")
    let number = 0
    const sends = (text: string) => {
      clock += 1000
      return new Promise<unknown>((settled) => small.attachment?.input(++number, Buffer.from(text), settled))
    }
    const reports = [
      "\u001b[O",
      "\u001b[I",
      "\u001b[<35;3;4M",
      "\u001b[",
      "<35;3;4M",
      "\u001b[2;5R",
      "\u001b[?62c",
      "\u001b]11;rgb:0/0/0\u0007",
    ]
    for (const report of reports) expect(await sends(report)).toBeUndefined()
    expect(runner.child.sizes.at(-1)).toBe("120x40")
    await house.run(house.hub.setTypist(id, { client: "client-large", name: "large" }, "single", OWNER))
    expect(await sends("\u001b[I")).toBeUndefined()
    expect(await sends("x")).toMatchObject({ _tag: "NotTypist" })
    await house.run(house.hub.setTypist(id, { client: "client-large", name: "large" }, "free", OWNER))
    expect(await sends("\u001b[A")).toBeUndefined()
    expect(runner.child.sizes.at(-1)).toBe("60x20")
  })

  it("T-8 a viewer that attaches again at once neither takes the size nor lets another have it for a moment", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh", cols: 80, rows: 24 })
    const attach = (client: string, cols: number, rows: number) =>
      attachReader(house, { session: id, after: 0, mode: "interactive", client, cols, rows })
    const one = await attach("client-one", 60, 20)
    await one.until("the size", () => runner.child.sizes.at(-1) === "60x20")
    clock += 1000
    const two = await attach("client-two", 120, 40)
    await two.until("the size", () => runner.child.sizes.at(-1) === "120x40")
    clock += 1000
    one.attachment?.detach()
    await attach("client-one", 60, 20)
    two.attachment?.detach()
    const again = await attach("client-two", 120, 40)
    clock += 1000
    again.attachment?.resize(121, 40)
    await again.until("its own size still counts", () => runner.child.sizes.at(-1) === "121x40")
    expect(runner.child.sizes).toEqual(["60x20", "120x40", "121x40"])
  })

  it("T-10 trap:20 one client holds the keyboard: others are refused by name until it is free", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const type = (reader: Reader, number: number): Promise<unknown> =>
      new Promise((settled) => reader.attachment?.input(number, Buffer.from("x"), settled))
    const one = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
    const two = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-two" })
    expect([await type(one, 1), await type(two, 1)]).toEqual([undefined, undefined])
    await house.run(house.hub.setTypist(id, { client: "client-one", name: "Ada" }, "single", OWNER))
    await two.until("the notice", ({ list }) => list.at(-1)?.type === "typist")
    expect(await type(two, 2)).toMatchObject({ _tag: "NotTypist", typist: "Ada" })
    expect(await type(one, 2)).toBeUndefined()
    await expect(house.run(house.hub.input(id, undefined, Buffer.from("y"), OWNER))).rejects.toMatchObject({ _tag: "NotTypist" })
    await expect(house.run(house.hub.setTypist(id, { client: "client-two", name: "Bob" }, "free", OWNER))).rejects.toMatchObject({
      _tag: "NotTypist",
    })
    await house.run(house.hub.setTypist(id, { client: "client-two", name: "Bob" }, "single", OWNER))
    expect(await type(one, 3)).toMatchObject({ _tag: "NotTypist", typist: "Bob" })
    expect(await type(two, 3)).toBeUndefined()
    expect(runner.child.inputs).toHaveLength(4)
  })

  it("T-10 trap:16 the keyboard is free again when its holder has been away for 30 s, and not before", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const one = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
    const two = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-two" })
    await house.run(house.hub.setTypist(id, { client: "client-one", name: "Ada" }, "single", OWNER))
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      one.attachment?.detach()
      vi.advanceTimersByTime(29_000)
      const again = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
      vi.advanceTimersByTime(60_000)
      expect((await house.run(house.hub.get(id))).terminal?.typist?.client).toBe("client-one")
      again.attachment?.detach()
      vi.advanceTimersByTime(30_000)
    } finally {
      vi.useRealTimers()
    }
    await two.until("the keyboard is free", ({ list }) => JSON.stringify(list.at(-1)?.data) === JSON.stringify({ mode: "free" }))
    expect((await house.run(house.hub.get(id))).terminal?.typist).toBeUndefined()
  })

  it("T-11 a viewer and a reading credential cannot type, resize or take part as interactive", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const viewer = await attachReader(house, { session: id, after: 0, mode: "viewer" })
    expect(await new Promise((settled) => viewer.attachment?.input(1, Buffer.from("x"), settled))).toMatchObject({
      _tag: "ReadOnlyViewer",
    })
    const reading = { name: "guest", credential: "guest", scope: "read" } as const
    const attempt = house.hub.attach({ session: id, mode: "interactive", client: "c-1234567", name: "x" }, new Reader(), reading)
    await expect(house.run(attempt)).rejects.toMatchObject({ _tag: "SessionPermissionError" })
    await expect(house.run(house.hub.mark(id, { text: "x" }, reading))).rejects.toMatchObject({ _tag: "SessionPermissionError" })
    expect(runner.child.inputs).toEqual([])
  })

  it("H-7 an input with a key is made once, and another body under it is a conflict", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const type = (text: string) => house.run(house.hub.input(id, "i1", Buffer.from(text), OWNER))
    await Promise.all([type("a"), type("a"), type("a")])
    await type("a")
    expect(runner.child.inputs).toEqual(["a"])
    await expect(type("b")).rejects.toMatchObject({ _tag: "KeyConflict" })
  })

  it("R-10 input that the child does not take is bounded and then Busy", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    runner.settleInput = false
    const reader = await attachReader(house, { session: id, after: 0, mode: "interactive", client: "client-one" })
    const refused: Array<unknown> = []
    for (let i = 1; i <= 20; i++) reader.attachment?.input(i, Buffer.alloc(100_000), (error) => refused.push(error))
    expect(refused).toHaveLength(10)
    expect(refused[0]).toMatchObject({ _tag: "Busy", retryAfter: 1 })
    expect(runner.child.inputs).toHaveLength(10)
  })

  it("a deleted session ends its child and keeps its log, and an idle one leaves the memory", async () => {
    const { id } = await createTerminal(house, { command: "/bin/sh" })
    const reader = await attachReader(house, { session: id, after: 0 })
    expect((await house.run(house.hub.remove(id, undefined, OWNER))).session.status).toBe("deleted")
    await reader.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    expect((await house.run(house.hub.list({}))).total).toBe(0)
    reader.attachment?.detach()
    clock += 5000
    const unloaded = Effect.flatMap(house.hub.health, ({ loaded }) => (loaded === 0 ? Effect.void : Effect.fail("loaded")))
    await house.run(unloaded.pipe(Effect.retry({ schedule: (await import("effect/Schedule")).spaced(50), times: 40 })))
    const restored = await house.run(house.hub.restore(id, undefined, OWNER))
    expect(restored.session).toMatchObject({ status: "active", process: "exited", exitCode: 129 })
    expect((await house.run(house.hub.restore(id, undefined, OWNER))).changed).toBe(false)
  })
})
