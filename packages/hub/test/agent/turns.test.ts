import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, type HouseOptions, openHouse, OWNER, testDirectory } from "../hub-house.ts"
import { createAgent, dataOf, failure, messages, named, nameOf, record, send, textOf, turnsEnded } from "./agent-house.ts"

describe.each([{ sqlite: false }, { sqlite: true }])("turns of an agent (sqlite: $sqlite)", ({ sqlite }) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (options: Partial<HouseOptions> = {}): Promise<House> =>
    (house = await openHouse({ directory: directory.path, sqlite, ...options }))
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("Q-1 M-2 a message starts its turn, the agent takes it, and both messages are stored once", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    const sent = await send(house, id, "[[say hello there]]", "queue", "k1")
    expect(sent.status).toBe("started")
    await turnsEnded(reader, 1)
    const stored = await messages(house, id)
    expect(stored.map(({ role }) => role)).toEqual(["user", "assistant"])
    expect(textOf(stored[1] as never)).toContain("hello there")
    expect(stored[1]).toMatchObject({ outcome: "completed" })
    expect(await send(house, id, "[[say hello there]]", "queue", "k1")).toEqual(sent)
    expect(await failure(house, house.agents.send(id, { text: "other", key: "k1" }, OWNER))).toMatchObject({
      _tag: "KeyConflict",
    })
    expect((await record(house, id)).queue).toEqual([])
    reader.checkDense(0)
    const order = reader.list.map(nameOf).filter((name) => !name.startsWith("agent/"))
    expect(order.indexOf("queue/added")).toBeLessThan(order.indexOf("queue/taken"))
    expect(named(reader, "turn/ended").map(dataOf)).toMatchObject([{ outcome: "completed" }])
  })
})
