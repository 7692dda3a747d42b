/** A long session of Claude Code, whose import is broken off. */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "@holdfast/protocol/event"
import type { EventData } from "@holdfast/protocol/events"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { Store } from "@holdfast/store/Store"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { failure, messages, record } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

const ID = "11111111-2222-4333-8444-555555555555"

/** A store that is full after so many appends, and says before each that it comes. */
const fullAfter = (path: string, appends: number, comes: () => void): Layer.Layer<Store> =>
  Layer.effect(
    Store,
    Effect.map(Store, (inner) => {
      let left = appends
      return Store.of({
        ...inner,
        append: (request, done) => {
          comes()
          if (left-- > 0) inner.append(request, done)
          else done({ _tag: "StorageFull", message: "no space left on device" })
        },
      })
    }),
  ).pipe(Layer.provide(Layer.orDie(SqliteStore.layer({ path, durability: "power" }))))

describe("importing a long session of Claude Code", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let file: string
  let count: number
  const open = async (appends: number, comes: () => void = () => {}): Promise<House> => {
    const store = fullAfter(join(directory.path, "holdfast.db"), appends, comes)
    return (house = await openHouse({ directory: directory.path, store }))
  }
  const entry = (type: "user" | "assistant", content: unknown): string => {
    const [uuid, parentUuid] = [`u${++count}`, count === 1 ? null : `u${count - 1}`]
    const timestamp = new Date(1e12 + count).toISOString()
    return `${JSON.stringify({ type, uuid, parentUuid, timestamp, cwd: directory.path, message: { id: uuid, role: type, content } })}\n`
  }
  const talk = (turns: number): string =>
    Array.from(
      { length: turns },
      (_, n) => entry("user", `question ${count}`) + entry("assistant", [{ type: "text", text: `${n} `.repeat(20_000) }]),
    ).join("")
  const transcript = async (id: string): Promise<number> => {
    const { events } = await house.run(house.hub.events(id, { after: 0, limit: 10_000, channel: "system" }))
    const all = events.map((text) => JSON.parse(text) as Event).filter(({ type }) => type === "transcript")
    return all.reduce((sum, { data }) => sum + (data as unknown as EventData["system/transcript"]).entries, 0)
  }
  const listed = async (): Promise<number> => (await house.run(house.hub.list({}))).total
  beforeEach(async () => {
    directory = await testDirectory()
    vi.stubEnv("HOME", directory.path)
    vi.stubEnv("CLAUDE_CONFIG_DIR", undefined)
    const project = join(directory.path, ".claude", "projects", "-place")
    mkdirSync(project, { recursive: true })
    file = join(project, `${ID}.jsonl`)
    count = 0
    writeFileSync(file, talk(60))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await house.close()
    await directory.remove()
  })

  it("H-20 Y-9 one whose caller went away continues, and is news once", async () => {
    let running: ReturnType<House["hub"]["perform"]>
    await open(Number.POSITIVE_INFINITY, () => running?.interruptUnsafe())
    await house.run(house.store.openNotes("test"))
    running = house.hub.perform("imports.create", { id: ID }, OWNER, () => {})
    await eventually("it is whole", 30_000, async () => (await listed()) === 1)
    const { notes } = await house.run(house.store.notes(0, 1000))
    expect(notes.map(({ name }) => name)).toEqual(["session/created"])
  })

  it("H-20 an interrupted one is in the trash, and is resumed when it is requested again, as it was then", async () => {
    await open(3)
    expect(await failure(house, house.agents.importClaude(ID, OWNER))).toMatchObject({ _tag: "StorageFull" })
    expect(await listed()).toBe(0)
    await house.close()

    appendFileSync(file, talk(3))
    await open(Number.POSITIVE_INFINITY)
    expect(await listed()).toBe(0)
    expect(await failure(house, house.agents.importClaude(ID.slice(0, 8), OWNER))).toMatchObject({ _tag: "Unprocessable" })
    const made = await house.run(house.agents.importClaude(ID, OWNER))
    expect(made).toMatchObject({ created: true, session: { status: "active", tags: ["imported"] } })
    const { id } = made.session
    const found = await messages(house, id)
    expect(found).toHaveLength(120)
    expect(new Set(found.map((message) => message.id)).size).toBe(120)
    expect(await transcript(id)).toBe(120)
    expect(await record(house, id)).not.toHaveProperty("purgeAt")
    expect(await listed()).toBe(1)

    const again = await house.run(house.agents.importClaude(ID, OWNER))
    expect([again.created, again.session.id]).toEqual([false, id])
    await house.run(house.hub.remove(id, undefined, OWNER))
    expect(await failure(house, house.agents.importClaude(ID, OWNER))).toMatchObject({ _tag: "SessionDeleted", session: id })
    expect(await messages(house, id)).toHaveLength(120)
  })
})
