/** The real Claude in a hub, in a project that brings things: before a person trusts it, after, and after the hub died. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TrustList } from "@holdfast/protocol/agent/trust"
import { openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"

describe.skipIf(isElsewhere("claude"))("Claude in a directory that brings something", () => {
  let place: ClaudeHub
  let cwd: string
  beforeAll(async () => {
    place = await startClaudeHub()
    cwd = place.directory()
    mkdirSync(join(cwd, ".claude", "commands"), { recursive: true })
    writeFileSync(join(cwd, "CLAUDE.md"), "The password of the pier is herring.")
    writeFileSync(join(cwd, ".claude", "commands", "deploy.md"), "Hoist the flag of $ARGUMENTS. [[say hoisted]]")
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command: `touch ${join(cwd, "hook-ran")}` }] }] }
    writeFileSync(join(cwd, ".claude", "settings.json"), JSON.stringify({ hooks }))
  }, 60_000)
  afterAll(() => place.stop())

  it("A-29 A-30 A-33 CLAUDE.md works at once; its hook and its command once it is trusted, also after a restart (fault:N14)", async () => {
    const { hub, model } = place
    const asked = () => JSON.stringify(model.requests().map(({ body }) => body))
    const { id, agent } = await openAgent(hub, { agent: "claude", cwd })
    expect(agent?.trust).toMatchObject({ state: "waiting" })
    await sendText(hub, id, "[[say hello]]")
    await settledAgent(hub, id)
    expect(asked()).toContain("herring")
    expect(existsSync(join(cwd, "hook-ran"))).toBe(false)
    expect((await recordOf(hub, id)).agent?.info.loaded).toMatchObject({ sources: ["user"], hooks: [] })

    expect((await hub.call("POST", "/api/trust", { directory: cwd, trusted: true })).status).toBe(200)
    await eventually("the idle process made room", 20_000, async () => (await recordOf(hub, id)).process === "none")
    await sendText(hub, id, "/deploy Genoa")
    await settledAgent(hub, id)
    expect(asked()).toContain("Hoist the flag of Genoa")
    expect(existsSync(join(cwd, "hook-ran"))).toBe(true)
    expect((await recordOf(hub, id)).agent?.info.loaded).toMatchObject({
      sources: ["user", "project", "local"],
      hooks: ["UserPromptSubmit (project)"],
    })

    await hub.kill("SIGKILL")
    await hub.start()
    const { body } = await hub.call<TrustList>("GET", "/api/trust")
    expect(body).toMatchObject({ directories: [{ trusted: true }], waiting: [] })
    expect((await openAgent(hub, { agent: "claude", cwd })).agent?.trust?.state).toBe("trusted")
  }, 120_000)
})
