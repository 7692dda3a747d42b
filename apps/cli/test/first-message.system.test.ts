import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, settledAgent } from "@holdfast/testkit/agent-session"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { commandLine } from "./user-terminal.ts"

let hub: HubProcess
const folder = mkdtempSync(join(tmpdir(), "holdfast-first-message-"))
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})
const { run, ok } = commandLine(() => hub)

describe("new agent with a message", () => {
  it("C-39 C-40 open a session with its first message in one step, once under a repeated key, as created by cli", async () => {
    const asked = ["new", "agent", "scripted", "[[say done]]", "once", "--key", "cli-first-message", "--cwd", folder, "--json"]
    const [one, two] = [await ok(...asked), await ok(...asked)].map((text) => JSON.parse(text) as Session)
    expect([two?.id, one?.createdBy]).toEqual([one?.id, "cli"])
    await settledAgent(hub, String(one?.id))
    const said = (await messagesOf(hub, String(one?.id))).filter(({ role }) => role === "user")
    expect(said).toMatchObject([{ key: "cli-first-message" }])
    const listed = JSON.parse(await ok("ls", "--created-by", "cli", "--json")) as ReadonlyArray<Session>
    expect(listed.map(({ id }) => id)).toContain(one?.id)
    expect(JSON.parse(await ok("ls", "--created-by", "mobile", "--json"))).toEqual([])
    expect(await ok("show", String(one?.id))).toMatch(/created .*, from cli\n/)
    const refused = await run(
      "new",
      "agent",
      "scripted",
      "x".repeat(90_000),
      "--label",
      "never made",
      "--file",
      join(folder, "not-there"),
    )
    expect(refused.code).not.toBe(0)
    expect(await ok("ls", "--find", "never made")).not.toContain("never made")
  })
})
