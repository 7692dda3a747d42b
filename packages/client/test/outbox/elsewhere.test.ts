import { describe, expect, it } from "vitest"
import { HoldfastError } from "../../src/errors.ts"
import { AWAY, World } from "./world.ts"

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "done",
    (error: HoldfastError) => error.tag,
  )

describe("an outbox between a program and what is not the hub", () => {
  it("C-50 keeps a command that never was sent under the id that the program gave it", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.otherwise = () => AWAY
    const entry = outbox.send("a", { text: "1" }, { id: "mine" })
    await entry.stored
    expect(outbox.state.items).toMatchObject([{ id: "mine", sent: false }])
    world.hub.otherwise = () => "ok"
    await world.clock.run(60_000)
    expect(world.hub.carried).toMatchObject([{ key: "mine" }])
  })

  it("C-53 what failed for want of its session is sent to another under its key", async () => {
    const world = new World()
    const { outbox } = await world.open()
    world.hub.faults = [new HoldfastError("KeyConflict", "taken")]
    const created = outbox.create({ kind: "agent", agent: "one" })
    const sent = outbox.send(created.session, { text: "hello" })
    await world.clock.run(100)
    expect(await outcome(sent.done)).toBe("SessionNotCreated")
    expect(await outbox.redirect(sent.id, "other")).toBe(1)
    expect(await outbox.redirect(sent.id, "third")).toBe(0)
    await world.clock.run(100)
    expect(world.hub.carried).toMatchObject([{ key: sent.id, session: "other", input: { text: "hello" } }])
  })

  it("C-54 an answer of what leads elsewhere costs no try, and one about the request itself fails it", async () => {
    const world = new World()
    const { outbox } = await world.open()
    const answer = (status: number) => new HoldfastError("HttpError", "not the hub's", {}, status)
    world.hub.otherwise = ({ text }) => answer(text === "large" ? 413 : 302)
    const large = outbox.send("a", { text: "large" })
    const kept = outbox.send("b", { text: "kept" })
    await world.clock.run(200_000)
    expect(await outcome(large.done)).toBe("HttpError")
    expect(outbox.state.items.find(({ id }) => id === kept.id)).toMatchObject({ status: "pending", tries: 0 })
    world.hub.otherwise = () => "ok"
    outbox.wake()
    await world.clock.run(1000)
    expect(world.hub.carried).toMatchObject([{ key: kept.id }])
  })
})
