import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { Store, StoreFull } from "@holdfast/store/Store"
import { type AgentSession, createAgent, failure, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

const FULL = Effect.fail(new StoreFull({ message: "no space left on device" }))

describe("a rule for all sessions that is not stored yet", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  /** How a rule is stored: `undefined` as it should be. */
  let instead: Effect.Effect<void, StoreFull> | undefined
  let stored = 0

  const open = async (): Promise<House> => {
    const layer = Layer.effect(
      Store,
      Effect.map(Store, (inner) => ({
        ...inner,
        putSetting: (name: string, value: string | undefined) => {
          if (!name.startsWith("permission-rule:")) return inner.putSetting(name, value)
          stored++
          return instead ?? inner.putSetting(name, value)
        },
      })),
    ).pipe(Layer.provide(SqliteStore.layer({ path: `${directory.path}/holdfast.db`, durability: "process" })))
    return (house = await openHouse({ directory: directory.path, store: layer }))
  }
  beforeEach(async () => {
    directory = await testDirectory()
    instead = undefined
    stored = 0
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const answer = (id: string, request: string) =>
    house.agents.answer(id, request, { optionId: "allow", remember: { scope: "always" } }, OWNER)
  const answered = async (): Promise<AgentSession & { readonly request: string }> => {
    const session = await createAgent(house, { options: { permissions: "ask" }, cwd: directory.path })
    await send(house, session.id, "[[bash echo one]]")
    await session.reader.until("a request", (seen) => named(seen, "permission/asked").length > 0)
    const [open] = (await record(house, session.id)).permissions
    const request = open?.id ?? ""
    expect(await house.run(answer(session.id, request))).toMatchObject({ allow: true })
    return { ...session, request }
  }
  const kept = (session: AgentSession) =>
    session.reader.until("the rule is stored", (seen) => named(seen, "permission/kept").length > 0)

  it("P-20 is stored by the next server after a kill between the answer and the rule, once", async () => {
    instead = Effect.never
    await open()
    const session = await answered()
    expect(await house.run(house.agents.rules())).toMatchObject([{ tool: "bash", allow: true }])
    expect(await failure(house, answer(session.id, session.request))).toMatchObject({
      _tag: "PermissionSettled",
      decision: { optionId: "allow", allow: true, by: "owner" },
    })
    await house.close()
    instead = undefined
    stored = 0
    await open()
    await expect.poll(async () => (await house.run(house.agents.rules())).length, { timeout: 20_000 }).toBe(1)
    await expect.poll(() => stored, { timeout: 20_000 }).toBe(1)
    const events = async () => (await house.run(house.hub.events(session.id, { after: 0, limit: 1000 }))).events
    await expect
      .poll(async () => (await events()).filter((text) => text.includes('"type":"kept"')).length, { timeout: 20_000 })
      .toBe(1)
    await house.close()
    await open()
    expect(await house.run(house.agents.rules())).toMatchObject([{ tool: "bash", allow: true }])
    expect(stored).toBe(1)
  })

  it("P-20 is stored as soon as the disk has room again, and what is forgotten before is not stored", async () => {
    instead = FULL
    await open()
    const session = await answered()
    await expect.poll(() => stored, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(await house.run(house.agents.rules())).toHaveLength(1)
    instead = undefined
    await kept(session)
    await turnsEnded(session.reader, 1)
    await house.close()
    await open()
    const [rule] = await house.run(house.agents.rules())
    expect(rule).toMatchObject({ tool: "bash", allow: true })
    expect(await house.run(house.agents.forgetRule(rule as never, OWNER))).toEqual({ forgotten: true })

    instead = FULL
    const other = await answered()
    instead = undefined
    expect(await house.run(house.agents.forgetRule(rule as never, OWNER))).toEqual({ forgotten: true })
    await kept(other)
    expect(await house.run(house.agents.rules())).toEqual([])
    await house.close()
    await open()
    expect(await house.run(house.agents.rules())).toEqual([])
  })
})
