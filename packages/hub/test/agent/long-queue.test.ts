import type { AgentInstruction } from "@holdfast/link/agent-messages"
import type { Message } from "@holdfast/protocol/agent/message"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, failure, named, record, send, textOf, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const READY = { type: "ready", pid: 7, resumed: "new", native: "native-1" } as const
/** Each a little below the longest that is taken. */
const LONG = 700 * 1024
const text = (i: number): string => `${i}: ${"é".repeat(LONG / 2)}`

type Deliver = Extract<AgentInstruction, { type: "deliver" }>

describe("messages in the queue beside the record", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ToldRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ToldRunner()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const deliveries = (): ReadonlyArray<Deliver> => runner.child.commands.filter((command) => command.type === "deliver")
  const delivered = async (count: number): Promise<Deliver> => {
    await runner.until(`${count} deliveries`, () => runner.children.length > 0 && deliveries().length === count)
    return deliveries()[count - 1]!
  }

  it("Q-17 long messages wait beside the record and are delivered, shown and stored whole, once (fault:N10)", async () => {
    const { id, reader } = await createAgent(house)
    const first = await send(house, id, text(0))
    const second = await send(house, id, text(1))
    const third = await send(house, id, text(2))
    const session = await record(house, id)
    expect(JSON.stringify(session).length).toBeLessThan(8 * 1024)
    expect(session.queue).toMatchObject([{ cut: true, status: "sent" }, { cut: true }, { cut: true, seq: third.seq }])
    expect(session.queue[1]!.bytes).toBeGreaterThan(LONG)
    expect(text(1).startsWith((session.queue[1]!.parts[0] as { text: string }).text)).toBe(true)
    const whole = await house.run(house.agents.queued(id, second.messageId))
    expect(whole.parts).toEqual([{ type: "text", text: text(1) }])
    await house.run(house.agents.edit(id, third.messageId, { text: text(3) }, OWNER))
    expect((await house.run(house.agents.queued(id, third.messageId))).parts).toEqual([{ type: "text", text: text(3) }])

    for (const [i, { messageId }] of [first, second, third].entries()) {
      const { turn, ...delivery } = await delivered(i + 1)
      expect(delivery).toEqual({
        type: "deliver",
        messageId,
        parts: [{ type: "text", text: text(i === 2 ? 3 : i) }],
        steer: false,
      })
      if (i === 0) runner.note(READY)
      runner.note({ type: "taken", messageId, turn }, { type: "turn-ended", turn, outcome: "completed" })
      await turnsEnded(reader, i + 1)
    }
    const stored = named(reader, "message/added").map((event) => dataOf(event)["message"] as Message)
    const asked = stored.filter(({ role }) => role === "user").map(textOf)
    expect(asked).toEqual([text(0), text(1), text(3)])
    expect(named(reader, "queue/taken")).toHaveLength(3)
  })

  it("Q-17 an interrupt overtakes no message that is read from the log, and another hub delivers it whole", async () => {
    const { id } = await createAgent(house)
    const { messageId } = await send(house, id, text(0))
    await house.run(house.agents.interrupt(id, OWNER))
    await runner.until("both", () => runner.children.length > 0 && runner.child.commands.length === 2)
    expect(runner.child.commands.map(({ type }) => type)).toEqual(["deliver", "interrupt"])
    await house.close()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
    await house.run(house.agents.queued(id, messageId))
    await runner.until("again", () => runner.child.commands.length === 4)
    expect(runner.child.commands[2]).toMatchObject({ type: "deliver", parts: [{ text: text(0) }] })
  })

  it("Q-17 two hundred messages and a full queue keep the record small; more, also by an edit, is refused (fault:N10)", async () => {
    const { id } = await createAgent(house)
    await house.run(house.agents.hold(id, OWNER))
    const large = await Promise.all(Array.from({ length: 5 }, (_, i) => send(house, id, text(i))))
    const small = await Promise.all(Array.from({ length: 195 }, (_, i) => send(house, id, `${i} ${"x".repeat(2000)}`)))
    const session = await record(house, id)
    expect(session.queue).toHaveLength(200)
    expect(JSON.stringify(session).length).toBeLessThan(128 * 1024)
    expect(await failure(house, house.agents.send(id, { text: "one more" }, OWNER))).toMatchObject({ _tag: "Busy" })
    const edit = house.agents.edit(id, small[0]!.messageId, { text: text(9) }, OWNER)
    expect(await failure(house, edit)).toMatchObject({ _tag: "Busy" })
    const unknown = house.agents.queued(id, "nothing")
    expect(await failure(house, Effect.asVoid(unknown))).toMatchObject({ _tag: "MessageNotQueued" })
    await house.run(house.agents.edit(id, large[0]!.messageId, { text: "short" }, OWNER))
    const edited = (await record(house, id)).queue[0]
    expect(edited).toMatchObject({ parts: [{ text: "short" }], edited: true })
    expect(edited).not.toHaveProperty("cut")
  })
})
