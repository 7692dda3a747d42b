/** row:C1: what of the options reaches the model, asserted on what its server received. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentStart } from "@holdfast/link/agent-messages"
import type { AgentProbe } from "@holdfast/adapter/contract/agent-probe"
import { ClaudeProbes } from "../src/agents/ClaudeProbes.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { member, path, textOf } from "../src/model/json.ts"

/** A server of tools over standard input and output, with one tool. */
const MCP = `
const answers = {
  initialize: (p) => ({ protocolVersion: p.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }),
  "tools/list": () => ({ tools: [{ name: "greet", description: "says " + process.env.WORD, inputSchema: { type: "object" } }] }),
}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: (answers[method] ?? (() => ({})))(params) }))
})
`

describe.skipIf(isElsewhere("claude"))("row:C1 options of the real Claude", () => {
  const claude = new ClaudeProbes()
  beforeEach(() => claude.open())
  afterEach(() => claude.close())

  const begin = (options: Readonly<Record<string, unknown>>, change: Partial<AgentStart> = {}): AgentProbe =>
    claude.begin(options, {}, change)

  /** The last request for a reply. */
  const asked = () => {
    const request = claude.model.requests().findLast(({ tools, prompt }) => tools.length > 0 || prompt !== undefined)
    if (request === undefined) throw new Error("nothing was asked")
    return { ...request, text: JSON.stringify(request.body), system: JSON.stringify(member(request.body, "system")) }
  }

  it("says which model, what its own prompt is, which tools there are, how long to think and what is tried", async () => {
    const probe = begin({
      model: "claude-sonnet-4-5",
      systemPrompt: "You are a lighthouse.",
      tools: ["Bash", "Read", "WebFetch"],
      disallowedTools: ["WebFetch"],
      maxThinkingTokens: 4321,
      betas: ["context-1m-2025-08-07"],
    })
    await probe.ended(probe.send("[[say hi]]").turn)
    const { body, tools, headers, system } = asked()
    expect(member(body, "model")).toBe("claude-sonnet-4-5")
    expect(system).toContain("You are a lighthouse.")
    expect(system).not.toContain("interactive")
    expect([...tools].sort()).toEqual(["Bash", "Read"])
    expect(path(body, "thinking", "budget_tokens")).toBe(4321)
    expect(headers["anthropic-beta"]).toContain("context-1m-2025-08-07")
    expect((await probe.ready()).info?.model).toBe("claude-sonnet-4-5")
  })

  it("adds to Claude's own prompt, and passes on more directories, subagents and the effort", async () => {
    const more = join(claude.directories.session, "more-of-it")
    mkdirSync(more)
    const probe = begin({
      systemPrompt: { append: "Always speak of ships." },
      additionalDirectories: [more],
      agents: { harbour: { description: "Knows every harbour", prompt: "You know harbours.", tools: ["Read"] } },
      effort: "low",
    })
    await probe.ended(probe.send("[[say hi]]").turn)
    const { body, system, text } = asked()
    expect(system).toContain("Always speak of ships.")
    expect(system.length).toBeGreaterThan(2000)
    expect(text).toContain("more-of-it")
    expect(text).toContain("Knows every harbour")
    expect(textOf(path(body, "output_config", "effort"))).toBe("low")
  })

  it("asks for what is not allowed beforehand, and not for what is", async () => {
    const probe = begin({ allowedTools: ["Bash(touch:*)"] })
    const { turn } = probe.send("[[bash touch allowed]][[bash mkdir asked]]")
    expect((await probe.asked()).subject).toBe("mkdir asked")
    expect(probe.of("asked")).toHaveLength(1)
    probe.handle.command({ type: "interrupt", turn })
    await probe.ended(turn)
  })

  it("A-11 starts servers of tools, with variables of the agent's environment in place of their names", async () => {
    const server = join(claude.directories.session, "server.cjs")
    writeFileSync(server, MCP)
    const words = { command: process.execPath, args: [server], env: { WORD: "${SECRET_WORD} indeed" } }
    const probe = begin({ mcpServers: { words }, strictMcpConfig: true }, { env: { SECRET_WORD: "ahoy" } })
    await probe.ended(probe.send("[[say hi]]").turn)
    // What stands on a command line can be read by every user of the machine.
    expect(readFileSync(`/proc/${(await probe.ready()).pid}/cmdline`, "utf8")).not.toContain("ahoy")
    const second = probe.send("[[tool mcp__words__greet {}]]")
    const request = await probe.asked()
    expect(request.tool).toBe("mcp__words__greet")
    probe.handle.command({ type: "interrupt", turn: second.turn })
    await probe.ended(second.turn)
    expect(asked().text).toContain("mcp__words__greet")
    const unset = begin({ mcpServers: { words } })
    await unset.gone()
    expect(unset.of("failed")[0]?.message).toContain("SECRET_WORD")
  })

  it("stops after as many steps as are allowed", async () => {
    const probe = begin({ maxTurns: 1, permissionMode: "bypassPermissions" })
    const { turn } = probe.send("[[bash echo one]][[bash echo two]][[say end]]")
    expect(await probe.ended(turn)).toMatchObject({ outcome: "error", error: { tag: "MaxTurns" } })
    expect(claude.model.requests()).toHaveLength(1)
  })

  it("takes another model when the first one is overloaded", async () => {
    const probe = begin({ model: "claude-opus-4-5", fallbackModel: "claude-sonnet-4-5" })
    await probe.ended(probe.send("[[error 529 3]][[say hi]]").turn, 30_000)
    const models = new Set(claude.model.requests().map(({ body }) => member(body, "model")))
    expect([...models]).toEqual(["claude-opus-4-5", "claude-sonnet-4-5"])
  }, 60_000)

  it("A-28 takes the SDK's other options that are data, and Claude starts with all of them (fault:N14)", async () => {
    const { session } = claude.directories
    const plugin = join(session, "plugin")
    mkdirSync(join(plugin, ".claude-plugin"), { recursive: true })
    mkdirSync(join(plugin, "commands"))
    writeFileSync(join(plugin, ".claude-plugin", "plugin.json"), JSON.stringify({ name: "quay", version: "1.0.0" }))
    writeFileSync(join(plugin, "commands", "moor.md"), "Moor the ship. [[say moored]]")
    const ran = join(session, "hook-of-settings")
    const probe = begin({
      agents: { pilot: { description: "Steers", prompt: "You are the pilot of the harbour." } },
      agent: "pilot",
      toolAliases: { Shell: "Bash" },
      toolConfig: { askUserQuestion: { previewFormat: "markdown" } },
      planModeInstructions: "Plan like a captain.",
      plugins: [{ type: "local", path: plugin }],
      skills: "all",
      thinking: { type: "enabled", budgetTokens: 2345 },
      model: "claude-sonnet-4-5",
      settings: { hooks: { UserPromptSubmit: [{ hooks: [{ type: "command", command: `touch ${ran}` }] }] } },
      sandbox: { enabled: false },
      agentProgressSummaries: true,
      title: "the harbour",
      debug: false,
    })
    await probe.ended(probe.send("/quay:moor").turn, 30_000)
    const { body, text, system } = asked()
    expect(system).toContain("You are the pilot of the harbour.")
    expect(path(body, "thinking", "budget_tokens")).toBe(2345)
    expect(text).toContain("Moor the ship")
    expect(existsSync(ran)).toBe(true)
    const loaded = probe.of("info").findLast(({ info }) => info.loaded !== undefined)?.info.loaded
    expect(loaded).toMatchObject({ plugins: ["quay"], problems: [] })
    const bounded = begin({ taskBudget: { total: 50_000 }, outputFormat: { type: "json_schema", schema: { type: "object" } } })
    expect((await bounded.ready()).resumed).toBe("new")
  }, 60_000)

  it("continues from a session of Claude Code itself, and leaves it alone when it forks it", async () => {
    const first = begin({})
    await first.ended(first.send("[[say the red buoy]]").turn)
    const { native = "" } = await first.ready()
    await first.handle.end(2000)
    const fork = begin({ resume: native, fork: true })
    const told = await fork.ready()
    expect(told.resumed).toBe("resumed")
    expect(told.native).not.toBe(native)
    await fork.ended(fork.send("[[say in the fork]]").turn)
    expect(asked().text).toContain("the red buoy")
    expect(fork.of("info").every((note) => note.native === undefined || note.native === told.native)).toBe(true)
    await fork.handle.end(2000)
    const again = begin({ resume: native })
    expect(await again.ready()).toMatchObject({ resumed: "resumed", native })
    await again.ended(again.send("[[say on]]").turn)
    expect(asked().text).toContain("the red buoy")
    expect(asked().text).not.toContain("in the fork")
  })

  it("A-1 says what is missing, and what root may not do", async () => {
    const absent = begin({}, { program: { command: join(claude.directories.session, "none"), args: [] }, directory: "/tmp" })
    await absent.gone()
    expect(absent.of("failed")[0]).toMatchObject({ tag: "AgentNotInstalled" })
    expect(absent.of("failed")[0]?.message).toContain("holdfast agents install claude")
    if (process.getuid?.() !== 0) return
    const root = begin({ permissionMode: "bypassPermissions" }, { env: { IS_SANDBOX: "" } })
    await root.gone()
    expect(root.of("failed")[0]).toMatchObject({ tag: "Unprocessable", message: expect.stringContaining("sandboxed") })
    const sandboxed = begin({ permissionMode: "bypassPermissions", sandboxed: true }, { env: { IS_SANDBOX: "" } })
    await sandboxed.ready()
  })
})
