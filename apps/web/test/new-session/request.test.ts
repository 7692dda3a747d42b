import { describe, expect, it } from "vitest"
import { importAll } from "../../src/first-run/import-all.ts"
import {
  agentRequest,
  choicesOf,
  offeredDirectories,
  recentDirectories,
  sharing,
  terminalRequest,
  worktreeCommand,
} from "../../src/new-session/request.ts"
import { agent, offline, terminal } from "../list/records.ts"

const claude = { name: "claude", title: "Claude Code", adapter: "claude", installed: true, default: true } as const
const choice = { agent: "claude", directory: " /src/app ", models: { claude: "opus" }, modes: { claude: "plan" } }

describe("what is asked for a new session", () => {
  it("APP-26 has what was chosen, with the mode as the agent's adapter calls it", () => {
    expect(agentRequest(claude, choice, "Fold it")).toEqual({
      kind: "agent",
      agent: "claude",
      cwd: "/src/app",
      options: { model: "opus", permissionMode: "plan" },
      message: { text: "Fold it" },
    })
    expect(agentRequest({ ...claude, adapter: "acp" }, choice, "")).toMatchObject({ options: { model: "opus", mode: "plan" } })
    expect(agentRequest({ ...claude, name: "scripted", adapter: "scripted" }, choice, " ")).toEqual({
      kind: "agent",
      agent: "scripted",
      cwd: "/src/app",
    })
    expect([terminalRequest("/src"), terminalRequest("")]).toEqual([{ kind: "terminal", cwd: "/src" }, { kind: "terminal" }])
  })

  it("offers directories and models of earlier sessions", () => {
    const models = [{ id: "opus", name: "Opus" }]
    const info = { agent: { name: "claude", cwd: "/b", info: { models }, turns: 1, usage: {} } }
    const sessions = [
      agent("one", { lastActiveAt: 3 }),
      terminal("two", { lastActiveAt: 9 }),
      offline("new:x", 1),
      agent("three", info),
    ]
    expect(recentDirectories(sessions)).toEqual(["/src", "/src/holdfast", "/b"])
    expect(choicesOf(sessions, "claude").models).toBe(models)
    expect(offeredDirectories(["/src", "/src/holdfast", "/b"], "hold SRC")).toEqual(["/src/holdfast"])
    expect(offeredDirectories(["/src", "/b"], "/src")).toEqual(["/src", "/b"])
  })

  it("says which agents share a directory, and how a worktree keeps them apart", () => {
    const sessions = [agent("one"), agent("two", { status: "archived" }), terminal("three")]
    expect(sharing(sessions, "/src/holdfast/").map(({ id }) => id)).toEqual(["one"])
    expect([sharing(sessions, ""), sharing(sessions, "/src")]).toEqual([[], []])
    expect(worktreeCommand("/src/my app/")).toBe("git -C '/src/my app' worktree add '/src/my app-2' -b 'my app-2'")
  })
})

it("APP-28 imports one session after the other, and says of each that fails why", async () => {
  const told: Array<number> = []
  const one = (id: string) => ({ id, title: `title of ${id}`, modifiedAt: 1, size: 1 })
  const failing = (id: string): Promise<void> => (id === "b" ? Promise.reject(new Error("damaged")) : Promise.resolve())
  const ended = await importAll(failing, [one("a"), one("b"), one("c")], ({ done }) => told.push(done))
  expect([told, ended.failed]).toEqual([[0, 1, 2, 3], ["title of b: Error: damaged"]])
})
