import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { OutboxStore } from "../../src/outbox/OutboxStore.ts"
import { memoryStore } from "../../src/outbox/OutboxStore.ts"
import { AWAY, BUSY, type Fault, settled, type Tab, World } from "./world.ts"

describe("tabs with one outbox", () => {
  it("C-60 show the same box, and each learns the outcome of its own, whoever sent it", async () => {
    const world = new World()
    const [first, second] = [await world.open(), await world.open()]
    const one = first.outbox.add("log.mark", { session: "a", text: "1" })
    const two = second.outbox.add("log.mark", { session: "a", text: "2" })
    await world.clock.run(1000)
    const seqs = [one, two].map(({ id }) => ({ seq: world.hub.carried.findIndex(({ key }) => key === id) + 1 }))
    expect(await Promise.all([one.done, two.done])).toEqual(seqs)
    expect(first.outbox.state.items).toEqual(second.outbox.state.items)
    expect(world.hub.calls).toBe(2)
  })

  it("C-57 one that was robbed of its turn stops sending, and undoes nothing of what the other did", async () => {
    const world = new World()
    const [first, second] = [await world.open(), await world.open()]
    for (const text of ["1", "2", "3"]) first.outbox.add("log.mark", { session: "a", text })
    await world.clock.run(5)
    expect(first.outbox.state.isSending).toBe(true)
    world.line.steal()
    await settled()
    expect(first.outbox.state.isSending).toBe(false)
    expect(second.outbox.state.isSending).toBe(true)
    await world.clock.run(1000)
    expect(world.hub.carried.map(({ input }) => input["text"])).toEqual(["1", "2", "3"])
    expect(first.outbox.state.counts.completed).toBe(3)
  })

  it("C-51 a change that was made from an older state is left out", async () => {
    const world = new World()
    const [first, second] = [await world.open(), await world.open()]
    world.hub.otherwise = () => AWAY
    const entry = first.outbox.add("log.mark", { session: "a", text: "1" })
    await world.clock.run(50)
    const [cancelled, again] = await Promise.all([first.outbox.cancel(entry.id), second.outbox.cancel(entry.id)])
    expect([cancelled, again].sort()).toEqual(["settled", "uncertain"])
    world.hub.otherwise = () => "ok"
    await world.clock.run(60_000)
    expect(world.hub.carried).toEqual([])
  })

  it("C-59 a store that fails refuses what is new, and what is there is sent nevertheless", async () => {
    const store = memoryStore()
    let fails = false
    const failing: OutboxStore = {
      ...store,
      write: (...call) => (fails ? Promise.reject(new Error("quota exceeded")) : store.write(...call)),
    }
    const world = new World(failing)
    const { outbox } = await world.open()
    world.hub.otherwise = () => AWAY
    const kept = outbox.add("log.mark", { session: "a", text: "1" })
    await world.clock.run(50)
    fails = true
    const refused = outbox.add("log.mark", { session: "a", text: "2" })
    await expect(refused.stored).rejects.toMatchObject({
      tag: "OutboxNotStored",
      message: expect.stringContaining("quota exceeded"),
    })
    expect(outbox.state.problem).toMatchObject({ tag: "OutboxNotStored" })
    await expect(outbox.cancel(kept.id)).rejects.toMatchObject({ tag: "OutboxNotStored" })
    world.hub.otherwise = () => "ok"
    outbox.wake()
    await world.clock.run(1000)
    expect(await kept.done).toEqual({ seq: 1 })
    fails = false
    await outbox.add("log.mark", { session: "a", text: "3" }).stored
    await world.clock.run(1000)
    expect(outbox.state.problem).toBe(undefined)
    expect(world.hub.carried.map(({ input }) => input["text"])).toEqual(["1", "3"])
  })

  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("add"), tab: fc.nat(2), session: fc.nat(2), priority: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), tab: fc.nat(700), session: fc.nat(0), priority: fc.nat(0) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), tab: fc.nat(12), session: fc.nat(0), priority: fc.nat(0) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom("kill", "steal", "cancel", "cancel"),
        tab: fc.nat(2),
        session: fc.nat(0),
        priority: fc.nat(0),
      }),
    },
  )
  const faults = fc.array(fc.constantFrom<Fault>("ok", "ok", "lost", AWAY), { maxLength: 40, size: "max" })

  it("C-50 C-52 C-56 C-57 send each command once and in order, or not at all once it is cancelled, through kills, thefts and losses", async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 15, maxLength: 60, size: "max" }),
      faults,
      fc.nat(4),
      fc.nat(3),
      async (steps, some, busy, slow) => {
        const world = new World(memoryStore(), slow)
        world.hub.faults = [...some, ...Array.from({ length: busy }, () => BUSY)]
        const tabs: Array<Tab> = [await world.open(), await world.open(), await world.open()]
        const added: Array<{ readonly by: Tab; readonly session: string; readonly key: string }> = []
        const stored = new Set<string>()
        /** Someone tried to cancel these; whether it was done is not known of a tab that was killed meanwhile. */
        const tried = new Set<string>()
        const cancelled = new Set<string>()
        const cancel = (by: Tab, key: string): void => {
          tried.add(key)
          void by.outbox.cancel(key).then((how) => (how === "cancelled" ? cancelled.add(key) : 0))
        }
        for (const one of steps) {
          if (one.do === "wait") await world.clock.run(one.tab)
          else if (one.do === "steal") world.line.steal()
          else if (one.do === "cancel") for (const by of tabs) cancel(by, added[one.tab % added.length]?.key ?? "none")
          else if (one.do === "kill") {
            tabs[one.tab]?.kill()
            tabs[one.tab] = await world.open()
          } else {
            const by = tabs[one.tab] as Tab
            const session = `s${one.session}`
            const entry = by.outbox.add("log.mark", { session, text: "x" }, { priority: one.priority })
            added.push({ by, session, key: entry.id })
            void entry.stored.then(() => stored.add(entry.id))
          }
        }
        await world.clock.run(600_000)
        const keys = world.hub.carried.map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
        expect([...stored].filter((key) => !keys.includes(key) && !tried.has(key))).toEqual([])
        expect([...cancelled].filter((key) => keys.includes(key))).toEqual([])
        for (const by of new Set(added.map((one) => one.by))) {
          for (const session of ["s0", "s1", "s2"]) {
            const mine = added.filter((one) => one.by === by && one.session === session && keys.includes(one.key))
            expect(keys.filter((key) => mine.some((one) => one.key === key))).toEqual(mine.map(({ key }) => key))
          }
        }
        for (const { outbox } of tabs) expect(outbox.state.counts).toMatchObject({ pending: 0, processing: 0, failed: 0 })
      },
    )
    await fc.assert(property, { numRuns: 120 })
  })
})
