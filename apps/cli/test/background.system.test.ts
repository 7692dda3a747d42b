/** What an agent runs in the background, from the command line and below `attach`. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openAgent, recordOf, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { attached, commandLine, usersOfTests } from "./user-terminal.ts"

let hub: HubProcess
let folder: string
const users = usersOfTests()

beforeAll(async () => {
  hub = await startHub()
  folder = mkdtempSync(join(tmpdir(), "holdfast-background-"))
})
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

const { run, ok } = commandLine(() => hub)

describe("what an agent runs in the background", () => {
  it("A-15 A-17 (fault:N3) list what runs in the background, say what an interrupt leaves, and stop one task", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0, permissions: "allow" }, cwd: folder })
    expect(await ok("tasks", "ls", id)).toContain("nothing is running in the background")
    await sendText(hub, id, "[[background sleep 600]]")
    await settledAgent(hub, id)
    expect(await ok("ls")).toMatch(/background .*, 1 task/)
    expect(await ok("show", id)).toMatch(/runs +shell: sleep 600/)
    expect(await ok("tasks", "ls", id)).toMatch(/1 .* running +shell .*sleep 600/)
    const interrupted = await ok("interrupt", id)
    expect(interrupted).toContain("no turn is running")
    expect(interrupted).toContain("still running in the background: shell: sleep 600")
    expect(interrupted).toContain(`holdfast tasks stop ${id} 1`)
    expect((await run("tasks", "stop", id, "2")).stderr).toContain("no task is 2")
    expect(await ok("tasks", "stop", id, "1")).toContain("stopping shell: sleep 600")
    await eventually("the task's end", 10_000, async () => (await recordOf(hub, id)).tasks === undefined)
    expect(await ok("log", id)).toMatch(/task\/ended .*stopped/)
  })

  it("A-17 (fault:N3) shows what runs in the background and stops it; Ctrl-C says that it runs on", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0, permissions: "allow" }, cwd: folder })
    const user = attached(hub, id)
    users.push(user)
    await user.sees("idle")
    user.type("[[background sleep 600]]\r")
    await user.sees("1 in the background (sleep 600), /tasks")
    user.type("\u0003")
    await user.sees("1 in the background, /tasks lists, /kill N stops; Ctrl-C")
    user.type("/tasks\r")
    await user.sees(/1 +\S+ +running +shell/)
    user.type("/kill 1\r")
    await user.sees("stopped: sleep 600")
  })
})
