/** The stream of a turn that both chat doors of the AI SDK hand out, when its client does not take what it is given. */
import { afterEach, beforeEach, expect, it } from "vitest"
import { streamTurn } from "../../src/ai-sdk/stream-turn.ts"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { createAgent, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { eventually } from "@holdfast/testkit/eventually"

const WINDOW = 64 * 1024

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
beforeEach(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path, settings: { subscriberWindow: WINDOW } })
})
afterEach(async () => {
  await house.close()
  await directory.remove()
})

/** A client that takes nothing until it is told to. */
class Client {
  text = ""
  isOver = false
  isTaking = false
  #taken: () => void = () => undefined

  readonly out = {
    chunks: (chunks: ReadonlyArray<AgentChunk>, taken: () => void): void => {
      for (const chunk of chunks) if (chunk.type === "text-delta") this.text += chunk.delta
      this.#taken = taken
      if (this.isTaking) setImmediate(taken)
    },
    full: () => false,
    waits: () => undefined,
    over: () => (this.isOver = true),
    torn: () => undefined,
  }

  take(): void {
    this.isTaking = true
    this.#taken()
  }
}

it("I-1 D-10 check:V1 a client of a chat that stops reading is given no more than its window, holds up no other, and gets the rest", async () => {
  const { id, reader } = await createAgent(house)
  const { messageId: message } = await send(house, id, "[[tokens 60000]]")
  const [slow, quick] = [new Client(), new Client()]
  for (const { out } of [slow, quick]) {
    const request = { session: id, followed: { message }, after: 0 }
    const { start } = await house.run(streamTurn(house.hub, request, out, OWNER))
    start()
  }
  quick.take()
  await turnsEnded(reader, 1, 30_000)
  await eventually("the quick one has all of it", 10_000, () => quick.isOver)
  expect(quick.text.length).toBeGreaterThan(8 * WINDOW)
  expect(slow.text.length).toBeLessThan(3 * WINDOW)
  expect(slow.isOver).toBe(false)
  slow.take()
  await eventually("the slow one has the rest", 10_000, () => slow.isOver)
  expect(slow.text).toBe(quick.text)
  expect((await record(house, id)).turn.status).toBe("idle")
})
