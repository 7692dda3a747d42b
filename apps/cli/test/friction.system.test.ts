import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { textWidth } from "../src/text/width.ts"
import { commandLine, UserTerminal, usersOfTests } from "./user-terminal.ts"

const MAIN = new URL("../src/main.ts", import.meta.url).pathname
const DETACH = "\u001dd"

describe("the natural thing", () => {
  let hub: HubProcess
  const users = usersOfTests()

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  const { run, ok } = commandLine(() => hub)
  const user = (...args: ReadonlyArray<string>): UserTerminal => {
    const made = new UserTerminal({ ...hub.environment(), PS1: "ready> ", SHELL: "/bin/sh" }, args)
    users.push(made)
    return made
  }
  const open = async (label: string): Promise<string> => (await ok("new", "terminal", "--label", label, "--", "cat")).trim()

  it("C-12 without arguments: the sessions of a hub that runs, a shell for new, the last session for attach (fault:N38)", async () => {
    expect(await ok()).toMatch(/no sessions.*\n\n.* attach .*\n.* new .*\n.*--help/)
    const none = user("attach")
    expect(await none.ended).toBe(1)
    await none.sees("there is no session to attach to")
    const shell = user("new")
    await shell.sees("ready>")
    shell.type("echo in a she''ll\r")
    await shell.sees(/^in a shell$/m)
    shell.type(DETACH)
    expect(await shell.ended).toBe(0)
    expect(await ok()).toContain("running")
    const back = user("attach")
    await back.sees(/^in a shell$/m)
    back.type(DETACH)
    expect(await back.ended).toBe(0)
    expect(await ok("new")).toMatch(/^[0-9a-f-]{36}\n$/)
  })

  it("C-11 says that a label is already taken when it is chosen, and suggests names for one that no session has (fault:N37)", async () => {
    const [first] = [await open("deploy")]
    const second = await run("new", "terminal", "--label", "deploy", "--", "cat")
    expect(second).toMatchObject({ code: 0 })
    expect(second.stderr).toBe(`holdfast: ${first.slice(-8)} is also called "deploy"; use ids to tell them apart\n`)
    const third = await open("other")
    expect((await run("rename", third, "deploy")).stderr).toContain('are also called "deploy"')
    await ok("rename", third, "watch")
    for (const command of [
      ["send", "wtach", "x"],
      ["show", "watc"],
      ["rm", "Watch!"],
      ["messages", "wacth"],
    ]) {
      const missed = await run(...command)
      expect({ command, code: missed.code }).toEqual({ command, code: 1 })
      expect(missed.stderr).toContain('did you mean "watch"?')
    }
    const attached = user("attach", "wacth")
    expect(await attached.ended).toBe(1)
    await attached.sees('did you mean "watch"?')
  })

  it("C-10 C-11 rows in a pipe have a width, and a directory that is gone is said in words (fault:N37)", async () => {
    await open("a label that goes on and on ".repeat(7).trim())
    for (const row of (await ok("ls")).split("\n")) expect(textWidth(row)).toBeLessThanOrEqual(120)
    const agents = user("agents")
    expect(await agents.ended).toBe(0)
    expect(agents.text.replaceAll("\n", "")).toContain("`holdfast agents install codex`")
    const gone = mkdtempSync(join(tmpdir(), "holdfast-gone-"))
    const id = await open("from nowhere")
    const shell = new UserTerminal(
      { ...hub.environment(), PS1: "own> " },
      [
        "-c",
        `cd ${gone} && rmdir ${gone} && ${process.execPath} ${MAIN} new terminal; exec ${process.execPath} ${MAIN} attach ${id}`,
      ],
      undefined,
      "bash",
    )
    users.push(shell)
    await shell.drawn(15_000)
    shell.type(DETACH)
    expect(await shell.ended).toBe(0)
    expect(shell.text.replaceAll("\n", "")).toContain("the current directory was removed")
    expect(shell.text).not.toContain("uv_cwd")
  })

  it("T-31 lists who is attached, and detaches others, who stay away and learn by whom (fault:N39)", async () => {
    const id = await open("shared")
    expect(await ok("who", "shared")).toBe("no one is attached\n")
    const first = user("attach", "shared")
    await first.drawn()
    expect(await ok("who")).toMatch(/shared +\S+@\S+ 80x24, sets the size/)
    expect(await ok("show", "shared")).toMatch(/attached +\S+@\S+ 80x24, sets the size/)
    expect(await ok("ls")).toMatch(/ATTACHED[^]*shared .* 1 /)
    const second = user("attach", "shared", "--detach-others")
    expect(await first.ended).toBe(0)
    await first.sees(/detached by \S+@\S+; shared keeps running: holdfast attach/)
    second.type("still he''re\r")
    await second.sees("still he''re")
    const followed = hub.call<{ sessions: ReadonlyArray<unknown> }>("GET", `/api/viewers?session=${id}`)
    expect((await followed).body.sessions).toMatchObject([{ session: id, viewers: [{ mode: "interactive", sizes: true }] }])
    expect(await ok("detach", "shared")).toBe("detached 1\n")
    expect(await second.ended).toBe(0)
    expect(await ok("detach", "shared")).toBe("no one was attached\n")
    expect(await ok("ls")).toContain("running")
  })

  it("T-32 starts an ended terminal again in its session, once a key, and its log continues (fault:N39)", async () => {
    const command = 'echo "run $V in $PWD"; read line; echo "got $line"; exit 3'
    const made = await ok("new", "terminal", "--label", "again", "--cwd", "/tmp", "--env", "V=one", "--", "bash", "-c", command)
    const id = made.trim()
    const record = async () =>
      JSON.parse(await ok("show", id, "--json")) as { process: string; exitCode?: number; lastSeq: number }
    expect((await run("restart", id)).stderr).toMatch(/process is running/)
    await ok("send", id, "first")
    await eventually("ended", 10_000, async () => (await record()).process === "exited")
    const before = await record()
    const restart = () => hub.call<{ process: string }>("POST", `/api/sessions/${id}/restart`, { key: "once" })
    const [one, two] = await Promise.all([restart(), restart()])
    expect([one.status, two.status]).toEqual([200, 200])
    await eventually("runs", 10_000, async () => (await record()).process === "running")
    expect(await restart()).toMatchObject({ status: 200 })
    expect((await record()).exitCode).toBeUndefined()
    await eventually("printed", 10_000, async () => (await ok("screen", id)).trim() === "run one in /tmp")
    const log = (await ok("log", id, "--json")).trim().split("\n")
    const types = log.map((line) => JSON.parse(line) as { seq: number; type: string })
    expect(types.map(({ seq }) => seq)).toEqual(types.map((_, i) => i + 1))
    expect(types.filter(({ type }) => type === "starting")).toEqual([expect.objectContaining({ seq: before.lastSeq + 1 })])
    expect(types.filter(({ type }) => type === "started").length).toBe(2)
    // The hub is started again in the middle of the second run: nothing of it is missing or doubled.
    await hub.kill("SIGKILL")
    await hub.start()
    const attached = user("attach", "again")
    await attached.sees("run one in /tmp")
    attached.type("second\r")
    expect(await attached.ended).toBe(0)
    await attached.sees("exited with code 3")
    expect((await ok("log", id, "--raw")).match(/got \w+/g)).toEqual(["got first", "got second"])
    const third = user("restart", id, "--attach")
    await third.sees("run one in /tmp")
    expect(third.text).not.toContain("got second")
    third.type(DETACH)
    expect(await third.ended).toBe(0)
  })
})
