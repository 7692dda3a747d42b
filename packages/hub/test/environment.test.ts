import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type CreateSession } from "@holdfast/protocol/session"
import { createAgent, failure, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { SessionDirectories } from "../src/session/SessionDirectories.ts"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"
import { attachReader, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

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

  const inherited = (name: string): string => join("sessions", name, "inherited-environment.json")
  const kept = (name: string): string => join("sessions", name, FILE)

  it("E-8 their values are in no event, state, list, record or line of the log, and a terminal has them at each start (fault:N47)", async () => {
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
    await expect.poll(filesWithValue, { timeout: 5000 }).toEqual([kept(session.directory)])
    expect(statSync(join(directory.path, kept(session.directory))).mode & 0o777).toBe(0o600)
  })

  it("E-8 an agent has them at each start, an end without them says so, and they go with the session (fault:N47)", async () => {
    const runner = new ToldRunner()
    await open(runner)
    const { id, directory: name, reader } = await createAgent(house, { env })
    await send(house, id, "hello")
    await runner.until("a start", () => runner.children.length === 1)
    expect(runner.child.request.agent.env).toMatchObject(env)
    expect(filesWithValue()).toEqual([kept(name)])
    runner.exit(1)
    await turnsEnded(reader, 1)
    rmSync(join(directory.path, kept(name)))
    await send(house, id, "again")
    await turnsEnded(reader, 2)
    const failed = JSON.stringify(named(reader, "session/agent-failed"))
    expect(failed).toContain("MY_KEY, OTHER")
    expect(failed + JSON.stringify(reader.list)).not.toContain(CANARY)
  })

  it("A-67 an agent has the environment of who asked at each start, of a later hub too, and it is in nothing else (fault:N31)", async () => {
    const runner = new ToldRunner()
    await open(runner)
    const environment = { API_KEY: CANARY, PATH: "/home/me/bin", SSH_AUTH_SOCK: "/old", CLAUDECODE: "1", HOLDFAST_TOKEN: "t" }
    const { id, directory: name, reader } = await createAgent(house, { environment })
    await send(house, id, "hello")
    await runner.until("a start", () => runner.children.length === 1)
    const own = { API_KEY: CANARY, PATH: "/home/me/bin" }
    expect(runner.child.request.environment).toEqual({ ...own, SSH_AUTH_SOCK: "/old" })
    expect(filesWithValue()).toEqual([inherited(name)])
    expect(statSync(join(directory.path, inherited(name))).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(directory.path, inherited(name)), "utf8")).not.toContain("HOLDFAST")
    const shown = [reader.list, house.reports, await record(house, id), await house.run(house.hub.list({}))]
    expect(JSON.stringify(shown)).not.toContain(CANARY)
    runner.exit(1)
    await turnsEnded(reader, 1)
    await failure(house, house.hub.restart(id, { key: "again", environment: { PATH: "/other" } }, OWNER))

    await house.close()
    await open(runner)
    const later = await attachReader(house, { session: id, after: 0, environment: { SSH_AUTH_SOCK: "/new" } })
    await send(house, id, "again")
    await runner.until("another start", () => runner.children.length === 2)
    expect(runner.child.request.environment).toEqual({ ...own, SSH_AUTH_SOCK: "/new" })
    runner.exit(1)
    await turnsEnded(later, 2)
    writeFileSync(join(directory.path, inherited(name)), `{"API_KEY": ["${CANARY}"]}`)
    await send(house, id, "once more")
    await turnsEnded(later, 3)
    const failed = JSON.stringify([named(later, "session/agent-failed"), house.reports])
    expect(failed).toContain("cannot be read")
    expect(failed).not.toContain(CANARY)
  })

  it("A-67 an agent whose client sends no environment has the hub's", async () => {
    const runner = new ToldRunner()
    await open(runner)
    const { id, directory: name } = await createAgent(house)
    await send(house, id, "hello")
    await runner.until("a start", () => runner.children.length === 1)
    expect(runner.child.request.environment).toBeUndefined()
    expect(existsSync(join(directory.path, inherited(name)))).toBe(false)
  })

  it("A-68 a hub killed before a terminal's start starts it in the environment that was asked for, and then keeps none (fault:N31)", async () => {
    const runner = new ScriptedRunner("one")
    runner.swallow = true
    await open(runner)
    const environment = { API_KEY: CANARY, PATH: "/usr/bin" }
    const request: CreateSession = { kind: "terminal", command: "/bin/sh", environment, wait: false }
    const { session } = await house.run(house.hub.create(request, OWNER))
    await house.close()
    expect(filesWithValue()).toEqual([inherited(session.directory)])
    runner.swallow = false
    await open(runner)
    const reader = await attachReader(house, { session: session.id, after: 0 })
    await reader.until("its start", () => named(reader, "terminal/started").length === 1)
    expect(runner.child.request.environment).toEqual(environment)
    await expect.poll(() => existsSync(join(directory.path, "sessions", session.directory)), { timeout: 5000 }).toBe(false)

    runner.note({ type: "exit", code: 0 })
    await reader.until("its end", () => named(reader, "terminal/exit").length === 1)
    runner.swallow = true
    // The hub that was asked is closed before it has an answer.
    void house.run(house.hub.restart(session.id, { environment: { ...environment, MORE: "1" } }, OWNER)).catch(String)
    await reader.until("its second start", () => named(reader, "terminal/starting").length > 0)
    await house.close()
    runner.swallow = false
    await open(runner)
    const later = await attachReader(house, { session: session.id, after: 0 })
    await later.until("it runs again", () => named(later, "terminal/started").length === 2)
    expect(runner.child.request.environment).toEqual({ ...environment, MORE: "1" })
    await expect.poll(filesWithValue, { timeout: 5000 }).toEqual([])
    // A hub that died before it forgot: the next one does.
    await house.close()
    mkdirSync(join(directory.path, "sessions", session.directory), { recursive: true })
    writeFileSync(join(directory.path, inherited(session.directory)), JSON.stringify(environment))
    await open(runner)
    await expect.poll(filesWithValue, { timeout: 5000 }).toEqual([])
  })

  it("A-69 a start removes the directories of sessions that were being made or purged, and no other (fault:N31)", async () => {
    const runner = new ToldRunner()
    await open(runner)
    const there = await createAgent(house, { env })
    const marks = (): ReadonlyArray<string> => readdirSync(join(directory.path, "unsettled"))
    await expect.poll(marks, { timeout: 5000 }).toEqual([])
    await house.close()
    const [made, other] = ["01980000-0000-7000-8000-000000000001", "01980000-0000-7000-8000-000000000002"]
    for (const id of [made, other]) {
      mkdirSync(join(directory.path, "sessions", id), { recursive: true })
      writeFileSync(join(directory.path, kept(id)), CANARY)
    }
    for (const name of [made, there.directory, "..."]) writeFileSync(join(directory.path, "unsettled", name), "")
    await open(runner)
    await expect.poll(marks, { timeout: 5000 }).toEqual(["..."])
    expect(readdirSync(join(directory.path, "sessions")).sort()).toEqual([other, there.directory].sort())
  })

  it("A-69 a purge marks the directories before the store lets go of their sessions", async () => {
    const runner = new ToldRunner()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer, settings: { trashKeep: 0 } })
    const { id, directory: name } = await createAgent(house, { env })
    const { id: bare, directory: bareName } = await createAgent(house)
    for (const one of [id, bare]) await house.run(house.hub.remove(one, undefined, OWNER))
    const directories = new SessionDirectories(directory.path, join(directory.path, "sessions"), () => {})
    const due = await house.run(house.store.due(Number.MAX_SAFE_INTEGER, 10))
    expect([...due].sort()).toEqual([id, bare].sort())
    await directories.markDue([name, bareName])
    expect(readdirSync(join(directory.path, "unsettled"))).toEqual([name])
    await house.run(house.store.purge(Number.MAX_SAFE_INTEGER, 10))
    await house.close()
    await open(runner)
    expect(filesWithValue()).toEqual([])
    expect(readdirSync(join(directory.path, "unsettled"))).toEqual([])
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
    await expect.poll(left, { timeout: 5000 }).toEqual([session.directory])
  })
})
