/** Trust of directories: what they bring, what people say of them, and which agents start there. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentCatalog, AgentEntryPieces } from "@holdfast/adapter/AgentCatalog"
import { lookAtDirectory } from "@holdfast/agents/inside/catalog/directory-files"
import { TrustedDirectories } from "../../src/agent/trust/TrustedDirectories.ts"
import { attachReader, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { dataOf, failure, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const PIECES: Readonly<Record<string, AgentEntryPieces>> = {
  claude: { name: "claude", adapter: "claude", env: {} },
  gemini: { name: "gemini", adapter: "acp", env: {} },
}
const catalog: AgentCatalog = {
  list: Effect.succeed([]),
  find: (name = "claude") => Effect.succeed(PIECES[name] ?? (undefined as never)),
  installer: () => Effect.die("not asked"),
  validate: () => Effect.void,
  look: lookAtDirectory,
}
const READY = { type: "ready", pid: 7, resumed: "new", native: "native-1" } as const

let work: string
beforeEach(async () => {
  work = await realpath(await mkdtemp(join(tmpdir(), "holdfast-work-")))
})
afterEach(() => rm(work, { recursive: true, force: true }))

async function lay(path: string, content: unknown = {}): Promise<void> {
  const file = join(work, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content))
}

describe("what people say of directories", () => {
  it("A-31 a word holds for whole components below, the nearest one counts, and it outlives the hub", async () => {
    const directory = await testDirectory()
    const house = await openHouse({ directory: directory.path })
    const trust = new TrustedDirectories(house.store)
    const say = (path: string, trusted: boolean) => house.run(trust.say({ directory: path, trusted, by: "me", at: 1 }))
    await say("/home/me/proj", true)
    await say("/home/me/proj/vendor", false)
    const brings = [{ path: "x", what: "hooks", runs: true }]
    const states = (of: TrustedDirectories) =>
      ["/home/me/proj", "/home/me/proj/a/b", "/home/me/proj/vendor/x", "/home/me/project-secret", "/home/me", "/"].map((path) =>
        of.stateOf(path, brings),
      )
    expect(states(trust)).toEqual(["trusted", "trusted", "refused", "waiting", "waiting", "waiting"])
    expect(trust.stateOf("/elsewhere", [{ path: "CLAUDE.md", what: "memory", runs: false }])).toBe("unneeded")
    const again = new TrustedDirectories(house.store)
    await house.run(again.load)
    expect(states(again)).toEqual(states(trust))
    expect(await house.run(trust.revoke("/home/me/proj"))).toBe(true)
    expect(await house.run(trust.revoke("/home/me/proj"))).toBe(false)
    expect(states(trust)[1]).toBe("waiting")
    await house.close()
    await directory.remove()
  })
})

describe("starting agents in directories", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ToldRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ToldRunner()
    house = await openHouse({ directory: directory.path, runners: runner.layer, catalog })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const open = async (agent: string, cwd = work) => {
    const { session } = await house.run(house.hub.create({ kind: "agent", agent, cwd }, OWNER))
    return { session, reader: await attachReader(house, { session: session.id, after: 0 }) }
  }
  const trust = (trusted: boolean, path = work) => house.run(house.agents.setTrust({ directory: path, trusted }, OWNER))

  it("A-30 A-31 says in the record, from its making on, what waits for a word; the word reaches it and the list", async () => {
    await lay(".mcp.json", { mcpServers: { evil: {} } })
    const { session, reader } = await open("claude")
    expect(session.agent?.trust).toMatchObject({ directory: work, state: "waiting", seq: expect.any(Number) })
    expect(session.agent?.trust?.askedAt).toBeGreaterThan(0)
    const { waiting } = await house.run(house.agents.trust)
    expect(waiting).toMatchObject([{ directory: work, sessions: [{ session: session.id, agent: "claude" }] }])
    await trust(true)
    await reader.until("told", (seen) => named(seen, "session/agent-directory").length === 2, 5000)
    expect((await record(house, session.id)).agent?.trust?.state).toBe("trusted")
    const list = await house.run(house.agents.trust)
    expect(list.waiting).toEqual([])
    expect(list.directories).toMatchObject([{ directory: work, trusted: true, by: "owner" }])
    expect(await house.run(house.agents.revokeTrust(work, OWNER))).toEqual({ revoked: true })
    await reader.until("told again", (seen) => named(seen, "session/agent-directory").length === 3, 5000)
    const again = (await record(house, session.id)).agent?.trust
    expect(again).toMatchObject({ state: "waiting", askedAt: expect.any(Number) })
    expect(again?.askedAt).toBeGreaterThanOrEqual(session.agent?.trust?.askedAt ?? Infinity)
  })

  it("PN-3 no one learns of a directory that waits again because its trust was revoked", async () => {
    await lay(".mcp.json", { mcpServers: { evil: {} } })
    await trust(true)
    const before = await open("claude")
    const during = await open("claude", work)
    await house.run(house.agents.revokeTrust(work, OWNER))
    for (const { reader, session } of [before, during]) {
      await reader.until("told", (seen) => named(seen, "session/agent-directory").length === 2, 5000)
      const { agent } = await record(house, session.id)
      expect(agent?.trust).toMatchObject({ state: "waiting", askedAt: expect.any(Number) })
      expect(agent?.trust?.seq).toBeUndefined()
    }
    const { session } = await open("claude")
    expect(session.agent?.trust).toMatchObject({ state: "waiting", seq: expect.any(Number) })
  })

  it("A-31 a decision and its revocation reach every session, and the hub, also if who decided is gone before it is kept", async () => {
    await lay(".mcp.json", { mcpServers: { evil: {} } })
    const { session, reader } = await open("claude")
    const plain = house.store.putSetting
    const cut = async <A, E>(effect: Effect.Effect<A, E>) => {
      const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
      const { promise: kept, resolve: keep } = Promise.withResolvers<void>()
      Object.assign(house.store, {
        putSetting: (name: string, value: string | undefined) =>
          Effect.promise(() => (isAsked(), kept)).pipe(Effect.andThen(plain(name, value))),
      })
      const fiber = Effect.runFork(effect)
      await asked
      const over = Effect.runPromise(Fiber.interrupt(fiber))
      keep()
      await over
      Object.assign(house.store, { putSetting: plain })
    }
    await cut(house.agents.setTrust({ directory: work, trusted: true }, OWNER))
    await reader.until("told", (seen) => named(seen, "session/agent-directory").length === 2, 5000)
    expect((await record(house, session.id)).agent?.trust?.state).toBe("trusted")
    await cut(house.agents.revokeTrust(work, OWNER))
    await reader.until("told again", (seen) => named(seen, "session/agent-directory").length === 3, 5000)
    expect((await house.run(house.agents.trust)).directories).toEqual([])
  })

  it("A-31 of a decision and a revocation at once each is kept as it is said", async () => {
    await trust(true)
    const plain = house.store.putSetting
    const { promise: stored, resolve: isStored } = Promise.withResolvers<void>()
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
    // The store has forgotten the word, and is slow to answer.
    Object.assign(house.store, {
      putSetting: (name: string, value: string | undefined) =>
        value === undefined
          ? plain(name, value).pipe(Effect.andThen(Effect.promise(() => (isStored(), heard))))
          : Effect.tap(plain(name, value), () => Effect.sync(hear)),
    })
    const revoking = house.run(house.agents.revokeTrust(work, OWNER))
    await stored
    const saying = trust(false)
    setTimeout(hear, 200)
    const [revoked, said] = await Promise.all([revoking, saying])
    Object.assign(house.store, { putSetting: plain })
    const again = new TrustedDirectories(house.store)
    await house.run(again.load)
    const { directories } = await house.run(house.agents.trust)
    expect([revoked, said.trusted]).toEqual([{ revoked: true }, false])
    expect(directories).toMatchObject([{ directory: work, trusted: false }])
    expect(again.all).toEqual(directories)
  })

  it("APP-142 A-31 lists a directory once for the sessions in it, with all that any of their agents would run", async () => {
    await lay(".mcp.json", { mcpServers: { evil: {} } })
    await lay(".gemini/settings.json", { mcpServers: { other: { command: "sh" } } })
    const [first, second] = [(await open("claude")).session, (await open("gemini")).session]
    const { waiting } = await house.run(house.agents.trust)
    expect(waiting).toHaveLength(1)
    const paths = waiting[0]?.brings.filter(({ runs }) => runs).map(({ path }) => path)
    expect(new Set(paths)).toEqual(new Set([join(work, ".mcp.json"), join(work, ".gemini")]))
    expect(new Set(waiting[0]?.sessions.map(({ session }) => session))).toEqual(new Set([first.id, second.id]))
  })

  it("A-31 of people who decide at once the first one does, and the others get that decision", async () => {
    await lay(".mcp.json", { mcpServers: { evil: {} } })
    const { session } = await open("claude")
    const say = (trusted: boolean, name: string) =>
      house.run(house.agents.setTrust({ directory: work, trusted, unlessDecided: true }, { ...OWNER, name }))
    const answers = await Promise.all([say(false, "ann"), say(true, "ben"), say(true, "cam")])
    expect(new Set(answers.map(({ trusted, by }) => `${by} ${trusted}`)).size).toBe(1)
    const [{ trusted = false } = {}] = answers
    expect((await record(house, session.id)).agent?.trust?.state).toBe(trusted ? "trusted" : "refused")
    expect(await trust(!trusted)).toMatchObject({ trusted: !trusted, by: "owner" })
  })

  it("A-30 a link is the directory that it leads to; anything that is not a directory, or relative, is refused; readers may not decide", async () => {
    await lay("real/.mcp.json")
    await symlink(join(work, "real"), join(work, "link"))
    expect(await house.run(house.agents.look({ directory: join(work, "link") }, OWNER))).toMatchObject({
      directory: join(work, "real"),
      state: "waiting",
    })
    await trust(true, join(work, "link"))
    expect((await open("claude", join(work, "real"))).session.agent?.trust?.state).toBe("trusted")
    for (const path of ["relative", join(work, "absent")]) {
      const problem = await failure(house, house.agents.setTrust({ directory: path, trusted: true }, OWNER))
      expect(problem).toMatchObject({ _tag: "Unprocessable", field: "directory" })
    }
    const reader = { ...OWNER, scope: "read" as const }
    expect(await failure(house, house.agents.setTrust({ directory: work, trusted: true }, reader))).toMatchObject({
      _tag: "SessionPermissionError",
    })
  })

  it("A-33 Claude starts without trust, and again with it once it is idle; a revocation holds from the next start", async () => {
    await lay(".claude/settings.json", { hooks: { Stop: [] } })
    const { session, reader } = await open("claude")
    const answer = async (turns: number): Promise<void> => {
      await send(house, session.id, "hello")
      const delivered = () => runner.children.flatMap(({ commands }) => commands).filter((command) => command.type === "deliver")
      await runner.until("a delivery", () => delivered().length === turns)
      const last = delivered()[turns - 1]
      if (last === undefined) throw new Error("nothing was delivered")
      runner.note({ type: "taken", messageId: last.messageId, turn: last.turn })
      if (turns !== 3) runner.note(READY)
      runner.note({ type: "turn-ended", turn: last.turn, outcome: "completed" })
      await turnsEnded(reader, turns)
    }
    await answer(1)
    expect(runner.children.map(({ request }) => request.agent.trusted)).toEqual([undefined])
    await trust(true)
    await reader.until("it ended", (seen) => named(seen, "session/agent-exited").length === 1, 5000)
    await answer(2)
    expect(runner.children.map(({ request }) => request.agent.trusted)).toEqual([undefined, true])
    await house.run(house.agents.revokeTrust(work, OWNER))
    await answer(3)
    expect(runner.children).toHaveLength(2)
  })

  it("A-2 A-33 a process that is busy when trust is granted makes room once it is idle, even under another hub (fault:N14)", async () => {
    const reopen = async () => {
      await house.close()
      house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer, catalog })
    }
    await reopen()
    await lay(".claude/settings.json", { hooks: { Stop: [] } })
    const { session } = await open("claude")
    const deliveries = () => runner.children.flatMap(({ commands }) => commands).filter(({ type }) => type === "deliver")
    const begin = async (turns: number): Promise<string> => {
      await send(house, session.id, "hello")
      await runner.until("a delivery", () => deliveries().length >= turns)
      const last = deliveries()[turns - 1]
      if (last?.type !== "deliver") throw new Error("nothing was delivered")
      runner.note({ type: "taken", messageId: last.messageId, turn: last.turn }, READY)
      return last.turn
    }
    const replaced = async (turn: string, exits: number): Promise<void> => {
      const reader = await attachReader(house, { session: session.id, after: 0 })
      await reader.until("all so far", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
      expect(named(reader, "session/agent-exited")).toHaveLength(exits - 1)
      runner.note({ type: "turn-ended", turn, outcome: "completed" })
      await reader.until("it ended", (seen) => named(seen, "session/agent-exited").length === exits, 5000)
    }
    const first = await begin(1)
    await trust(true)
    await reopen()
    await replaced(first, 1)
    const second = await begin(2)
    expect(runner.children.map(({ request }) => request.agent.trusted)).toEqual([undefined, true])
    // One that has what the directory brings stays.
    runner.note({ type: "turn-ended", turn: second, outcome: "completed" })
    await reopen()
    await begin(3)
    expect(runner.children).toHaveLength(2)
    // The hub died when a word was durable and no session had been told.
    await house.run(house.agents.revokeTrust(work, OWNER))
    runner.exit(1)
    const fourth = await begin(4)
    expect(runner.children.map(({ request }) => request.agent.trusted)).toEqual([undefined, true, undefined])
    const word = { directory: work, trusted: true, by: "owner", at: 1 }
    await house.run(new TrustedDirectories(house.store).say(word))
    await reopen()
    await replaced(fourth, 3)
    expect((await record(house, session.id)).agent?.trust?.state).toBe("trusted")
  })

  it("A-32 an agent that reads its directory automatically waits for a decision, and then its message is delivered (fault:N14)", async () => {
    await lay(".gemini/settings.json")
    const { session, reader } = await open("gemini")
    await send(house, session.id, "hello")
    await turnsEnded(reader, 1)
    const [end] = named(reader, "turn/ended")
    expect(dataOf(end)).toMatchObject({ outcome: "error", error: { tag: "DirectoryUntrusted" } })
    expect(JSON.stringify(dataOf(end))).toContain(join(work, ".gemini"))
    expect(runner.children).toEqual([])
    expect((await record(house, session.id)).queue).toHaveLength(1)
    await trust(true)
    await runner.until("a start", () => runner.children.length === 1)
    expect(runner.child.request.agent).toMatchObject({ name: "gemini", trusted: true })
  })

  it("A-32 a message that another error holds up waits on when its directory is trusted", async () => {
    await lay(".claude/settings.json", { hooks: { Stop: [] } })
    const { session, reader } = await open("claude")
    await send(house, session.id, "hello")
    await runner.until("a delivery", () => runner.children.some(({ commands }) => commands.length > 0))
    const [deliver] = runner.child.commands
    if (deliver?.type !== "deliver") throw new Error("nothing was delivered")
    const { messageId: id, turn } = deliver
    runner.note({ type: "taken", messageId: id, turn }, READY)
    await send(house, session.id, "and then")
    const error = { tag: "ModelError", message: "overloaded" }
    runner.note({ type: "turn-ended", turn, outcome: "error", error })
    await turnsEnded(reader, 1)
    runner.exit(1)
    await reader.until("it ended", (seen) => named(seen, "session/agent-exited").length === 1, 5000)
    const told = named(reader, "session/agent-directory").length
    await trust(true)
    await reader.until("trust", (seen) => named(seen, "session/agent-directory").length > told)
    const { session: now } = await house.run(house.hub.update(session.id, { label: "later" }, OWNER))
    expect(now).toMatchObject({ queue: [{ status: "waiting" }], agent: { hold: { reason: "error", ...error } } })
    expect(runner.children).toHaveLength(1)
  })
})
