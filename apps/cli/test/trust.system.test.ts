/** What a person sees and says of directories at the command line. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { commandLine, UserTerminal } from "./user-terminal.ts"

describe("trust of directories at the command line", () => {
  let hub: HubProcess
  let root: string
  let users: Array<UserTerminal> = []
  const { run, ok } = commandLine(() => hub)

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-trust-")))
    const data = join(root, "data")
    mkdirSync(data)
    // An agent that is not known may read what any of them does; it is never started here.
    writeFileSync(join(data, "config.json"), JSON.stringify({ agents: { other: { command: process.execPath } } }))
    hub = await startHub({ data })
  })
  afterEach(async () => {
    await Promise.all(users.map((user) => user.close()))
    users = []
  })
  afterAll(async () => {
    await hub.stop()
    rmSync(root, { recursive: true, force: true })
  })

  const project = (name: string): string => {
    const directory = join(root, name)
    mkdirSync(directory)
    writeFileSync(join(directory, ".mcp.json"), JSON.stringify({ mcpServers: { "evil\u001b[31m": { command: "sh" } } }))
    return directory
  }
  const terminal = (...args: ReadonlyArray<string>): UserTerminal => {
    const user = new UserTerminal(hub.environment(), args)
    users.push(user)
    return user
  }

  it("A-30 A-31 A-32 names it in show, inbox, attach and the error; trust add, refuse, ls and revoke answer (fault:N14)", async () => {
    const cwd = project("first")
    const { id } = await openAgent(hub, { agent: "other", cwd, label: "first" })
    expect(await ok("show", id)).toMatch(/trust +not decided yet; .*trust add .*first\n.*\.mcp\.json: MCP servers: evil/)
    const inbox = await ok("inbox")
    expect(inbox).toContain(`trust add ${cwd}`)
    expect(inbox).not.toContain("\u001b[31m")
    await sendText(hub, id, "hello")
    await settledAgent(hub, id)
    expect(await ok("log", id, "--type", "ended", "--json")).toContain("it is not trusted yet")
    const user = terminal("attach", id)
    await user.sees(/is not trusted; its\s+hooks,\s+servers\s+and\s+commands\s+do\s+not\s+run/)
    user.type("/distrust\r")
    await user.sees(/hooks,\s+servers\s+and\s+commands:\s+refused/)
    user.type("\u001dd")
    await user.ended
    expect(await ok("trust", "ls")).toMatch(/refused +\S*first/)
    expect(await ok("inbox")).toBe("nothing is waiting for an answer\n")
    expect(await ok("trust", "revoke", cwd)).toContain("revoked")
    expect(await ok("trust", "revoke", cwd)).toContain("no decision was made")
    expect((await run("trust", "add", join(root, "absent"))).stderr).toContain("there is no directory")
    expect(await ok("trust", "add", root)).toContain("trusted")
    await eventually("the session is told", 10_000, async () => (await recordOf(hub, id)).agent?.trust?.state === "trusted")
    expect(await ok("trust", "revoke", root)).toContain("revoked")
    expect(await ok("trust", "refuse", cwd)).toContain("refused")
  })

  it("A-31 inbox has directories that wait in --json too, and with --follow those that appear and go later (fault:N14)", async () => {
    expect(JSON.parse(await ok("inbox", "--json"))).toEqual({ permissions: [], directories: [] })
    const user = terminal("inbox", "--follow")
    await user.sees("nothing is waiting for an answer")
    const cwd = project("third")
    const { id } = await openAgent(hub, { agent: "other", cwd, label: "third" })
    await user.sees(/third is not trusted yet; agents/)
    expect(JSON.parse(await ok("inbox", "--json"))).toMatchObject({
      permissions: [],
      directories: [{ directory: cwd, sessions: [{ session: id, label: "third" }] }],
    })
    await ok("trust", "refuse", cwd)
    await user.sees(/or refuse[\s\S]*nothing is waiting/)
    user.type("\u0003")
    expect(await user.ended).toBe(0)
  })

  it("A-31 new agent asks at a terminal, once", async () => {
    const cwd = project("second")
    const first = terminal("new", "agent", "other", "--cwd", cwd)
    await first.sees(/has files that an agent there would run[\s\S]*MCP servers: evil[\s\S]*Trust it/)
    first.type("y\r")
    expect(await first.ended).toBe(0)
    expect(await ok("trust", "ls")).toMatch(/trusted +\S*second/)
    const second = terminal("new", "agent", "other", "--cwd", cwd)
    expect(await second.ended).toBe(0)
    expect(second.written).not.toContain("Trust it")
  })

  it("C-23 the view takes keys after the question for trust, whatever is answered: a prompt leaves standard input as it was", async () => {
    for (const [at, answer] of ["y", "n", ""].entries()) {
      const cwd = project(`asked-${at}`)
      const user = terminal("new", "agent", "other", "--cwd", cwd, "--attach")
      await user.sees("Trust it and everything below?")
      user.type(`${answer}\r`)
      await user.sees("/help lists keys and commands")
      user.type("/help\r")
      await user.sees("list the queued messages, by number")
      user.type("\u001dd")
      expect(await user.ended).toBe(0)
      await ok("trust", "revoke", cwd)
    }
  })
})
