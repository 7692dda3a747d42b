/**
 * The client in examples/python, which was written from the protocol's document alone, on a real hub whose connections are cut.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { openAgent, recordOf } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { type FaultProxy, startFaultProxy } from "../src/fault-proxy.ts"
import type { HubProcess } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { openTerminal } from "../src/terminal-session.ts"

const DEMO = fileURLToPath(new URL("../../examples/python/demo.py", import.meta.url))

/** A Python that has what the client needs; Debian's own has packages that another one before it in the path lacks. */
const python = ["python3", "/usr/bin/python3"].find(
  (program) => spawnSync(program, ["-c", "import asyncio, websockets"]).status === 0,
)
if (python === undefined) process.stdout.write("python3 with websockets is missing (Debian: python3-websockets): not tested\n")

const opened = new Opened()
afterEach(() => opened.close())

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  readonly ended: Promise<unknown>
}

/** Runs the client against a hub, through a proxy where one is given. */
function run(hub: HubProcess, args: ReadonlyArray<string>, proxy?: FaultProxy): Running {
  const child = spawn(python ?? "", [DEMO, ...args], {
    env: {
      ...process.env,
      HOLDFAST_URL: `http://127.0.0.1:${proxy?.port ?? hub.port()}`,
      HOLDFAST_TOKEN: hub.token,
      PYTHONDONTWRITEBYTECODE: "1",
    },
  })
  const ended = once(child, "exit")
  opened.closing(async () => {
    child.kill("SIGKILL")
    await ended
  })
  const [output, errors] = [child.stdout, child.stderr].map((stream) => {
    let text = ""
    stream.setEncoding("utf8").on("data", (piece: string) => (text += piece))
    return (): string => text
  })
  return { child, output: output as () => string, errors: errors as () => string, ended }
}

/** A hub, and a proxy before it whose address is one of the hub's names. */
async function proxied(): Promise<{ readonly hub: HubProcess; readonly proxy: FaultProxy }> {
  const proxy = await startFaultProxy(() => hub.port())
  opened.closing(() => proxy.stop())
  const hub = await opened.hub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } })
  return { hub, proxy }
}

describe.skipIf(python === undefined)("the client in Python", () => {
  it("W-1 D-1 D-7 R-9 lists sessions and follows a terminal over cuts, with nothing missing or doubled in either direction", async () => {
    const { hub, proxy } = await proxied()
    const { id, label }: Session = await openTerminal(hub, { command: "cat", label: "for python" })
    const listing = run(hub, ["list"])
    await listing.ended
    expect(listing.output()).toBe(`${id} terminal running ${label}\n`)

    const client = run(hub, ["attach", id], proxy)
    for (const [round, cut] of (["rst", "fin", "rst"] as const).entries()) {
      client.child.stdin?.write(`line ${round} is typed\n`)
      if (round > 0) expect(proxy.cut(cut)).toBeGreaterThan(0)
      client.child.stdin?.write(`and line ${round} again\n`)
      await eventually(`round ${round}: ${client.errors()}`, 10_000, () => client.output().includes(`and line ${round} again`))
    }
    client.child.stdin?.end("\u0004")
    await client.ended
    const events = await wholeLog(hub, id)
    const shown = events.flatMap(({ type, data }) => (type === "output" ? [(data as { text?: string }).text ?? ""] : []))
    expect(client.output()).toBe(shown.join(""))
    for (const round of [0, 1, 2]) expect(client.output().match(new RegExp(`and line ${round} again\r\n`, "g"))).toHaveLength(2)
    expect(client.errors()).toBe("")
  })

  it("P-1 Q-1 D-7 sends a message once, resumes over a cut, and answers what the agent asks", async () => {
    const { hub, proxy } = await proxied()
    const { id } = await openAgent(hub)
    const client = run(hub, ["ask", id, "[[bash echo from python]] [[say done]]", "allow"], proxy)
    await eventually("the connection is there", 10_000, () => proxy.open() > 0)
    proxy.cut("rst")
    const [code] = (await client.ended) as [number]
    expect([code, client.errors()]).toEqual([0, "bash: echo from python? allow\n"])
    expect(client.output()).toContain("from python")
    const { permissions, agent } = await recordOf(hub, id)
    expect([permissions, agent?.turns]).toEqual([[], 1])
  })
})

it("fault:N76 the Python example says what is missing: its package, or an argument", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-python-"))
  const say = (args: ReadonlyArray<string>): unknown => {
    const { status, stderr } = spawnSync("python3", ["-B", ...args], { encoding: "utf8" })
    return [status, stderr]
  }
  try {
    // Without the packages of the system, and with one that does nothing.
    expect(say(["-S", DEMO, "list"])).toEqual([1, expect.stringMatching(/^The package websockets is missing: .*\n$/)])
    writeFileSync(join(folder, "websockets.py"), 'class version: version = "14.0"\n')
    const load = `import sys; sys.path[:0] = ["${folder}", "${dirname(DEMO)}"]; import demo; demo.main("ask", "nope", "hi")`
    expect(say(["-S", "-c", load])).toEqual([1, expect.stringMatching(/^usage: [^]*`ask SESSION TEXT OPTION`/)])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
