import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"
import { heavyProgram, isElsewhere, pathOf } from "@holdfast/testkit/agents/heavy"
import { claudeEnvironment } from "@holdfast/testkit/agents/claude"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { type ModelServer, startModelServer } from "@holdfast/testkit/model/ModelServer"
import { openShell, openTerminal } from "@holdfast/testkit/terminal-session"
import { type Receiver, startReceiver } from "@holdfast/testkit/webhook-receiver"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { commandLine } from "./user-terminal.ts"

const stateIn = (data: unknown): unknown => (data as { readonly state?: string } | undefined)?.state
const base64 = (text: string): string => Buffer.from(text).toString("base64")

describe("programs that report their state", () => {
  let hub: HubProcess
  let model: ModelServer
  let receiver: Receiver
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-reports-"))
    model = await startModelServer()
    receiver = await startReceiver()
    hub = await startHub()
  })
  afterAll(async () => {
    await hub.stop()
    await model.stop()
    await receiver.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const { ok } = commandLine(() => hub)
  const record = async (id: string): Promise<Session> => (await hub.call<Session>("GET", `/api/sessions/${id}`)).body
  const type = (id: string, text: string) => hub.call("POST", `/api/sessions/${id}/input`, { text })
  const until = (id: string, what: string, holds: (session: Session) => boolean): Promise<Session> =>
    eventually(what, 10_000, async () => {
      const session = await record(id)
      return holds(session) && session
    })
  const events = async (id: string, types: string): Promise<ReadonlyArray<Event>> =>
    (await hub.call<{ events: ReadonlyArray<Event> }>("GET", `/api/sessions/${id}/events?after=0&limit=1000&type=${types}`)).body
      .events

  it("T-54 T-55 T-58 row:B6 are events and in the record, over a kill of the hub, until the process ends", async () => {
    const say = (body: string): string => `printf '\\033]7501;${body}\\033\\\\'; read x`
    const url = receiver.url()
    await hub.call("POST", "/api/webhooks", { url, on: ["program-reported"], allowPrivate: true })
    const { id } = await openShell(
      hub,
      [
        say(`state=working:app=builder:progress=40:msg=${base64("compiles")}`),
        say(`state=blocked:kind=permission:msg=${base64("deploy?")}:app=builder`),
        say(`state=error:id=test/unit:msg=${base64("2 failed")}`),
        `printf '\\033]7501;state=done:app=builder:msg=${base64("deployed")}\\a'`,
      ].join("\n"),
    )
    const working = await until(id, "working", ({ activity }) => activity === "working")
    expect(working.terminal?.program).toEqual({
      state: "working",
      app: "builder",
      progress: 40,
      message: "compiles",
      since: expect.any(Number),
    })
    expect(await ok("ls")).toMatch(/working 40%.*builder: compiles/)
    await type(id, "\n")
    await until(id, "blocked", ({ activity }) => activity === "asking")
    await hub.kill("SIGKILL")
    await hub.start()
    const asking = await until(id, "blocked after the kill", ({ activity }) => activity === "asking")
    expect(asking.terminal?.program).toMatchObject({ state: "blocked", kind: "permission", message: "deploy?" })
    expect(await ok("show", id)).toMatch(/state +asks\n[^]*program +asks for permission, builder: deploy\? \(since /)
    await type(id, "\n")
    await until(id, "a task", ({ terminal }) => terminal?.program?.tasks?.[0]?.id === "test/unit")
    expect(await ok("show", id)).toMatch(/task +test\/unit failed, builder: 2 failed/)
    await type(id, "\n")
    const ended = await until(id, "the end", ({ process }) => process === "exited")
    expect(ended).toMatchObject({ activity: "idle", terminal: { program: { state: "done", message: "deployed" } } })
    const told = await events(id, "program,exit")
    expect(told.map(({ data }) => stateIn(data))).toEqual(["working", "blocked", "blocked", "done", undefined])
    expect(await ok("log", id, "--type", "program")).toMatch(/terminal\/program +asks for permission, builder: deploy\? · 1 task/)
    // One that was under way when the hub was killed may come twice, under the same id (Y-2).
    const sent = () => [...new Map(receiver.received.map((each) => [each.id, each.sent])).values()]
    await eventually("the webhook", 10_000, () => sent().length >= 4)
    expect(sent().map(({ type, data }) => [type, stateIn(data.event?.data)])).toEqual(
      ["working", "blocked", "blocked", "done"].map((state) => ["program-reported", state]),
    )
    const restarted = (await hub.call<Session>("POST", `/api/sessions/${id}/restart`, {})).body
    expect(restarted.terminal).not.toHaveProperty("program")
    await ok("rm", id)
  })

  it("T-56 a flood of reports is a few events, and the last one counts", async () => {
    const began = Date.now()
    const { id } = await openShell(
      hub,
      `i=0; while [ $i -lt 20000 ]; do printf '\\033]7501;state=working:id=t%d\\007\\033]7501;state=blocked\\007' $i; i=$((i+1)); done
printf '\\033]7501;state=clear\\007\\033]7501;state=done\\007'; read x`,
    )
    const { terminal } = await until(id, "done", (session) => session.terminal?.program?.state === "done")
    expect(terminal?.program?.tasks).toBeUndefined()
    const count = (await events(id, "program,progress")).length
    expect(count).toBeLessThanOrEqual(2 + (4 * (Date.now() - began)) / 1000)
    await ok("rm", id)
  })

  it("T-55 end with the program that is killed in a shell without marks", async () => {
    const { id } = await openTerminal(hub, { command: "bash", args: ["--norc", "--noprofile", "-i"] })
    await type(id, 'bash -c \'printf "\\033]7501;state=working\\007"; echo "pid $$."; while :; do read x; done\'\n')
    await until(id, "working", ({ activity }) => activity === "working")
    const pid = await eventually("its pid", 5000, async () => /pid (\d+)\./.exec(await ok("screen", id))?.[1])
    process.kill(Number(pid), "SIGKILL")
    await until(id, "nothing any more", ({ terminal }) => terminal?.program === undefined)
    await ok("rm", id)
  })

  it("T-57 T-58 the last command of a shell that marks its commands is in the record", async () => {
    const rc = join(folder, "rc")
    const guide = readFileSync(new URL("../../../docs/program-reports.md", import.meta.url), "utf8")
    writeFileSync(rc, `PS1='$ '\n${/```bash\n([^]*?)```/.exec(guide)?.[1] ?? ""}`)
    const { id } = await openTerminal(hub, { command: "bash", args: ["--noprofile", "--rcfile", rc, "-i"] })
    await eventually("a prompt", 5000, async () => (await ok("screen", id)).includes("$"))
    await type(id, "read x; (exit 3)\n")
    const runs = await until(id, "runs", ({ terminal }) => terminal?.lastCommand !== undefined)
    expect(runs.terminal?.lastCommand).toEqual({ line: "read x; (exit 3)", startedAt: expect.any(Number) })
    expect(await ok("ls")).toContain("read x; (exit 3) · bash")
    await type(id, "\n")
    const ended = await until(id, "ended", ({ terminal }) => terminal?.lastCommand?.exitCode === 3)
    expect(ended.terminal?.lastCommand?.milliseconds).toBeGreaterThan(0)
    expect(await ok("show", id)).toMatch(/last ran +read x; \(exit 3\): exit 3 after \d+m?s/)
    expect(await ok("log", id, "--type", "command")).toMatch(/terminal\/command +read x; \(exit 3\): exit 3 after/)
    await ok("rm", id)
  })

  it.skipIf(isElsewhere("claude"))(
    "T-53 T-54 row:B6 the real Claude Code in a plain terminal works, asks and is done",
    async () => {
      const cwd = mkdtempSync(join(folder, "work-"))
      const home = mkdtempSync(join(folder, "home-"))
      writeFileSync(
        join(home, ".claude.json"),
        JSON.stringify({
          hasCompletedOnboarding: true,
          theme: "dark",
          customApiKeyResponses: { approved: ["test-key"], rejected: [] },
          projects: { [cwd]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
        }),
      )
      const { id } = await openTerminal(hub, {
        command: pathOf(heavyProgram("claude")),
        args: ["--permission-mode", "default"],
        cwd,
        env: claudeEnvironment({ model: model.url, home }),
        cols: 100,
        rows: 30,
      })
      await until(id, "idle", ({ terminal }) => terminal?.program?.state === "idle")
      expect((await record(id)).terminal?.program?.app).toBe("claude-code")
      await type(id, "[[write a.txt hello]]")
      await type(id, "\r")
      const asks = await until(id, "asks", ({ activity }) => activity === "asking")
      expect(asks.terminal?.program).toMatchObject({ state: "blocked", kind: "permission" })
      expect(asks.terminal?.program?.message).toContain("a.txt")
      const isAsking = async (): Promise<boolean> => (await ok("screen", id)).includes("1. Yes")
      await eventually("the dialog", 10_000, isAsking)
      // A dialog that has just come up takes no key: whoever types then did not see it.
      await eventually("the answer is taken", 20_000, async () => {
        await type(id, "1")
        return !(await isAsking())
      })
      await until(id, "done", ({ terminal }) => terminal?.program?.state === "done")
      const states = (await events(id, "program")).map(({ data }) => stateIn(data))
      expect(states).toEqual(expect.arrayContaining(["idle", "working", "blocked", "done"]))
      await ok("rm", id)
    },
  )
})
