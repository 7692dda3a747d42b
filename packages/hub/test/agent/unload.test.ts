/** Unloading is durable before it is done: a hub that dies meanwhile changes nothing of it. */
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import type { ConnectOptions } from "@holdfast/link/RunnerConnection"
import type { Settings } from "@holdfast/protocol/settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Runners } from "../../src/child/Runners.ts"
import { attachReader, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const READY = { type: "ready", pid: 7, resumed: "new", native: "native-1" } as const
const SOON = { timeout: 25_000, interval: 10 }

/** A runner whose processes go on, when they are to end, until the test lets them exit. */
class LingeringRunner extends ToldRunner {
  ends = 0

  override get layer(): Layer.Layer<Runners> {
    const end = (): Promise<void> => {
      this.ends++
      return Promise.resolve()
    }
    return Layer.effect(
      Runners,
      Effect.map(Runners, (inner) => ({
        ...inner,
        connect: async (options: ConnectOptions) => ({ ...(await inner.connect(options)), end }),
      })),
    ).pipe(Layer.provide(super.layer))
  }
}

describe("unloading an agent around the death of the hub", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: LingeringRunner
  const open = async (settings: Partial<Settings> = {}): Promise<House> =>
    (house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer, settings }))
  const take = async (): Promise<string> => {
    const last = (): AgentInstruction | undefined => runner.children.at(-1)?.commands.at(-1)
    await runner.until("a delivery", () => last()?.type === "deliver")
    const { messageId: id, turn } = last() as Extract<AgentInstruction, { type: "deliver" }>
    runner.note({ type: "taken", messageId: id, turn })
    return turn
  }
  /** A session whose agent was told to end. */
  const unloading = async () => {
    await open({ agentIdle: 1000 })
    const made = await createAgent(house)
    await send(house, made.id, "hello")
    const turn = await take()
    runner.note(READY, { type: "turn-ended", turn, outcome: "completed" })
    await turnsEnded(made.reader, 1)
    await expect.poll(() => runner.ends, SOON).toBe(1)
    expect(named(made.reader, "session/agent-ending").map(dataOf)).toEqual([{ reason: "idle" }])
    return made
  }
  const exits = async (id: string) => {
    const late = await attachReader(house, { session: id, after: 0 })
    await late.until("the exit", (seen) => named(seen, "session/agent-exited").length === 1)
    return { late, exit: dataOf(named(late, "session/agent-exited")[0]) }
  }
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new LingeringRunner()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("A-6 what is sent to an agent that is to end is for the next process, also with another hub", async () => {
    const { id } = await unloading()
    await send(house, id, "meanwhile")
    await house.close()
    await open()
    await expect.poll(() => runner.ends, SOON).toBe(2)
    runner.exit(0)
    const { late, exit } = await exits(id)
    expect(exit).toMatchObject({ reason: "idle" })
    await runner.until("a second process", () => runner.children.length === 2)
    await take()
    await late.until("the message taken", (seen) => named(seen, "queue/taken").length === 2)
    expect(runner.children[0]?.commands).toHaveLength(1)
    expect(named(late, "queue/uncertain")).toHaveLength(0)
    expect(named(late, "turn/ended")).toHaveLength(1)
  })

  it("A-6 an agent that exits while no hub is there, after it was asked to, was unloaded", async () => {
    const { id } = await unloading()
    await house.close()
    runner.exit(143)
    await open()
    expect((await exits(id)).exit).toMatchObject({ reason: "idle", code: 143 })
    expect((await record(house, id)).process).toBe("none")
  })

  it("A-6 R-24 an agent of a session in the trash is stopped, and a session that came back gets a new one", async () => {
    await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "hello")
    const turn = await take()
    runner.note(READY, { type: "turn-ended", turn, outcome: "completed" })
    await turnsEnded(reader, 1)
    await house.run(house.hub.remove(id, undefined, OWNER))
    await expect.poll(() => runner.ends, SOON).toBe(1)
    const restored = house.run(house.hub.restore(id, undefined, OWNER))
    runner.exit(0)
    await restored
    expect((await exits(id)).exit).toMatchObject({ reason: "stopped" })
    await send(house, id, "back")
    await runner.until("a second process", () => runner.children.length === 2)
    await take()
  })
})
