import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { eventually } from "../src/eventually.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"
import { type LossyProxy, startLossyProxy } from "../src/lossy-proxy.ts"
import { wholeLog } from "../src/logs.ts"

const WRITER = fileURLToPath(new URL("../src/outbox-writer.ts", import.meta.url))

describe("an outbox in a file, shared by processes", () => {
  let hub: HubProcess
  let proxy: LossyProxy
  let folder = ""
  let session = ""
  const running = new Set<ChildProcess>()

  beforeAll(async () => {
    hub = await startHub()
    proxy = await startLossyProxy(() => hub.port(), 5)
  })
  afterAll(async () => {
    await proxy.stop()
    await hub.stop()
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))
    session = (await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })).body.id
  })
  afterEach(async () => {
    await Promise.all([...running].map((child) => kill(child)))
    rmSync(folder, { recursive: true, force: true })
  })

  /** Starts a writer; what it printed is in `lines`. */
  const start = (name: string, count: number): { readonly child: ChildProcess; readonly lines: () => ReadonlyArray<string> } => {
    const args = [WRITER, join(folder, "box.jsonl"), proxy.url(), hub.token, session, name, String(count)]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    running.add(child)
    let printed = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text))
    return { child, lines: () => printed.split("\n") }
  }
  const kill = async (child: ChildProcess): Promise<void> => {
    if (!running.delete(child)) return
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
  }
  const marks = async (): Promise<ReadonlyArray<string>> =>
    (await wholeLog(hub, session)).flatMap(({ type, data }) =>
      type === "marked" ? [(data as { readonly text: string }).text] : [],
    )
  const stored = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
    lines.flatMap((line) => (line.startsWith("stored ") ? [line.slice("stored ".length)] : []))
  const numbers = (texts: ReadonlyArray<string>, name: string): ReadonlyArray<number> =>
    texts.filter((text) => text.startsWith(`${name}/`)).map((text) => Number(text.split("/")[1]))

  it("C-50 C-58 sends everything that was stored once and in order, though its processes are killed and answers are lost", async () => {
    const names: Array<string> = []
    const promised: Array<string> = []
    for (const round of [0, 1, 2]) {
      const writers = ["a", "b"].map((letter) => `${letter}${round}`).map((name) => (names.push(name), start(name, 30)))
      const enough = 6 + round * 7
      await eventually("some marks are stored", 20_000, () => writers.every(({ lines }) => stored(lines()).length >= enough))
      for (const { child, lines } of writers) {
        await kill(child)
        promised.push(...stored(lines()))
      }
    }
    const last = start("c", 0)
    await eventually("all is sent", 30_000, async () => {
      const there = new Set(await marks())
      return last.lines().includes("idle") && promised.every((text) => there.has(text))
    })
    const there = await marks()
    expect(new Set(there).size).toBe(there.length)
    for (const name of names) expect(numbers(there, name)).toEqual(numbers(there, name).toSorted((x, y) => x - y))
    expect(proxy.lost()).toBeGreaterThan(5)
  })

  it("C-57 C-58 a process that is stopped loses its turn to another, and continues without doubling anything", async () => {
    proxy.refuse()
    const first = start("a", 5)
    await eventually("it has the turn", 10_000, () => first.lines().includes("sending") && stored(first.lines()).length === 5)
    process.kill(Number(first.child.pid), "SIGSTOP")
    const second = start("b", 5)
    await eventually("the other has stored its own", 10_000, () => stored(second.lines()).length === 5)
    proxy.allow()
    await eventually("the other has sent all", 15_000, async () => (await marks()).length >= 10)
    process.kill(Number(first.child.pid), "SIGCONT")
    await eventually("both know", 10_000, () => [first, second].every(({ lines }) => lines().includes("idle")))
    const there = await marks()
    expect(there).toHaveLength(10)
    for (const name of ["a", "b"]) expect(numbers(there, name)).toEqual([1, 2, 3, 4, 5])
  })
})
