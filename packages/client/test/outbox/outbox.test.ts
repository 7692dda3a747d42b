/// <reference types="node" />
import { describe, expect, it } from "vitest"
import { HoldfastError } from "../../src/errors.ts"
import { offlineId } from "../../src/outbox/item.ts"
import type { Outbox } from "../../src/outbox/Outbox.ts"
import { AWAY, BUSY, settled, World } from "./world.ts"

const refusal = (tag: string, fields: Readonly<Record<string, unknown>> = {}): HoldfastError =>
  new HoldfastError(tag, `${tag}!`, fields)
const mark = (outbox: Outbox, session: string, text: string, priority = 0) =>
  outbox.add("log.mark", { session, text }, { priority })
const texts = (world: World): ReadonlyArray<unknown> => world.hub.carried.map(({ input }) => input["text"])
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "done",
    (error: HoldfastError) => error.tag,
  )

describe("an outbox", () => {
  it("C-50 carries a command out once although its answers are lost, and sends what it was given", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = ["lost", "lost", "lost", "lost", "lost", "lost", "ok"]
    const message = { text: "first" }
    const entry = outbox.send("a", message)
    message.text = "changed later"
    await world.clock.run(60_000)
    expect(world.hub.carried).toMatchObject([{ key: entry.id, session: "a", input: { text: "first" } }])
    expect(await entry.done).toEqual({ seq: 1 })
    expect(world.hub.calls).toBe(7)
    expect(outbox.state.counts).toEqual({ pending: 0, processing: 0, failed: 0, completed: 1 })
  })

  it("C-50 takes over a command that was sent without it, under its key, once", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const signal = new AbortController().signal
    const sent = outcome(world.hub.send("log.mark", { session: "a", text: "1", key: "mine" }, signal))
    world.hub.otherwise = () => AWAY
    const [first, again] = [1, 2].map(() => outbox.add("log.mark", { session: "a", text: "1" }, { key: "mine" }))
    await Promise.all([first?.stored, again?.stored])
    expect(outbox.state.items).toMatchObject([{ id: "mine", sent: true }])
    world.hub.otherwise = () => "ok"
    await world.clock.run(1000)
    expect(await sent).toBe("done")
    expect(await Promise.all([first?.done, again?.done])).toEqual([{ seq: 1 }, { seq: 1 }])
    expect(texts(world)).toEqual(["1"])
  })

  it("C-52 keeps the order within a session, serves four sessions at once and the most urgent first", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = [AWAY]
    mark(outbox, "a", "a1")
    await settled()
    for (const text of ["b1", "c1", "d1", "e1", "f1"]) mark(outbox, text[0] ?? "", text)
    mark(outbox, "f", "f2", 5)
    mark(outbox, "a", "a2")
    await world.clock.run(10)
    // What is sent while the hub is away comes back; then all that was asked for is there.
    await world.clock.run(5000)
    const sent = texts(world)
    expect(sent).toHaveLength(8)
    expect(sent.indexOf("a1")).toBeLessThan(sent.indexOf("a2"))
    expect(sent.indexOf("f1")).toBeLessThan(sent.indexOf("f2"))
    expect(sent.indexOf("f1")).toBeLessThan(4)
  })

  it("C-52 a session that must wait holds up no other", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = ({ session }) => (session === "slow" ? BUSY : "ok")
    mark(outbox, "slow", "1")
    mark(outbox, "slow", "2")
    for (const text of ["3", "4", "5"]) mark(outbox, "quick", text)
    await world.clock.run(500)
    expect(texts(world)).toEqual(["3", "4", "5"])
  })

  it("C-53 sends a create before what refers to its session, with the id that the answer brings", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = ["lost"]
    const created = outbox.create({ kind: "agent" })
    outbox.send(created.session, { text: "hello" })
    outbox.add("sessions.update", { session: created.session, label: "mine" })
    await world.clock.run(5000)
    const id = `s-${created.id}`
    expect(world.hub.carried.map(({ operation, session }) => [operation, session])).toEqual([
      ["sessions.create", "undefined"],
      ["messages.send", id],
      ["sessions.update", id],
    ])
    outbox.send(created.session, { text: "later" })
    await world.clock.run(100)
    expect(world.hub.carried.at(-1)).toMatchObject({ session: id, input: { text: "later" } })
  })

  it("C-53 what refers to a session whose create fails fails too, and is sent when both are retried", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = [refusal("AgentUnknown")]
    const created = outbox.create({ kind: "agent", agent: "none" })
    const sent = outbox.send(created.session, { text: "hello" })
    await world.clock.run(100)
    expect(await outcome(created.done)).toBe("AgentUnknown")
    expect(await outcome(sent.done)).toBe("SessionNotCreated")
    expect(await outbox.retry()).toBe(2)
    await world.clock.run(100)
    expect(world.hub.carried.map(({ operation }) => operation)).toEqual(["sessions.create", "messages.send"])
    const lost = outbox.send(offlineId("nobody"), { text: "x" })
    await world.clock.run(100)
    expect(await outcome(lost.done)).toBe("SessionNotCreated")
  })

  it("C-54 tries what may pass five times, with growing waits and never before it was asked to", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const times: Array<number> = []
    const began = world.clock.now()
    world.hub.otherwise = () => {
      times.push(world.clock.now() - began)
      return times.length === 2 ? refusal("Busy", { retryAfter: 20 }) : refusal("Unavailable")
    }
    const entry = mark(outbox, "a", "1")
    await world.clock.run(200_000)
    expect(await outcome(entry.done)).toBe("Unavailable")
    expect(times.map((time, index) => time - (times[index - 1] ?? 0) - 10)).toEqual([-10, 1500, 20_000, 6000, 12_000])
    expect(outbox.state.items[0]).toMatchObject({ status: "failed", tries: 5, error: { tag: "Unavailable" } })
  })

  it("C-54 a try that is never answered is given up after three minutes, and holds nothing up forever", async () => {
    const world = new World()
    let calls = 0
    const { outbox } = await world.open((operation, input, signal) => {
      calls += 1
      if (calls > 1) return world.hub.send(operation, input, signal)
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new HoldfastError("Aborted", "given up"))))
    })
    const entry = mark(outbox, "a", "1")
    await world.clock.run(179_000)
    expect(outbox.state.counts.processing).toBe(1)
    await world.clock.run(10_000)
    expect(await outcome(entry.done)).toBe("done")
    expect(calls).toBe(2)
  })

  it("C-54 being offline does not count as a try, however long it lasts, and `wake` ends the wait", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => AWAY
    mark(outbox, "a", "1")
    await world.clock.run(3_600_000)
    expect(outbox.state).toMatchObject({ isAway: true, items: [{ status: "pending", tries: 0 }] })
    world.hub.otherwise = () => "ok"
    outbox.wake()
    await world.clock.run(100)
    expect(texts(world)).toEqual(["1"])
    expect(outbox.state).toMatchObject({ isAway: false, isSending: false })
  })

  it("C-54 a refused credential stops everything and loses nothing; other refusals fail at once", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => refusal("Unauthorized")
    mark(outbox, "a", "1")
    await world.clock.run(60_000)
    expect(world.hub.calls).toBe(1)
    expect(outbox.state).toMatchObject({ refused: { tag: "Unauthorized" }, counts: { pending: 1, failed: 0 } })
    mark(outbox, "a", "2")
    await world.clock.run(60_000)
    expect(world.hub.calls).toBe(1)
    world.hub.otherwise = ({ text }) => (text === "2" ? refusal("SessionPermissionError", { user: "x" }) : "ok")
    outbox.wake()
    await world.clock.run(1000)
    expect(outbox.state).toMatchObject({ refused: undefined, counts: { completed: 1, failed: 1 } })
    expect(outbox.state.items[1]?.error).toMatchObject({ tag: "SessionPermissionError", fields: { user: "x" } })
  })

  it("C-54 an answer to a permission request that an earlier try had given counts as done, another's does not", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const decision = { optionId: "allow", by: "me" }
    world.hub.faults = ["lost", refusal("PermissionSettled", { decision })]
    const mine = outbox.add("permissions.answer", { session: "a", requestId: "r1", optionId: "allow" })
    await world.clock.run(1000)
    expect(await mine.done).toEqual(decision)
    world.hub.faults = [refusal("PermissionSettled", { decision })]
    const late = outbox.add("permissions.answer", { session: "a", requestId: "r2", optionId: "allow" })
    await world.clock.run(1000)
    expect(await outcome(late.done)).toBe("PermissionSettled")
  })

  it("C-55 what was not sent in its time expires, and input of a terminal within a minute", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => AWAY
    const soon = outbox.add("log.mark", { session: "a", text: "1" }, { expiresIn: 5000 })
    const typed = outbox.add("terminal.input", { session: "b", text: "ls\r" })
    const kept = mark(outbox, "a", "2")
    await world.clock.run(59_000)
    expect(outbox.state.items.map(({ status }) => status)).toEqual(["failed", "pending", "pending"])
    await world.clock.run(2000)
    expect(await outcome(soon.done)).toBe("Expired")
    expect(await outcome(typed.done)).toBe("Expired")
    world.hub.otherwise = () => "ok"
    await world.clock.run(20_000)
    expect(await outcome(kept.done)).toBe("done")
    expect(texts(world)).toEqual(["2"])
  })

  it("C-54 C-55 a clock that is set back keeps no command waiting, and lets no input outlive its minute", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const hour = 3_600_000
    world.hub.otherwise = () => AWAY
    const [away, typed] = [mark(outbox, "a", "away"), outbox.add("terminal.input", { session: "b", text: "ls\r" })]
    await world.clock.run(30_000)
    world.clock.set(-hour)
    world.hub.otherwise = () => "ok"
    await world.clock.run(10_000)
    expect(await outcome(away.done)).toBe("done")
    expect(await outcome(typed.done)).toBe("Expired")
    world.hub.faults = [refusal("Busy", { retryAfter: 50 })]
    const busy = mark(outbox, "a", "busy")
    await world.clock.run(1000)
    world.clock.set(-hour)
    await world.clock.run(50_000)
    expect(await outcome(busy.done)).toBe("done")
    expect(texts(world)).toEqual(["away", "busy"])
  })

  it("C-50 C-60 a command that was taken back is put in again under its key, as every tab sees", async () => {
    const world = new World()
    const [first, second] = [(await world.open()).outbox, (await world.open()).outbox]
    world.hub.otherwise = () => AWAY
    const add = (text: string) => first.add("log.mark", { session: "a", text }, { key: "mine" })
    await add("1").stored
    await world.clock.run(50)
    await first.cancel("mine")
    const again = add("2")
    await again.stored
    await settled()
    expect(second.state.items).toMatchObject([{ id: "mine", input: { text: "2" } }])
    world.hub.otherwise = () => "ok"
    await world.clock.run(20_000)
    expect(await outcome(again.done)).toBe("done")
    expect(texts(world)).toEqual(["2"])
  })

  it("C-55 nothing is typed behind input that failed, until a person types again", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = [refusal("NotTypist")]
    const type = (text: string) => outbox.add("terminal.input", { session: "a", text })
    const typed = ["cd /tmp", " && rm -r x", "\r"].map(type)
    await world.clock.run(1000)
    expect(await Promise.all(typed.map(({ done }) => outcome(done)))).toEqual(["NotTypist", "InputSkipped", "InputSkipped"])
    await world.clock.run(1000)
    type("ls\r")
    await world.clock.run(1000)
    expect(texts(world)).toEqual(["ls\r"])
  })

  it("C-56 what failed stays until it is retried under its key, or cleared", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => refusal("StorageFull")
    const [first, second, third] = ["1", "2", "3"].map((text) => mark(outbox, "a", text))
    await world.clock.run(1000)
    expect(outbox.state.counts.failed).toBe(3)
    world.hub.otherwise = () => "ok"
    expect(await outbox.clear(second?.id)).toBe(1)
    expect(await outbox.retry(third?.id)).toBe(1)
    await world.clock.run(1000)
    expect(await outbox.retry()).toBe(1)
    await world.clock.run(1000)
    expect(world.hub.carried.map(({ key }) => key)).toEqual([third?.id, first?.id])
    expect(await outbox.clear()).toBe(0)
  })

  it("C-56 cancel says what became of a command", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = ["lost"]
    world.hub.otherwise = () => AWAY
    const tried = mark(outbox, "a", "1")
    const waiting = mark(outbox, "a", "2")
    await world.clock.run(50)
    expect(await outbox.cancel(waiting.id)).toBe("cancelled")
    expect(await outcome(waiting.done)).toBe("Cancelled")
    expect(await outbox.cancel(tried.id)).toBe("uncertain")
    world.hub.otherwise = () => "ok"
    const done = mark(outbox, "b", "3")
    await world.clock.run(20_000)
    expect(await outbox.cancel(done.id)).toBe("settled")
    expect(texts(world)).toEqual(["1", "3"])
    expect(outbox.state.items.map(({ id }) => id)).toEqual([done.id])
  })

  it("C-56 a command on its way is given up when it is cancelled", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const entry = mark(outbox, "a", "1")
    await world.clock.run(5)
    expect(outbox.state.counts.processing).toBe(1)
    expect(await outbox.cancel(entry.id)).toBe("uncertain")
    await world.clock.run(1000)
    expect(texts(world)).toEqual([])
    expect(outbox.state.items).toEqual([])
  })

  it("C-59 a full box refuses one more and loses nothing", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => AWAY
    const entries = Array.from({ length: 1000 }, (_, index) => mark(outbox, "a", String(index)))
    const more = mark(outbox, "a", "too much")
    expect(await outcome(more.stored)).toBe("OutboxFull")
    expect(await outcome(more.done)).toBe("OutboxFull")
    await Promise.all(entries.map(({ stored }) => stored))
    world.hub.otherwise = () => "ok"
    outbox.wake()
    await world.clock.run(60_000)
    expect(texts(world)).toEqual(entries.map((_, index) => String(index)))
    expect(outbox.state.counts.completed).toBeLessThanOrEqual(200)
    await mark(outbox, "a", "room again").stored
  })

  it("C-59 a refusal is handled by waiting for the end alone, and reported when no one waits", async () => {
    const reported: Array<unknown> = []
    const hear = (cause: unknown): void => void reported.push(cause)
    const others = process.listeners("unhandledRejection")
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", hear)
    try {
      const { outbox } = await new World().open()
      outbox.close()
      expect(await outcome(mark(outbox, "a", "awaited").done)).toBe("Closed")
      const both = ["one", "other"].map((text) => mark(outbox, "a", text).done)
      expect(await outcome(Promise.all(both))).toBe("Closed")
      mark(outbox, "a", "caught").done.catch(() => undefined)
      await new Promise((resolve) => setImmediate(resolve))
      expect(reported).toEqual([])
      mark(outbox, "a", "left alone")
      await new Promise((resolve) => setImmediate(resolve))
      expect(reported).toMatchObject([{ tag: "Closed" }])
    } finally {
      process.removeAllListeners("unhandledRejection")
      for (const other of others) process.on("unhandledRejection", other)
    }
  })

  it("C-56 says when it changed, with one object per state, and nothing after it was closed", async () => {
    const world = new World()
    const { outbox } = await world.open()
    let told = 0
    outbox.listen(() => told++)
    expect(outbox.state).toBe(outbox.state)
    const before = outbox.state
    const entry = mark(outbox, "a", "1")
    expect(outbox.state.items).toHaveLength(1)
    expect(outbox.state).not.toBe(before)
    await world.clock.run(100)
    expect(told).toBeGreaterThan(0)
    outbox.close()
    expect(await outcome(mark(outbox, "a", "2").stored)).toBe("Closed")
    expect(await entry.done).toEqual({ seq: 1 })
    {
      await using ended = (await world.open()).outbox
      expect(ended.state.isSending).toBe(false)
    }
    expect(() => outbox.add("log.mark", { session: "a", text: 1n as unknown as string })).toThrow(
      expect.objectContaining({ tag: "InvalidCall" }),
    )
  })
})
