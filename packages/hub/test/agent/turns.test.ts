import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Message } from "@holdfast/protocol/agent/message"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, type HouseOptions, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import {
  createAgent,
  dataOf,
  failure,
  messages,
  named,
  nameOf,
  record,
  send,
  textOf,
  turnsEnded,
} from "@holdfast/testkit/hub/agent-house"

/** Works until the file `go` is in the session's directory. */
const WAIT = "[[bash while [ ! -e go ]; do sleep 0.02; done]]"

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

  it("Q-2 Q-3 Q-5 Q-9 waiting messages start by themselves, in the order of the queue, each once", async () => {
    await open()
    const { id, reader } = await createAgent(house, { cwd: directory.path })
    expect((await send(house, id, `${WAIT} first`)).status).toBe("started")
    for (const text of ["second", "third", "fourth"]) expect((await send(house, id, `[[say ${text}]]`)).status).toBe("queued")
    const waiting = (await record(house, id)).queue.filter(({ status }) => status === "waiting")
    expect(waiting).toHaveLength(3)
    const [second, third, fourth] = waiting.map((item) => item.id) as [string, string, string]
    await house.run(house.agents.reorder(id, [fourth, second, third], OWNER))
    await house.run(house.agents.edit(id, second, { text: "[[say changed]]" }, OWNER))
    await house.run(house.agents.unqueue(id, third, OWNER))
    await writeFile(join(directory.path, "go"), "")
    await turnsEnded(reader, 3)
    const stored = await messages(house, id)
    const said = stored.filter(({ role }) => role === "assistant").map(textOf)
    expect(said[1]).toContain("fourth")
    expect(said[2]).toContain("changed")
    expect(stored.filter(({ role }) => role === "user")).toHaveLength(3)
    expect(named(reader, "turn/started")).toHaveLength(3)
    expect(named(reader, "turn/ended").map((event) => dataOf(event)["outcome"])).toEqual(["completed", "completed", "completed"])
    reader.checkDense(0)
  })

  it("Q-1 the event, the queue's item and the stored message carry the key of their sender (fault:N56)", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[slow 30 20]]")
    const { messageId } = await house.run(house.agents.send(id, { text: "[[say keyed]]", key: "mine-1" }, OWNER))
    const own = { id: messageId, key: "mine-1" }
    expect((await record(house, id)).queue.at(-1)).toMatchObject(own)
    await turnsEnded(reader, 2)
    const [first, added] = named(reader, "queue/added").map((event) => dataOf(event)["item"])
    expect([first, added]).toMatchObject([{}, own])
    expect(first).not.toHaveProperty("key")
    expect((await messages(house, id)).filter(({ role }) => role === "user").map(({ key }) => key)).toEqual([undefined, "mine-1"])
    expect(named(reader, "message/added").map((event) => dataOf(event)["message"])).toContainEqual(expect.objectContaining(own))
  })

  it("Q-4 a message that was handed over cannot be edited, removed or put elsewhere, and the answer says so", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    const { messageId } = await send(house, id, "[[slow 30 20]]")
    expect(await failure(house, house.agents.edit(id, messageId, { text: "late" }, OWNER))).toMatchObject({
      _tag: "MessageNotQueued",
    })
    expect(await failure(house, house.agents.unqueue(id, messageId, OWNER))).toMatchObject({ _tag: "MessageNotQueued" })
    await turnsEnded(reader, 1)
  })

  it("Q-6 Q-14 (fault:N22) reject is refused while a turn streams, interrupt stops it and goes first, steer goes into it", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[slow 200 20]]")
    await reader.until("a word", (seen) => named(seen, "agent/text-delta").length > 0)
    expect(await failure(house, house.agents.send(id, { text: "no", mode: "reject" }, OWNER))).toMatchObject({
      _tag: "AgentBusy",
    })
    await send(house, id, "[[say waiting]]")
    await send(house, id, "[[say urgent]]", "interrupt")
    await turnsEnded(reader, 3)
    const outcomes = named(reader, "turn/ended").map((event) => dataOf(event)["outcome"])
    expect(outcomes).toEqual(["interrupted", "completed", "completed"])
    const said = (await messages(house, id)).filter(({ role }) => role === "assistant").map(textOf)
    expect(said[1]).toContain("urgent")
    expect(said[2]).toContain("waiting")
    await send(house, id, "[[slow 150 20]] [[bash echo one]] [[say two]]")
    await reader.until("the fourth turn's words", (seen) => named(seen, "turn/started").length === 4)
    await reader.until("words", (seen) => seen.list.at(-1)?.type === "text-delta")
    expect((await send(house, id, "[[say steered]]", "steer")).status).toBe("steered")
    await turnsEnded(reader, 4)
    await reader.until("the steered one taken", (seen) => named(seen, "queue/taken").length === 5)
    // Q-14 (fault:N22): it stands once, in the message of the turn that it went into.
    const all = await messages(house, id)
    const { parts } = all.at(-1) as Message
    expect(parts.filter((part) => JSON.stringify(part).includes("steering-message"))).toMatchObject([
      { parts: [{ text: "[[say steered]]" }] },
    ])
    expect(all.filter((message) => JSON.stringify(message).includes("[[say steered]]"))).toHaveLength(1)
    expect((await record(house, id)).queue).toEqual([])
    reader.checkDense(0)
  })

  it("M-2 Q-7 Q-10 an interrupt keeps what was shown and holds the queue; one without a turn says so", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    expect(await house.run(house.agents.interrupt(id, OWNER))).toEqual({ interrupted: false })
    await send(house, id, "[[slow 1000 10]]")
    await send(house, id, "[[say after]]")
    await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 5)
    expect(await house.run(house.agents.interrupt(id, OWNER))).toEqual({ interrupted: true })
    await turnsEnded(reader, 1)
    await reader.until("the hold", (seen) => named(seen, "queue/held").length === 1)
    const [, answer] = await messages(house, id)
    const shown = named(reader, "agent/text-delta")
      .map((event) => String(dataOf(event)["delta"]))
      .join("")
    expect(answer).toMatchObject({ outcome: "interrupted" })
    expect(textOf(answer as never)).toBe(shown)
    expect(await house.run(house.agents.interrupt(id, OWNER))).toEqual({ interrupted: false })
    expect((await record(house, id)).queue).toHaveLength(1)
    await house.run(house.agents.release(id, OWNER))
    await turnsEnded(reader, 2)
    expect(named(reader, "turn/ended").map((event) => dataOf(event)["outcome"])).toEqual(["interrupted", "completed"])
  })

  it("A-10 Q-7 an agent that crashes ends its turn with an error, holds the queue, and starts again with the next message", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say one]] [[wait 100]] [[crash]]")
    await send(house, id, "[[say queued]]")
    await turnsEnded(reader, 1)
    await reader.until("the exit", (seen) => named(seen, "session/agent-exited").length === 1)
    expect(dataOf(named(reader, "turn/ended")[0])).toMatchObject({ outcome: "error" })
    expect((await record(house, id)).agent?.hold).toMatchObject({ reason: "error" })
    await send(house, id, "[[say again]]")
    await turnsEnded(reader, 3)
    expect(named(reader, "session/agent-started").map((event) => dataOf(event)["resumed"])).toEqual(["new", "replayed"])
    const said = (await messages(house, id)).filter(({ role }) => role === "assistant").map(textOf)
    expect(said.join(" | ")).toMatch(/one.*queued.*again/)
  })

  it("A-12 usage of each turn is in its end, and their sum in the record", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say one two]]")
    await turnsEnded(reader, 1)
    await send(house, id, "[[say three]]")
    await turnsEnded(reader, 2)
    const ends = named(reader, "turn/ended").map((event) => dataOf(event)["usage"] as { outputTokens: number })
    const { agent } = await record(house, id)
    expect(ends[0]?.outputTokens).toBeGreaterThan(0)
    expect(agent?.usage.outputTokens).toBe((ends[0]?.outputTokens ?? 0) + (ends[1]?.outputTokens ?? 0))
    expect(agent?.turns).toBe(2)
  })

  it("M-1 messages are read page by page from the newest, the same while turns fold", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    for (let turn = 1; turn <= 5; turn++) {
      await send(house, id, `[[tokens 30]] [[say turn ${turn}]]`)
      await turnsEnded(reader, turn)
    }
    const all = await messages(house, id)
    expect(all).toHaveLength(10)
    for (const limit of [1, 3, 10]) {
      const read: Array<unknown> = []
      let before: number | null | undefined
      do {
        const page = await house.run(
          house.agents.messages(id, { limit, ...(before === null || before === undefined ? {} : { before }) }),
        )
        expect(page.messages.length).toBeLessThanOrEqual(limit)
        read.unshift(...page.messages)
        before = page.before
      } while (before !== null)
      expect(read).toEqual(all)
    }
    expect(await house.run(house.agents.messages(id, { limit: 5, before: 1 }))).toEqual({ messages: [], before: null })
  })

  it("A-1 a wrong agent, option or cwd makes no session", async () => {
    await open()
    const make = (request: object) => failure(house, house.hub.create({ kind: "agent", ...request }, OWNER))
    expect(await make({ agent: "nobody" })).toMatchObject({ _tag: "AgentUnknown", known: ["scripted"] })
    expect(await make({ options: { pace: "fast" } })).toMatchObject({ _tag: "Unprocessable", field: "pace" })
    expect(await make({ cwd: "/nowhere/at/all" })).toMatchObject({ _tag: "Unprocessable", field: "cwd" })
    expect(await make({ command: "sh" })).toMatchObject({ _tag: "Unprocessable", field: "command" })
    expect((await house.run(house.hub.list({}))).total).toBe(0)
  })
})
