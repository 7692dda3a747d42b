import { fileURLToPath } from "node:url"
import { Accumulator, type LiveMessage } from "@holdfast/core/agent/accumulator"
import { Transcript } from "@holdfast/core/agent/messages"
import type { Message } from "@holdfast/protocol/agent/message"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Faults } from "@holdfast/testkit/hub/faulty-store"
import {
  attachReader,
  type House,
  type HouseOptions,
  openHouse,
  OWNER,
  type Reader,
  testDirectory,
  testSettings,
} from "@holdfast/testkit/hub/hub-house"
import { Runners } from "../../src/child/Runners.ts"
import { layerDetached } from "@holdfast/server/inside/runner-layers"
import { createAgent, dataOf, messages, named, nameOf, record, send, textOf, turnsEnded } from "@holdfast/testkit/hub/agent-house"

const program = fileURLToPath(new URL("../../../../apps/cli/src/runner-main.ts", import.meta.url))

interface SnapshotJson {
  readonly messages: ReadonlyArray<Message>
  readonly live?: LiveMessage
  readonly before: number | null
}

const snapshotOf = (reader: Reader): { readonly seq: number; readonly json: SnapshotJson } => {
  const found = reader.seen.find((one) => one.kind === "snapshot")
  if (found?.kind !== "snapshot") throw new Error("there is no snapshot")
  expect(found.head).toMatchObject({ kind: "agent" })
  return { seq: found.seq, json: JSON.parse(found.screen) as SnapshotJson }
}

const folded = (house: House, id: string): Promise<number> =>
  house
    .run(house.hub.events(id, { after: 0, limit: 10_000, channel: "agent" }))
    .then(({ events }) => events.filter((text) => text.includes('"type":"folded"')).length)

/** Bounds of waiting for what no event tells, in milliseconds. */
const SOON = { timeout: 50_000, interval: 10 }

describe("the life of an agent's process and log", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  const houses: Array<House> = []
  const open = async (options: Partial<HouseOptions> = {}): Promise<House> => {
    const house = await openHouse({ directory: directory.path, ...options })
    houses.push(house)
    return house
  }
  const close = async (house: House): Promise<void> => {
    houses.splice(houses.indexOf(house), 1)
    await house.close()
  }
  const detached = (): Layer.Layer<Runners> => layerDetached({ dataDirectory: directory.path, program, settings: testSettings() })
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    for (const house of houses.splice(0)) await house.close()
    await directory.remove()
  })

  it.each([false, true])(
    "D-5 M-3 M-4 an ended turn folds, and every cursor resumes to the same messages (sqlite: %s)",
    async (sqlite) => {
      const house = await open({ sqlite })
      const { id, reader } = await createAgent(house)
      await send(house, id, "[[tokens 500]] [[bash echo hi]] [[think more]] [[tokens 300]]")
      await turnsEnded(reader, 1)
      await expect.poll(() => folded(house, id), SOON).toBeGreaterThan(0)
      const stored = await messages(house, id)
      const { lastSeq } = await record(house, id)
      const head = await house.run(house.store.head(id))
      expect(head.bytes).toBeLessThan(3 * JSON.stringify(stored).length + 6000)
      for (let after = 0; after < lastSeq; after += 7) {
        const transcript = new Transcript()
        for (const event of reader.list) if (event.seq <= after) transcript.apply(event)
        const late = await attachReader(house, { session: id, after })
        await late.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
        expect(late.seen.some(({ kind }) => kind === "snapshot")).toBe(false)
        expect(late.list[0]?.from ?? late.list[0]?.seq).toBeLessThanOrEqual(after + 1)
        for (const event of late.list) transcript.apply(event)
        expect(transcript.messages()).toEqual(stored)
        late.attachment?.detach()
      }
    },
  )

  it("M-4 a long turn folds piece by piece into one event", { timeout: 120_000 }, async () => {
    const house = await open({ sqlite: true })
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[think hm]][[say so]]".repeat(3000))
    await turnsEnded(reader, 1, 20_000)
    const before = reader.list.reduce((sum, event) => sum + JSON.stringify(event).length, 0)
    expect(before).toBeGreaterThan(1_500_000)
    const stored = JSON.stringify(await messages(house, id)).length
    await expect.poll(async () => (await house.run(house.store.head(id))).bytes, SOON).toBeLessThan(2 * stored)
    await expect.poll(() => folded(house, id), SOON).toBe(1)
    const { events } = await house.run(house.hub.events(id, { after: 0, limit: 1000, channel: "agent" }))
    expect(events).toHaveLength(1)
    expect(await house.run(house.store.verify(id))).toBeUndefined()
  })

  it("M-5 a client that attaches in the middle of a turn sees all of it so far, and ends with the same message", async () => {
    const house = await open()
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say before]]")
    await turnsEnded(reader, 1)
    await send(house, id, "[[slow 60 10]]")
    await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 20)
    const late = await attachReader(house, { session: id })
    await turnsEnded(late, 1)
    const { seq, json } = snapshotOf(late)
    expect(json.messages).toHaveLength(3)
    expect(json.live?.parts.length).toBeGreaterThan(0)
    late.checkDense(seq)
    const transcript = new Transcript({ lastSeq: seq, messages: json.messages, live: json.live as LiveMessage, unknown: 0 })
    const accumulator = new Accumulator(json.live as LiveMessage)
    for (const { channel, type, data } of late.list) {
      if (channel === "agent") accumulator.tell({ ...(data as object), type } as never)
    }
    const stored = (await messages(house, id)).at(-1)
    expect(accumulator.ended("completed")).toEqual(stored)
    for (const event of late.list) transcript.apply(event)
    expect(transcript.messages()).toEqual(await messages(house, id))
  })

  it("A-6 A-7 an idle agent is unloaded and continues with the next message, knowing what was said", async () => {
    const house = await open({ settings: { agentIdle: 1000 } })
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say remember me]]")
    await turnsEnded(reader, 1)
    await reader.until("the unload", (seen) => named(seen, "session/agent-exited").length === 1)
    expect(dataOf(named(reader, "session/agent-exited")[0])).toMatchObject({ reason: "idle" })
    expect((await record(house, id)).process).toBe("none")
    await send(house, id, "what did I say?")
    await turnsEnded(reader, 2)
    expect(named(reader, "session/agent-started").map((event) => dataOf(event)["resumed"])).toEqual(["new", "replayed"])
  })

  it("A-6 of more live agents than agentsLive the idle one that was used longest ago is ended", async () => {
    const house = await open({ settings: { agentsLive: 2 } })
    const all = [await createAgent(house), await createAgent(house), await createAgent(house)]
    for (const { id, reader } of all) {
      await send(house, id, "[[say hi]]")
      await turnsEnded(reader, 1)
    }
    await all[0]?.reader.until("the unload", (seen) => named(seen, "session/agent-exited").length === 1)
    expect(dataOf(named(all[0]?.reader as Reader, "session/agent-exited")[0])).toMatchObject({ reason: "limit" })
    expect(named(all[1]?.reader as Reader, "session/agent-exited")).toHaveLength(0)
  })

  it("A-8 a turn in which nothing happens is interrupted as stalled, one that waits for permission, also of what it started, is not", async () => {
    const house = await open({ settings: { agentStall: 1000 } })
    const { id, reader } = await createAgent(house)
    const other = await createAgent(house, { options: { permissions: "ask" } })
    await send(house, other.id, "[[bash echo hi]]")
    const asked = await createAgent(house)
    await send(house, asked.id, "[[subagent 0 true]] [[wait 60000]]")
    await asked.reader.until("the request", (seen) => named(seen, "permission/asked").length === 1)
    await send(house, id, "[[say begun]] [[wait 60000]]")
    await turnsEnded(reader, 1)
    expect(dataOf(named(reader, "turn/interrupting")[0])).toMatchObject({ reason: "stalled" })
    expect((await record(house, id)).agent?.hold).toBeUndefined()
    for (const one of [other, asked]) {
      expect((await record(house, one.id)).turn).toMatchObject({ status: "streaming" })
      expect((await record(house, one.id)).turn.interrupting).not.toBe(true)
      await house.run(house.agents.interrupt(one.id, OWNER))
      await turnsEnded(one.reader, 1)
    }
  })

  it("A-13 a usage limit holds the queue; it continues automatically if allowed, otherwise when released", async () => {
    const house = await open({ settings: { limitContinue: true } })
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[wait 100]] [[limit 1]]")
    await send(house, id, "[[say afterwards]]")
    await turnsEnded(reader, 1)
    expect((await record(house, id)).agent?.hold).toMatchObject({ reason: "usage-limit", continues: true })
    await turnsEnded(reader, 2)
    expect(textOf((await messages(house, id)).at(-1) as Message)).toContain("afterwards")
    await close(house)

    const strict = await open()
    const again = await createAgent(strict)
    await send(strict, again.id, "[[wait 100]] [[limit 1]]")
    await send(strict, again.id, "[[say released]]")
    await turnsEnded(again.reader, 1)
    expect((await record(strict, again.id)).agent?.hold).toMatchObject({ reason: "usage-limit", continues: false })
    await strict.run(strict.agents.release(again.id, OWNER))
    await turnsEnded(again.reader, 2)
  })

  it("Q-7 a turn continues while the hub is away, and then the queue continues automatically", { timeout: 120_000 }, async () => {
    const first = await open({ sqlite: true, runners: detached() })
    const { id, reader } = await createAgent(first)
    await send(first, id, "[[slow 150 10]]")
    await send(first, id, "[[say queued]]")
    await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 10)
    await close(first)
    const second = await open({ sqlite: true, runners: detached() })
    const late = await attachReader(second, { session: id, after: 0 })
    await turnsEnded(late, 2, 20_000)
    late.checkDense(0)
    expect(named(late, "queue/taken")).toHaveLength(2)
    const said = (await messages(second, id)).filter(({ role }) => role === "assistant").map(textOf)
    expect(said[0]?.match(/word\d+/g)).toEqual(Array.from({ length: 150 }, (_, i) => `word${i}`))
    expect(said[1]).toContain("queued")
    await second.run(second.hub.stopRunners(true))
  })

  it(
    "Q-8 A-10 M-2 a killed runner loses the turn but keeps what was shown, and the next message starts the agent again",
    { timeout: 120_000 },
    async () => {
      const house = await open({ sqlite: true, runners: detached() })
      const { id, reader } = await createAgent(house)
      await send(house, id, "[[slow 1000 10]]")
      await send(house, id, "[[say queued]]")
      await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 10)
      const [status] = (await house.run(house.hub.runnerStatus)) as ReadonlyArray<{ readonly pid: number }>
      process.kill(status?.pid ?? 0, "SIGKILL")
      await turnsEnded(reader, 1)
      expect(dataOf(named(reader, "turn/ended")[0])).toMatchObject({ outcome: "lost" })
      const shown = named(reader, "agent/text-delta")
        .map((event) => String(dataOf(event)["delta"]))
        .join("")
      const [, partial] = await messages(house, id)
      expect(partial).toMatchObject({ outcome: "lost" })
      expect(textOf(partial as Message)).toBe(shown)
      expect((await record(house, id)).agent?.hold).toMatchObject({ reason: "lost" })
      await send(house, id, "[[say again]]")
      await turnsEnded(reader, 3, 20_000)
      expect(named(reader, "session/agent-started")).toHaveLength(2)
      await house.run(house.hub.stopRunners(true))
    },
  )

  it("A-2 a turn whose process was not asked for when the hub died starts with the next hub, without anybody attached", async () => {
    const never = Layer.succeed(Runners, {
      build: "",
      discover: () => Promise.resolve([]),
      connect: () => Promise.reject(new Error("nobody is there")),
      start: () => new Promise<never>(() => {}),
      recover: () => Promise.resolve([]),
      bury: () => Promise.resolve(),
    })
    const first = await open({ sqlite: true, runners: never })
    const { id } = await createAgent(first)
    expect((await send(first, id, "[[say at last]]")).status).toBe("started")
    expect((await record(first, id)).process).toBe("none")
    await close(first)
    const second = await open({ sqlite: true })
    await expect.poll(() => record(second, id), SOON).toMatchObject({ agent: { turns: 1 }, turn: { status: "idle" } })
    expect(textOf((await messages(second, id)).at(-1) as Message)).toContain("at last")
  })

  it("M-2 an append that fails in the middle of a turn loses and doubles nothing", { timeout: 120_000 }, async () => {
    const faults = new Faults()
    const house = await open({ store: faults.layer })
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[slow 100 10]]")
    await reader.until("some words", (seen) => named(seen, "agent/text-delta").length > 10)
    const before = faults.appends
    faults.full = true
    await expect.poll(() => faults.appends, SOON).toBeGreaterThan(before)
    faults.full = false
    await turnsEnded(reader, 1, 15_000)
    const said = textOf((await messages(house, id)).at(-1) as Message)
    expect(said.match(/word\d+/g)).toEqual(Array.from({ length: 100 }, (_, i) => `word${i}`))
    reader.checkDense(0)
    expect(reader.list.map(nameOf).filter((name) => name === "message/added")).toHaveLength(2)
  })
})
