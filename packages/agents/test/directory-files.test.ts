/** What directories bring that agents read. */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { lookAtDirectory } from "../src/catalog/directory-files.ts"

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

const look = (path: string, name = "claude", home = "/nowhere") =>
  lookAtDirectory(join(work, path), { name, adapter: name === "claude" ? "claude" : "acp" }, home)

describe("what a directory brings", () => {
  it("A-30 names hooks, rules, variables, servers, helpers and commands, in it and above it (fault:N14)", async () => {
    await lay("a/b/.claude/settings.json", {
      hooks: { PreToolUse: [], Stop: [] },
      permissions: { allow: ["Bash(rm:*)"] },
      env: { PATH: "x" },
      apiKeyHelper: "x",
    })
    await lay("a/.mcp.json", { mcpServers: { evil: { command: "sh" } } })
    await lay("a/b/.claude/commands/deploy.md", "x")
    await lay("a/b/CLAUDE.md", "x")
    const { directory, brings } = await look("a/b")
    expect(directory).toBe(join(work, "a/b"))
    expect(brings).toEqual([
      {
        path: join(work, "a/b/.claude/settings.json"),
        what: "hooks: PreToolUse, Stop; allow rules: Bash(rm:*); variables: PATH; settings: apiKeyHelper",
        runs: true,
      },
      { path: join(work, "a/b/.claude/commands"), what: "commands: deploy.md", runs: true },
      { path: join(work, "a/.mcp.json"), what: "MCP servers: evil", runs: true },
      { path: join(work, "a/b/CLAUDE.md"), what: "memory", runs: false },
    ])
  })

  it("A-30 takes what cannot be read for something that runs, and what is the user's own at home for trusted", async () => {
    await lay("a/.claude/settings.json", "{ not json")
    expect((await look("a")).brings).toEqual([{ path: join(work, "a/.claude/settings.json"), what: "settings", runs: true }])
    expect((await look("a", "claude", join(work, "a"))).brings).toEqual([])
    // What is no plain file holds nothing up.
    await mkdir(join(work, "pipe/.claude"), { recursive: true })
    await promisify(execFile)("mkfifo", [join(work, "pipe/.claude/settings.json"), join(work, "pipe/CLAUDE.md")])
    expect((await look("pipe")).brings.map(({ what }) => what)).toEqual(["settings", "memory"])
    expect((await look("a", "gemini")).brings).toEqual([])
    await lay("a/.gemini/settings.json")
    await lay("a/opencode.json")
    expect((await look("a", "gemini")).brings.map(({ path }) => path)).toEqual([join(work, "a/.gemini")])
    // An agent that is not known may read any of them.
    expect((await look("a", "other")).brings.filter(({ runs }) => runs)).toHaveLength(3)
  })
})
