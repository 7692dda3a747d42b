import { execFileSync } from "node:child_process"
import { createServer } from "node:http"
import { once } from "node:events"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { MAIN } from "@holdfast/testkit/programs"
import { commandLine, holdfast, UserTerminal } from "./user-terminal.ts"
import type { Ran } from "./user-terminal.ts"

describe("the command line", () => {
  let hub: HubProcess
  let folder: string

  beforeAll(async () => {
    hub = await startHub()
    folder = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
  })
  afterAll(async () => {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const { run, ok } = commandLine(() => hub)
  const json = async <A>(...args: ReadonlyArray<string>): Promise<A> => JSON.parse(await ok(...args, "--json")) as A
  const exited = (id: string): Promise<boolean> =>
    eventually(
      "the command is over",
      10_000,
      async () => (await hub.call<{ process: string }>("GET", `/api/sessions/${id}`)).body.process === "exited",
    )

  it("opens, shows, changes and removes a session", async () => {
    const id = (
      await ok(
        "new",
        "terminal",
        "--label",
        "life",
        "--tag",
        "a",
        "--cols",
        "90",
        "--rows",
        "20",
        "--cwd",
        folder,
        "--env",
        "X=y",
        "--",
        "bash",
        "-c",
        "echo $X in $PWD; read x",
      )
    ).trim()
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    const shown = await json<{ label: string; tags: Array<string>; terminal: { cols: number; cwd: string } }>("show", "life")
    expect(shown).toMatchObject({ label: "life", tags: ["a"], terminal: { cols: 90, rows: 20, cwd: folder } })
    await eventually("printed", 5000, async () => (await ok("screen", id)).includes(`y in ${folder}`))
    expect(await ok("rename", id.slice(-8), "life two")).toContain("renamed")
    await ok("tag", "life two", "b", "--remove", "a")
    await ok("pin", "life two")
    expect(await json("show", id)).toMatchObject({ label: "life two", tags: ["b"], pinned: true })
    await ok("resize", id, "100", "40")
    await eventually("sized", 5000, async () => (await json<{ terminal: { cols: number } }>("show", id)).terminal.cols === 100)
    await ok("mark", id, "here")
    expect(await ok("log", id, "--type", "marked")).toContain("text=here")
    await ok("archive", id)
    expect(await json<Array<{ id: string }>>("ls", "--status", "archived")).toMatchObject([{ id }])
    await ok("restore", id)
    await ok("rm", id)
    expect(await json<Array<{ id: string }>>("ls")).not.toContainEqual(expect.objectContaining({ id }))
    await ok("restore", id)
  })

  it("the same key returns the same session", async () => {
    const make = (): Promise<string> =>
      ok("new", "terminal", "--key", "same-key", "--label", "keyed", "--cwd", folder, "--", "sleep", "60")
    expect(await make()).toBe(await make())
    await ok("rm", "keyed")
  })

  it("H-7 sends text, keys and standard input, and a key only once", async () => {
    const id = (await ok("new", "terminal", "--", "cat")).trim()
    await ok("send", id, "hello", "world")
    await ok("send", id, "once", "--key", "k1")
    await ok("send", id, "once", "--key", "k1")
    await eventually("echoed", 5000, async () => /hello world\nhello world\nonce\nonce/.test(await ok("screen", id)))
    expect((await ok("screen", id)).match(/once/g)?.length).toBe(2)
    await ok("send", id, "--press", "ctrl-d")
    await exited(id)
    const late = await run("send", id, "too late")
    expect(late.code).toBe(1)
    expect(late.stderr).toContain("exited")
  })

  it("prints the log byte for byte, page by page and as it comes", async () => {
    const id = (await ok("new", "terminal", "--", "bash", "-c", "seq 1 20000; printf '\\377\\001'; exit 7")).trim()
    const followed = run("log", id, "--follow", "--json", "--type", "exit", "--limit", "1")
    await exited(id)
    const raw = await new Promise<Buffer>((resolve, reject) => {
      void import("node:child_process").then(({ execFile }) => {
        execFile(
          process.execPath,
          [MAIN, "log", id, "--raw"],
          { env: hub.environment(), encoding: "buffer", maxBuffer: 1e8 },
          (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
        )
      })
    })
    const wanted = Buffer.concat([
      Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i + 1}\r\n`).join("")),
      Buffer.from([0xff, 0x01]),
    ])
    expect(raw.equals(wanted)).toBe(true)
    const events = (await ok("log", id, "--json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number; from?: number })
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    const live = await Promise.race([
      followed,
      new Promise<Ran>((resolve) => setTimeout(() => resolve({ code: -2, stdout: "", stderr: "followed too long" }), 100_000)),
    ])
    expect(live.stderr).toBe("")
    expect(JSON.parse(live.stdout)).toMatchObject({ type: "exit", data: { code: 7 } })
  })

  it("H-10 exports to a file that appears whole, and to standard output", async () => {
    const id = (await ok("new", "terminal", "--", "echo", "for export")).trim()
    await exited(id)
    const path = join(folder, "a.cast")
    expect((await run("export", id, "-o", path)).code).toBe(0)
    const [head] = readFileSync(path, "utf8").split("\n")
    expect(JSON.parse(head ?? "")).toMatchObject({ version: 3, term: { cols: 80 } })
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([])
    const lines = (await ok("export", id, "--format", "jsonl")).trim().split("\n")
    expect(lines.every((line) => typeof (JSON.parse(line) as { seq: number }).seq === "number")).toBe(true)
    const nowhere = await run("export", id, "-o", join(folder, "no", "such", "dir"))
    expect(nowhere).toMatchObject({ code: 1 })
    expect(nowhere.stderr).toContain("cannot write")
  })

  it("row:A9 replays a session at a speed, from and to any point", async () => {
    const id = (await ok("new", "terminal", "--", "bash", "-c", "echo one; sleep 0.6; echo two; sleep 0.6; echo three")).trim()
    await exited(id)
    expect(await ok("replay", id, "--speed", "0")).toBe("one\r\ntwo\r\nthree\r\n")
    const events = await ok("log", id, "--json", "--type", "output")
    const [, second] = events
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number })
    expect(await ok("replay", id, "--speed", "0", "--to", String(second?.seq))).toBe("one\r\ntwo\r\n")
    const begun = performance.now()
    const user = new UserTerminal(hub.environment(), ["replay", id, "--speed", "1"])
    await eventually("drawn", 10_000, () => user.written.includes("one"))
    const drawn = performance.now()
    expect(await user.ended).toBe(0)
    expect(performance.now() - drawn).toBeGreaterThan(800)
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(user.text).toContain("end of")
    await user.close()
  })

  it("G-7 makes, lists, uses and revokes tokens", async () => {
    const { secret, id } = await json<{ secret: string; id: string }>("token", "new", "reader", "--scope", "read")
    expect(await ok("token", "ls")).toContain("reader")
    expect(await ok("token", "ls")).not.toContain(secret)
    const reader = { ...hub.environment(), HOLDFAST_TOKEN: secret }
    expect((await holdfast(reader, "ls")).code).toBe(0)
    const refusal = await holdfast(reader, "new", "terminal", "--json")
    expect(refusal.code).toBe(1)
    expect(JSON.parse(refusal.stderr)).toMatchObject({ error: { tag: "SessionPermissionError" } })
    await ok("token", "revoke", "reader")
    expect((await holdfast(reader, "ls")).code).toBe(1)
    expect((await run("token", "revoke", id)).code).toBe(1)
  })

  it("L-5 L-7 L-8 marks sessions as seen and unread, keeps drafts, and prints when a session failed", async () => {
    const id = (await ok("new", "terminal", "--label", "fails", "--", "sh", "-c", "echo no; exit 3")).trim()
    await exited(id)
    const unread = async () => (await json<ReadonlyArray<{ id: string }>>("ls", "--unread")).map((one) => one.id)
    expect(await unread()).toContain(id)
    await ok("seen", "fails")
    expect(await unread()).not.toContain(id)
    await ok("unread", id)
    expect(await unread()).toContain(id)
    await ok("draft", id, "Try again\nwith care")
    expect(await ok("draft", id)).toBe("Try again\nwith care\n")
    expect(await ok("drafts")).toContain("Try again")
    const piped = { env: hub.environment(), input: "Written by a program\n" }
    execFileSync(process.execPath, [MAIN, "draft", id, "-"], piped)
    expect(await ok("draft", id)).toBe("Written by a program\n")
    await ok("draft", id, "")
    expect(await ok("drafts")).toContain("no drafts")
    expect(await ok("trace", id)).toMatch(/x·*\nfrom .* to .*; ▄ works/)
  })

  it("prints a link that works once", async () => {
    const { url } = await json<{ url: string }>("link")
    const first = await fetch(url, { redirect: "manual" })
    expect(first.status).toBe(200)
    expect((await fetch(url, { redirect: "manual" })).status).toBeGreaterThanOrEqual(400)
    expect(await ok("open")).toContain("/open?link=")
  })

  it.runIf(process.platform === "linux")(
    "G-18 (fault:N42) opens the browser with a page of its user's, and no secret among its arguments",
    async () => {
      const asked = join(folder, "asked")
      writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$@" > ${asked}.new && mv ${asked}.new ${asked}\n`, {
        mode: 0o755,
      })
      const screen = { HOLDFAST_OPEN: "1", DISPLAY: ":99", PATH: `${folder}:${String(process.env["PATH"])}` }
      expect(await holdfast({ ...hub.environment(), ...screen }, "open")).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^opened in the browser; .* link\n$/),
      })
      await eventually("the browser was started", 10_000, () => existsSync(asked))
      const [page, ...more] = readFileSync(asked, "utf8").trim().split("\n")
      expect(more).toEqual([])
      expect(page).toBe(pathToFileURL(join(hub.data, "open.html")).href)
      expect(statSync(join(hub.data, "open.html")).mode & 0o777).toBe(0o600)
      const link = /url=([^"]+)"/.exec(readFileSync(join(hub.data, "open.html"), "utf8"))?.[1] ?? ""
      expect((await fetch(link)).status).toBe(200)
      // Without a screen, or where no page can be written, the link is printed.
      expect((await holdfast({ ...hub.environment(), ...screen, DISPLAY: "", WAYLAND_DISPLAY: "" }, "open")).stdout).toContain(
        "/open?link=",
      )
      const elsewhere = { ...hub.environment(), ...screen, HOLDFAST_DATA: join(folder, "none") }
      expect((await holdfast(elsewhere, "open")).stdout).toContain("/open?link=")
    },
  )

  it("shows runners and settings", async () => {
    expect(await ok("runner", "status")).toContain("pid")
    const shown = await json<{ settings: Array<{ name: string; value: unknown; source: string }> }>("config")
    expect(shown.settings.find(({ name }) => name === "token")).toMatchObject({ value: "********", source: "environment" })
    expect(JSON.stringify(shown)).not.toContain(hub.token)
  })

  it("finds nothing wrong with a hub that is well, and says what is", async () => {
    const well = await json<{ ok: boolean; findings: Array<{ check: string; state: string }> }>("doctor")
    expect(well).toMatchObject({ ok: true })
    expect(well.findings.map(({ check }) => check)).toEqual([
      "node",
      "settings",
      "data",
      "credential",
      "store",
      "hub",
      "ready",
      "runner",
      "terminal",
      "clock",
    ])
    chmodSync(hub.data, 0o755)
    const open = await run("doctor")
    chmodSync(hub.data, 0o700)
    expect(open.code).toBe(1)
    expect(open.stdout).toContain(`chmod 700 ${hub.data}`)
    const other = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1")
    await once(other, "listening")
    const { port } = other.address() as AddressInfo
    const taken = await holdfast({ ...hub.environment(), HOLDFAST_PORT: String(port) }, "doctor")
    other.close()
    expect(taken.code).toBe(1)
    expect(taken.stdout).toContain("another program uses the port")
  })

  it("S-10 doctor names the session whose log is damaged, in the data of a hub that is stopped", async () => {
    const data = mkdtempSync(join(tmpdir(), "holdfast-doctor-"))
    const other = await startHub({ data })
    const { body } = await other.call<{ id: string }>("POST", "/api/sessions", { kind: "terminal", command: "true" })
    await other.stop()
    const environment = { ...other.environment(), HOLDFAST_PORT: "1" }
    expect((await holdfast(environment, "doctor")).stdout).toContain("checked the log of 1 session")
    const db = new DatabaseSync(join(data, "holdfast.db"))
    for (const table of ["pieces", "tail"]) db.exec(`UPDATE ${table} SET bytes = zeroblob(length(bytes))`)
    db.close()
    const { code, stdout } = await holdfast(environment, "doctor")
    expect([code, stdout]).toEqual([1, expect.stringContaining(`the first is that of ${body.id}`)])
    rmSync(data, { recursive: true, force: true })
  })

  it("X-6 ends with 0, 1, 2 or 3, and says why and what to do", async () => {
    const cases: ReadonlyArray<readonly [number, RegExp, ReadonlyArray<string>, NodeJS.ProcessEnv?]> = [
      [0, /^$/, ["--version"]],
      [0, /^$/, ["ls", "--help"]],
      [1, /no session has the id/, ["show", "nothing"]],
      [1, /was not found/, ["new", "terminal", "--", "no-such-command"]],
      [1, /does not exist/, ["new", "terminal", "--cwd", "/no/such/directory"]],
      [1, /1 to 1000/, ["resize", "life two", "0", "5"]],
      [1, /credential/, ["ls"], { HOLDFAST_TOKEN: "wrong" }],
      [2, /Unrecognized flag/, ["ls", "--nonsense"]],
      [2, /Unknown subcommand/, ["nonsense"]],
      [2, /session/, ["show"]],
      [2, /not a key/, ["send", "life two", "--press", "nonsense"]],
      [2, /is not one of/, ["signal", "life two", "nonsense"]],
      [2, /NAME=VALUE/, ["new", "terminal", "--env", "nonsense"]],
      [2, /HOLDFAST_PORT: port must be/, ["ls"], { HOLDFAST_PORT: "many" }],
      [3, /start one in another terminal with: holdfast/, ["ls"], { HOLDFAST_PORT: "9" }],
      [
        3,
        /start one in another terminal with: holdfast/,
        ["ls"],
        { HOLDFAST_PORT: "", HOLDFAST_TOKEN: "", HOLDFAST_DATA: join(folder, "none") },
      ],
    ]
    const outcomes = await Promise.all(
      cases.map(([, , args, environment]) => holdfast({ ...hub.environment(), ...environment }, ...args)),
    )
    for (const [i, [code, says, args]] of cases.entries()) {
      const ran = outcomes[i]
      expect({ args, code: ran?.code, stderr: ran?.stderr }).toEqual({ args, code, stderr: expect.stringMatching(says) })
    }
  })

  it("X-6 says what is wrong with an invocation in short, on standard error only", async () => {
    const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
      [["ls", "--nonsense"], "holdfast: Unrecognized flag: --nonsense in command holdfast ls\nhelp: holdfast ls --help\n"],
      [["atach"], 'holdfast: Unknown subcommand "atach" for "holdfast"; did you mean attach?\nhelp: holdfast --help\n'],
      [["runner"], "holdfast: runner needs a subcommand: status, stop\nhelp: holdfast runner --help\n"],
    ]
    for (const [args, stderr] of cases) expect(await run(...args)).toEqual({ code: 2, stdout: "", stderr })
    const npm = await holdfast({ ...hub.environment(), npm_lifecycle_event: "start" }, "ls", "--nonsense")
    expect(npm.stderr).toContain("npx holdfast ls --help")
  })

  it("check:S5 finds the credential of a running hub in its file, and prints it nowhere", async () => {
    const data = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    const own = await startHub({ data, settings: { HOLDFAST_TOKEN: "" } }).catch((error: unknown) => error)
    expect(own).not.toBeInstanceOf(Error)
    const started = own as HubProcess
    const environment = { ...started.environment(), HOLDFAST_PORT: "" }
    const credential = readFileSync(join(data, "credential"), "utf8").trim()
    const ran = await holdfast(environment, "ls")
    expect(ran).toMatchObject({ code: 0, stderr: "" })
    const all = await Promise.all(
      [["doctor"], ["config", "--json"], ["runner", "status", "--json"]].map((args) => holdfast(environment, ...args)),
    )
    expect(JSON.stringify(all) + started.output()).not.toContain(credential)
    await started.stop()
    rmSync(data, { recursive: true, force: true })
  })

  it("refuses a second hub on the same data, and a port that is taken, with what to do", async () => {
    const second = await run("serve", "--port", "0")
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/holdfast: .+/)
    const data = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    const port = await holdfast({ ...hub.environment(), HOLDFAST_DATA: data }, "serve")
    expect(port.code).toBe(1)
    expect(port.stderr).toMatch(/port/)
    rmSync(data, { recursive: true, force: true })
    const file = join(folder, "config.json")
    writeFileSync(file, '{"prot": 1}')
    expect(await holdfast({ ...hub.environment(), HOLDFAST_CONFIG: file }, "ls")).toMatchObject({ code: 2 })
  })
})
