import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createAgent, failure, named, record, send, turnsEnded } from "./agent/agent-house.ts"
import { ToldRunner } from "./agent/told-runner.ts"
import { attachReader, type House, openHouse, OWNER, testDirectory } from "./hub-house.ts"
import { ScriptedRunner } from "./scripted-runner.ts"

const CANARY = "canary-4b1f-value"
const env = { MY_KEY: CANARY, OTHER: `x=${CANARY}` }
const FILE = "environment.json"

describe("environment variables of a session", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const open = async (runner: ToldRunner | ScriptedRunner) => {
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  }

  /** Every file below the data directory that has the value: the store's with all events and states among them. */
  const filesWithValue = (): ReadonlyArray<string> =>
    readdirSync(directory.path, { recursive: true, encoding: "utf8" }).filter((name) => {
      const file = join(directory.path, name)
      const found = statSync(file, { throwIfNoEntry: false })
      return found?.isFile() === true && readFileSync(file).includes(CANARY)
    })

  const kept = (id: string): string => join("sessions", id, FILE)

  it("E-8 their values are in no event, state, list, record or line of the log, and a terminal has them at each start (N47)", async () => {
    const runner = new ScriptedRunner("one")
    runner.swallow = true
    await open(runner)
    const request = { kind: "terminal", command: "/bin/sh", env, wait: false, key: "once" } as const
    const { session } = await house.run(house.hub.create(request, OWNER))
    await house.close()
    // The hub died before the start was confirmed: the next one starts the same child with the same values.
    runner.swallow = false
    await open(runner)
    const reader = await attachReader(house, { session: session.id, after: 0 })
    await reader.until("its start", () => named(reader, "terminal/started").length === 1)
    expect(runner.child.request.terminal.env).toEqual(env)
    expect(named(reader, "session/created")[0]?.data).toMatchObject({ terminal: { env: ["MY_KEY", "OTHER"] } })
    runner.note({ type: "exit", code: 0 })
    await reader.until("its end", () => named(reader, "terminal/exit").length === 1)
    await house.run(house.hub.restart(session.id, {}, OWNER))
    expect(runner.children).toHaveLength(2)
    expect(runner.child.request.terminal.env).toEqual(env)

    const again = await house.run(house.hub.create(request, OWNER))
    expect(again).toMatchObject({ created: false, session: { id: session.id } })
    const bad = house.hub.create({ kind: "terminal", command: "/bin/sh", env: { A: `${CANARY}\0` } }, OWNER)
    expect(JSON.stringify(await failure(house, bad))).not.toContain(CANARY)
    const shown = [reader.list, house.reports, await record(house, session.id), await house.run(house.hub.list({}))]
    expect(JSON.stringify(shown)).not.toContain(CANARY)
    // What the second request kept is gone with its answer.
    await expect.poll(filesWithValue, { timeout: 5000 }).toEqual([kept(session.id)])
    expect(statSync(join(directory.path, kept(session.id))).mode & 0o777).toBe(0o600)
  })

  it("E-8 an agent has them at each start, an end without them says so, and they go with the session (N47)", async () => {
    const runner = new ToldRunner()
    await open(runner)
    const { id, reader } = await createAgent(house, { env })
    await send(house, id, "hello")
    await runner.until("a start", () => runner.children.length === 1)
    expect(runner.child.request.agent.env).toMatchObject(env)
    expect(filesWithValue()).toEqual([kept(id)])
    runner.exit(1)
    await turnsEnded(reader, 1)
    rmSync(join(directory.path, kept(id)))
    await send(house, id, "again")
    await turnsEnded(reader, 2)
    const failed = JSON.stringify(named(reader, "session/agent-failed"))
    expect(failed).toContain("MY_KEY, OTHER")
    expect(failed + JSON.stringify(reader.list)).not.toContain(CANARY)
  })

  it("E-8 a session that is not made keeps none", async () => {
    await open(new ScriptedRunner("one"))
    const keyed = (value: string) =>
      house.hub.create({ kind: "terminal", command: "/bin/sh", key: "k", env: { A: value } }, OWNER)
    const { session } = await house.run(keyed("one"))
    expect(await failure(house, keyed(CANARY))).toMatchObject({ _tag: "KeyConflict" })
    await house.run(keyed("one"))
    const left = () =>
      readdirSync(join(directory.path, "sessions")).filter((name) => existsSync(join(directory.path, kept(name))))
    await expect.poll(left, { timeout: 5000 }).toEqual([session.id])
  })
})
