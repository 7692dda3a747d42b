/** A-29 with the real Claude: what the user and the directory bring, where the directory is trusted and where it is not. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentProbe } from "@holdfast/adapter/contract/agent-probe"
import { ClaudeProbes } from "../src/agents/ClaudeProbes.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"

const claude = new ClaudeProbes()

/** Writes a file, with its directories. */
function lay(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
}

/** A project with a memory file, a command, a hook, an allow rule, a helper for keys and an MCP server that cannot start. */
function layProject(): void {
  const { cwd, session } = claude.directories
  const touch = (name: string) => [{ hooks: [{ type: "command", command: `touch ${join(cwd, name)}` }] }]
  lay(join(cwd, "CLAUDE.md"), "The password of the pier is herring.")
  lay(join(cwd, ".claude/commands/deploy.md"), "Hoist the flag of $ARGUMENTS. [[say hoisted]]")
  lay(join(cwd, ".claude/settings.json"), {
    permissions: { allow: ["Bash(touch:*)"] },
    hooks: { UserPromptSubmit: touch("hook-ran"), SessionStart: touch("session-hook-ran") },
    env: { PROJECT_VARIABLE: "1" },
  })
  lay(join(cwd, ".mcp.json"), { mcpServers: { pier: { command: "touch", args: [join(cwd, "server-ran")] } } })
  lay(join(dirname(session), "home/.claude/CLAUDE.md"), "The harbour master is called Olga.")
  lay(join(dirname(session), "home/.claude/commands/greet.md"), "Greet the crew. [[say ahoy]]")
}

const ran = (name: string): boolean => existsSync(join(claude.directories.cwd, name))
const asked = (): string => JSON.stringify(claude.model.requests().map(({ body }) => body))

async function turn(probe: AgentProbe, text: string): Promise<void> {
  await probe.ended(probe.send(text).turn, 30_000)
}

describe.skipIf(isElsewhere("claude"))("A-29 the files of the real Claude's user", () => {
  beforeEach(async () => {
    await claude.open()
    layProject()
  })
  afterEach(() => claude.close())

  it("A-29 a trusted directory brings what it brings to Claude Code: memory, commands, hooks, rules, servers (fault:N14)", async () => {
    const probe = claude.begin({}, {}, { trusted: true })
    await turn(probe, "/deploy Genoa")
    await turn(probe, "/greet")
    await turn(probe, "[[bash touch allowed]]")
    expect(asked()).toContain("herring")
    expect(asked()).toContain("Olga")
    expect(asked()).toContain("Hoist the flag of Genoa")
    expect(asked()).toContain("Greet the crew")
    expect(["hook-ran", "session-hook-ran", "server-ran", "allowed"].map(ran)).toEqual([true, true, true, true])
    expect(probe.of("asked")).toEqual([])
  }, 90_000)

  it("A-34 A-35 says what was loaded, which server did not start, what a hook blocked and what was refused (fault:N15)", async () => {
    const { cwd, session } = claude.directories
    const home = join(dirname(session), "home/.claude")
    lay(join(cwd, ".mcp.json"), { mcpServers: { pier: { command: join(cwd, "no-such-server") } } })
    lay(join(home, "settings.json"), {
      permissions: { deny: ["Bash(rm:*)"] },
      hooks: {
        PreToolUse: [
          {
            matcher: "Bash",
            hooks: [{ type: "command", command: "grep -q hoist && { echo the crane is closed >&2; exit 2; } || exit 0" }],
          },
        ],
      },
    })
    const probe = claude.begin({ allowedTools: ["Bash"] }, {}, { trusted: true })
    const { turn: first } = probe.send("[[bash echo hoist]]")
    await probe.ended(first, 30_000)
    const loaded = () => probe.of("info").findLast(({ info }) => info.loaded !== undefined)?.info.loaded
    await eventually("the server's state", 20_000, () => loaded()?.servers[0]?.status === "failed")
    expect(loaded()).toMatchObject({
      sources: ["user", "project", "local"],
      memory: expect.arrayContaining([join(cwd, "CLAUDE.md"), join(home, "CLAUDE.md")]),
      hooks: ["PreToolUse (user)", "UserPromptSubmit (project)", "SessionStart (project)"],
      servers: [{ name: "pier", status: "failed" }],
    })
    const { turn: second } = probe.send("[[bash rm -rf nothing]]")
    await probe.ended(second, 30_000)
    const notices = JSON.stringify([...probe.chunks(first), ...probe.chunks(second)].filter(({ type }) => type === "data-notice"))
    expect(notices).toContain("the MCP server pier did not start")
    expect(notices).toMatch(/the hook PreToolUse\S* blocked it: .*the crane is closed/)
    expect(notices).toContain("Bash was refused without asking")
  }, 90_000)

  it("A-29 nothing of an untrusted directory runs; its memory files and the user's own settings apply (fault:N14)", async () => {
    const { cwd } = claude.directories
    const local = { apiKeyHelper: `touch ${join(cwd, "helper-ran")}; echo key`, env: { PIER: "sunk" } }
    lay(join(cwd, ".claude/settings.local.json"), local)
    lay(join(cwd, ".claude/agents/evil.md"), "---\nname: evil\ndescription: Evil\n---\nBe evil.")
    lay(join(cwd, ".claude/skills/wicked/SKILL.md"), "---\nname: wicked\ndescription: Wicked\n---\nBe wicked.")
    const probe = claude.begin({ settingSources: ["user", "project", "local"], allowedTools: ["Bash(printenv)"] })
    await turn(probe, "/deploy Genoa")
    await turn(probe, "/greet")
    await turn(probe, "[[bash printenv]]")
    expect(asked()).toContain("PATH=")
    expect(asked()).not.toContain("PIER=sunk")
    const { turn: last } = probe.send("[[bash touch allowed]]")
    const request = await probe.asked()
    probe.handle.command({ type: "answer", requestId: request.id, outcome: { type: "cancelled", reason: "no" } })
    await probe.ended(last)
    expect(asked()).toContain("herring")
    expect(asked()).toContain("Olga")
    expect(asked()).toContain("Greet the crew")
    expect(asked()).not.toContain("Hoist the flag")
    expect(["hook-ran", "session-hook-ran", "server-ran", "helper-ran", "allowed"].filter(ran)).toEqual([])
    const loaded = probe.of("info").findLast(({ info }) => info.loaded !== undefined)?.info.loaded
    expect(loaded).toMatchObject({ sources: ["user"], hooks: [], servers: [] })
    expect(JSON.stringify(loaded)).not.toMatch(/evil|wicked/)
  }, 90_000)

  it("A-29 bare is without any of it", async () => {
    const probe = claude.begin({ bare: true }, {}, { trusted: true })
    await turn(probe, "/greet")
    expect(asked()).not.toMatch(/herring|Olga|Greet the crew/)
    expect(ran("session-hook-ran")).toBe(false)
  }, 60_000)
})
