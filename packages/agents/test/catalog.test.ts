import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readConfiguredAgents } from "../src/catalog/configuration.ts"
import { knownAgent } from "../src/catalog/entries.ts"
import type { AgentOptions } from "@holdfast/adapter/AgentCatalog"
import { makeCatalog } from "../src/catalog/make-catalog.ts"

let root: string
const data = () => join(root, "data")
const bin = () => join(root, "bin")

const catalog = (agents: unknown = {}, preferred = "") =>
  makeCatalog({ data: data(), home: root, path: bin(), configured: readConfiguredAgents(agents), preferred })

function place(path: string, text = "#!/bin/sh\n"): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

/** Puts an agent where its installation would be. */
function placeInstalled(name: string): string {
  const known = knownAgent(name)?.package
  const folder = join(data(), "agents", name, "node_modules", known?.name ?? "")
  place(join(folder, "package.json"), JSON.stringify({ name: known?.name, version: "9.9.9" }))
  return place(join(folder, known?.file ?? ""))
}

const find = (agents: unknown, name: string | undefined) => Effect.runSync(catalog(agents).find(name))
const refusal = (agents: unknown, name: string) => Effect.runSync(Effect.flip(catalog(agents).find(name)))

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-catalog-"))
  for (const path of [data(), bin()]) mkdirSync(path)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe("the catalog of agents", () => {
  it("A-1 knows its agents, and says of each what is missing", () => {
    const list = Effect.runSync(catalog().list)
    expect(list.map(({ name }) => name)).toEqual(["scripted", "claude", "claude-acp", "codex", "opencode", "gemini"])
    expect(list[0]).toMatchObject({ installed: true, default: true })
    const codex = list.find(({ name }) => name === "codex")
    expect(codex).toMatchObject({ installed: false, default: false, title: "Codex" })
    expect(codex?.missing).toContain("`holdfast agents install codex` installs @zed-industries/codex-acp")
    expect(refusal({}, "codex")).toMatchObject({ _tag: "AgentNotInstalled", agent: "codex", message: codex?.missing })
    expect(refusal({}, "codecks")).toMatchObject({
      _tag: "AgentUnknown",
      known: list.map(({ name }) => name),
      message: "no agent is called codecks; there are scripted, claude, claude-acp, codex, opencode, gemini",
    })
  })

  it("A-73 has a program that installs what npm has, for this hub's data, and says why the rest has none", () => {
    const program = { command: "node", args: ["holdfast.js"] }
    const configured = readConfiguredAgents({ mine: { command: "my-agent" }, second: { adapter: "claude" } })
    const one = makeCatalog({ data: data(), home: root, path: bin(), configured, preferred: "", program })
    const installer = (name: string) => Effect.runSync(one.installer(name))
    const why = (name: string) => Effect.runSync(Effect.flip(one.installer(name)))
    expect(installer("codex")).toEqual({
      title: "Codex",
      command: "node",
      args: ["holdfast.js", "agents", "install", "codex"],
      env: { HOLDFAST_DATA: data() },
    })
    expect(installer("second").args.at(-1)).toBe("claude")
    expect(why("scripted")).toMatchObject({ _tag: "Unprocessable", message: expect.stringContaining("part of Holdfast") })
    expect(why("mine")).toMatchObject({ _tag: "Unprocessable", message: expect.stringContaining("my-agent") })
    expect(why("codecks")).toMatchObject({ _tag: "AgentUnknown" })
    expect(Effect.runSync(Effect.flip(catalog().installer("codex")))).toMatchObject({ _tag: "Unprocessable" })
  })

  it("finds an agent as soon as it is installed, in the data directory first, then along PATH", () => {
    const one = catalog()
    const codex = () => Effect.runSync(one.list).find(({ name }) => name === "codex")
    expect(codex()?.installed).toBe(false)
    const own = place(join(bin(), "codex-acp"))
    expect(codex()).toMatchObject({ installed: true, command: own })
    expect(codex()).not.toHaveProperty("version")
    const installed = placeInstalled("codex")
    expect(codex()).toMatchObject({ installed: true, command: installed, version: "9.9.9" })
    expect(Effect.runSync(one.find("codex"))).toMatchObject({ adapter: "acp", program: { command: installed, args: [] } })
  })

  it("runs agents that are written in JavaScript with its own Node", () => {
    const file = placeInstalled("gemini")
    expect(find({}, "gemini").program).toEqual({ command: process.execPath, args: [file, "--acp"] })
  })

  it("A-11 an agent that opens a port gets a new password each time, and default options if none are set", () => {
    placeInstalled("opencode")
    placeInstalled("gemini")
    const password = (agents: unknown = {}) => find(agents, "opencode").env["OPENCODE_SERVER_PASSWORD"]
    expect(password()).toMatch(/^[0-9a-f-]{36}$/)
    const one = catalog()
    const twice = [0, 1].map(() => Effect.runSync(one.find("opencode")).env["OPENCODE_SERVER_PASSWORD"])
    expect(new Set(twice).size).toBe(2)
    expect(password({ opencode: { env: { OPENCODE_SERVER_PASSWORD: "mine" } } })).toBe("mine")
    expect(find({}, "gemini")).toMatchObject({ options: { files: "write" }, env: { GEMINI_CLI_NO_RELAUNCH: "true" } })
    expect(find({ gemini: { options: { files: "none", mode: "plan" } } }, "gemini").options).toEqual({
      files: "none",
      mode: "plan",
    })
  })

  it("takes any program of the configuration, and changes to known agents", () => {
    const mine = place(join(bin(), "my-agent"))
    const env = { KEY: "secret" }
    const agents = {
      mine: { command: "my-agent", args: ["--acp"], env, cwd: "/", auth: "key", title: "Mine", options: { mode: "plan" } },
      opencode: { env },
      "claude-work": { adapter: "claude", env },
    }
    placeInstalled("opencode")
    expect(find(agents, "mine")).toEqual({
      name: "mine",
      adapter: "acp",
      program: { command: mine, args: ["--acp"] },
      env,
      cwd: "/",
      auth: "key",
      options: { mode: "plan" },
    })
    expect(find(agents, "opencode")).toMatchObject({ env, program: { args: ["acp", "--print-logs"] } })
    const list = Effect.runSync(catalog(agents, "mine").list)
    expect(list.filter((agent) => agent.default).map(({ name }) => name)).toEqual(["mine"])
    expect(list.map(({ name }) => name)).toContain("claude-work")
    // what is secret is not shown.
    expect(JSON.stringify(list)).not.toContain("secret")
    expect(refusal({ lost: { command: "no-such-program" } }, "lost").message).toContain("no-such-program is not there")
  })

  it("A-1 X-10 names the option that is wrong, for each kind of agent", () => {
    const one = catalog()
    const check = (adapter: "acp" | "claude" | "scripted", options: AgentOptions) =>
      Effect.runSync(Effect.flip(one.validate({ name: "a", adapter, env: {} }, options)))
    for (const adapter of ["acp", "claude", "scripted"] as const) {
      const wrong = check(adapter, { modle: "x" })
      expect(wrong).toMatchObject({ _tag: "Unprocessable", field: "modle" })
      expect(wrong.message).toMatch(/^option modle: /)
    }
    const servers = { mcpServers: { a: { type: "http" } } }
    expect(check("acp", servers)).toMatchObject({ field: "mcpServers", message: 'option mcpServers: "a" needs a url' })
    const unusable = { mcpServers: { a: { command: "x", env: { "A=B": "1" } } } }
    for (const adapter of ["acp", "claude"] as const)
      expect(check(adapter, unusable)).toMatchObject({ field: "mcpServers", message: expect.stringContaining("A=B") })
    expect(check("acp", { mode: 1 }).field).toBe("mode")
    expect(check("acp", { files: "all" })).toMatchObject({ message: "option files: use one of read-write, write, none" })
  })

  it("refuses a configuration that cannot be, and names the place", () => {
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [[], "agents must be an object"],
      [{ "a b": {} }, "agents.a b must be named with"],
      [{ a: "codex" }, "agents.a must be an object"],
      [{ a: { comand: "x" } }, "agents.a.comand is not known; an agent has title, adapter, command"],
      [{ a: { command: "" } }, "agents.a.command must be the name or the path of a program"],
      [{ a: { command: "x", args: "y" } }, "agents.a.args must be a list of texts"],
      [{ a: { command: "x", env: { A: 1 } } }, "agents.a.env must be an object of texts"],
      [{ a: { command: "x", env: { "A=B": "1" } } }, "agents.a.env must be an object of texts"],
      [{ a: { command: "x", cwd: "src" } }, "agents.a.cwd must be the absolute path"],
      [{ a: { adapter: "mcp" } }, "agents.a.adapter must be one of acp, claude, scripted"],
      [{ a: {} }, "agents.a.command is missing"],
      [{ codex: { options: { speed: 1 } } }, "agents.codex.options: option speed:"],
    ]
    for (const [agents, message] of cases) expect(() => catalog(agents)).toThrow(`configuration file: ${message}`)
  })
})
