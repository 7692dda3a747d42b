/** A session of the real Claude Code, imported and gone on with. */
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { claudeEnvironment } from "../src/agents/claude.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { heavyProgram, isElsewhere, pathOf } from "../src/agents/heavy.ts"

describe.skipIf(isElsewhere("claude"))("sessions of Claude Code", () => {
  let place: ClaudeHub
  let cwd: string
  beforeAll(async () => {
    place = await startClaudeHub()
    cwd = place.directory()
    mkdirSync(join(cwd, ".claude"))
    writeFileSync(join(cwd, ".claude", "settings.json"), JSON.stringify({ hooks: { Stop: [] } }))
    // As a person would have left it: Claude's own program, in a directory of its own, without Holdfast.
    const run = promisify(execFile)(pathOf(heavyProgram("claude")), ["-p", "[[say the password is heron]]"], {
      cwd,
      env: claudeEnvironment({ model: place.model.url, home: place.home }),
      timeout: 30_000,
    })
    run.child.stdin?.end()
    await run
  })
  afterAll(() => place.stop())

  it("H-20 A-7 lists and imports one once, with its messages, and Claude continues from it", async () => {
    const { hub, model } = place
    const { sessions } = (await hub.call<{ sessions: ReadonlyArray<ClaudeImportable> }>("GET", "/api/imports/claude")).body
    expect(sessions).toHaveLength(1)
    expect(sessions[0]).toMatchObject({ cwd, title: "[[say the password is heron]]" })
    const body = { id: sessions[0]?.id }
    const first = await hub.call<Session>("POST", "/api/imports/claude", body)
    const second = await hub.call<Session>("POST", "/api/imports/claude", body)
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id])
    expect((await hub.call("POST", "/api/imports/claude", { id: body.id?.slice(0, 8) })).status).toBe(422)
    const { id } = first.body
    expect(first.body.agent?.trust).toMatchObject({ state: "waiting", brings: [{ what: "hooks: Stop", runs: true }] })
    const before = await messagesOf(hub, id)
    expect(before.map((message) => [message.role, textOf(message)])).toEqual([
      ["user", "[[say the password is heron]]"],
      ["assistant", "the password is heron"],
    ])
    await sendText(hub, id, "[[say I remember]]")
    await settledAgent(hub, id)
    const [, , , answer] = await messagesOf(hub, id)
    expect(textOf(answer ?? (undefined as never))).toBe("I remember")
    expect(JSON.stringify(model.requests().at(-1)?.body)).toContain("the password is heron")
  })
})
