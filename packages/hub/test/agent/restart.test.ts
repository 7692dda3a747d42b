import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Message } from "@holdfast/protocol/agent/message"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Runners } from "../../src/child/Runners.ts"
import { layerDetached } from "@holdfast/server/inside/runner-layers"
import { attachReader, type House, openHouse, OWNER, testDirectory, testSettings } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, messages, named, nameOf, record, send, textOf, turnsEnded } from "@holdfast/testkit/hub/agent-house"

const program = fileURLToPath(new URL("../../../../apps/cli/src/runner-main.ts", import.meta.url))

describe("agents over the death of hubs and runners", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (settings: Parameters<typeof testSettings>[0] = {}): Promise<House> => {
    const runners = layerDetached({ dataDirectory: directory.path, program, settings: testSettings(settings) })
    return (house = await openHouse({ directory: directory.path, sqlite: true, runners, settings }))
  }
  const runnerPid = async (): Promise<number> => {
    const [status] = (await house.run(house.hub.runnerStatus)) as ReadonlyArray<{ readonly pid: number }>
    if (status === undefined) throw new Error("no runner is connected")
    return status.pid
  }
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.run(house.hub.stopRunners(true))
    await house.close()
    await directory.remove()
  })

  it(
    "Q-2 Q-3 M-2 a turn with a running tool continues over five hubs: the tool runs once, nothing is missing or doubled",
    { timeout: 180_000 },
    async () => {
      await open()
      const cwd = directory.path
      const { id, reader } = await createAgent(house, { cwd })
      await send(
        house,
        id,
        "[[slow 60 10]] [[bash echo ran >> tool.txt; while [ ! -e go ]; do sleep 0.05; done; echo finished]] [[slow 60 10]]",
      )
      await send(house, id, "[[say queued]]")
      await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 5)
      for (let i = 0; i < 5; i++) {
        await house.close()
        await open()
        const late = await attachReader(house, { session: id, after: 0 })
        await late.until("everything so far", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
        late.checkDense(0)
      }
      await writeFile(join(cwd, "go"), "")
      const last = await attachReader(house, { session: id, after: 0 })
      await turnsEnded(last, 2, 20_000)
      last.checkDense(0)
      expect(await readFile(join(cwd, "tool.txt"), "utf8")).toBe("ran\n")
      const stored = await messages(house, id)
      expect(stored.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
      const words = Array.from({ length: 60 }, (_, i) => `word${i}`)
      expect(textOf(stored[1] as Message).match(/word\d+/g)).toEqual([...words, ...words])
      expect(textOf(stored[3] as Message)).toContain("queued")
      const names = last.list.map(nameOf)
      for (const name of ["turn/started", "turn/ended", "queue/taken"])
        expect(names.filter((one) => one === name)).toHaveLength(2)
    },
  )

  it(
    "A-2 R-8 a start that was durable when the hub died, and never asked for, is carried out by the next hub",
    { timeout: 120_000 },
    async () => {
      const real = layerDetached({ dataDirectory: directory.path, program, settings: testSettings() })
      const mute = Layer.effect(
        Runners,
        Effect.map(Runners, (runners) =>
          Runners.of({
            ...runners,
            connect: async (options) => {
              const connection = await runners.connect(options)
              return { ...connection, welcome: connection.welcome, startAgent: () => new Promise<never>(() => {}) }
            },
          }),
        ),
      ).pipe(Layer.provide(real))
      house = await openHouse({ directory: directory.path, sqlite: true, runners: mute })
      const { id, reader } = await createAgent(house)
      await send(house, id, "[[say at last]]")
      await reader.until("the durable start", (seen) => named(seen, "session/agent-starting").length === 1)
      await house.close()
      await open()
      const late = await attachReader(house, { session: id, after: 0 })
      await turnsEnded(late, 1, 20_000)
      expect(named(late, "session/agent-starting")).toHaveLength(1)
      expect(named(late, "turn/ended").map((event) => dataOf(event)["outcome"])).toEqual(["completed"])
    },
  )

  it("P-2 an open request survives the hub and is answered with the next one", { timeout: 120_000 }, async () => {
    await open()
    const { id, reader } = await createAgent(house, { options: { permissions: "ask" } })
    await send(house, id, "[[bash echo approved]]")
    await reader.until("the request", (seen) => named(seen, "permission/asked").length === 1)
    await house.close()
    await open()
    const [waiting] = await house.run(house.agents.waiting)
    expect(waiting).toMatchObject({ session: id, agent: "scripted" })
    const late = await attachReader(house, { session: id, after: 0 })
    await house.run(house.agents.answer(id, waiting?.request.id ?? "", { optionId: "allow" }, OWNER))
    await turnsEnded(late, 1)
    expect(dataOf(named(late, "turn/ended")[0])).toMatchObject({ outcome: "completed" })
    expect(JSON.stringify(await messages(house, id))).toContain("approved")
  })

  it(
    "Q-8 a message that a dying runner may or may not have had is uncertain until a person decides",
    { timeout: 120_000 },
    async () => {
      await open()
      const { id, reader } = await createAgent(house)
      await send(house, id, "[[say first]]")
      await turnsEnded(reader, 1)
      const pid = await runnerPid()
      process.kill(pid, "SIGSTOP")
      const { messageId } = await send(house, id, "[[say second]]")
      process.kill(pid, "SIGKILL")
      await turnsEnded(reader, 2)
      expect((await record(house, id)).queue).toMatchObject([{ id: messageId, status: "uncertain" }])
      await house.run(house.agents.resolveMessage(id, messageId, "again", OWNER))
      await turnsEnded(reader, 3, 20_000)
      expect(named(reader, "turn/ended").map((event) => dataOf(event)["outcome"])).toEqual(["completed", "lost", "completed"])
      expect((await record(house, id)).queue).toEqual([])
    },
  )

  it(
    "A-6 a message that comes while its agent is being unloaded is for the next process, and certain",
    { timeout: 120_000 },
    async () => {
      await open({ agentsLive: 1 })
      const [first, second] = [await createAgent(house), await createAgent(house)]
      await send(house, first.id, "[[say one]]")
      await turnsEnded(first.reader, 1)
      for (let round = 0; round < 3; round++) {
        const ended = 2 + round
        await send(house, second.id, "[[say push]]")
        await send(house, first.id, "[[say back]]")
        await Promise.all([turnsEnded(first.reader, ended), turnsEnded(second.reader, ended - 1)])
      }
      for (const { reader } of [first, second]) {
        expect(new Set(named(reader, "turn/ended").map((event) => dataOf(event)["outcome"]))).toEqual(new Set(["completed"]))
        expect(named(reader, "queue/uncertain")).toHaveLength(0)
        expect(named(reader, "queue/taken")).toHaveLength(named(reader, "turn/started").length)
      }
    },
  )
})
