import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "../src/eventually.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"
import { type LossyProxy, startLossyProxy } from "../src/lossy-proxy.ts"
import { wholeLog } from "../src/logs.ts"

const WRITER = fileURLToPath(new URL("../src/outbox-writer.ts", import.meta.url))

const stored = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.flatMap((line) => (line.startsWith("stored ") ? [line.slice("stored ".length)] : []))
const numbers = (texts: ReadonlyArray<string>, name: string): ReadonlyArray<number> =>
  texts.filter((text) => text.startsWith(`${name}/`)).map((text) => Number(text.split("/")[1]))

/** A box and the programs that share it, the way to the hub, and the session that their marks go to. */
class Place {
  readonly proxy: LossyProxy
  readonly #hub: HubProcess
  readonly #session: string
  readonly #folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))
  readonly #running = new Set<ChildProcess>()

  private constructor(hub: HubProcess, proxy: LossyProxy, session: string) {
    this.#hub = hub
    this.proxy = proxy
    this.#session = session
  }

  static async open(hub: HubProcess): Promise<Place> {
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    return new Place(hub, await startLossyProxy(() => hub.port(), 5), made.body.id)
  }

  /** Starts a writer; what it printed is in `lines`. */
  start(name: string, count: number): { readonly child: ChildProcess; readonly lines: () => ReadonlyArray<string> } {
    const args = [WRITER, join(this.#folder, "box.jsonl"), this.proxy.url(), this.#hub.token, this.#session, name, String(count)]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    this.#running.add(child)
    let printed = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text))
    return { child, lines: () => printed.split("\n") }
  }

  async kill(child: ChildProcess): Promise<void> {
    if (!this.#running.delete(child)) return
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
  }

  async marks(): Promise<ReadonlyArray<string>> {
    return (await wholeLog(this.#hub, this.#session)).flatMap(({ type, data }) =>
      type === "marked" ? [(data as { readonly text: string }).text] : [],
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.kill(child)))
    await this.proxy.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

// One of them waits for five seconds, most of the time that the other needs.
describe.concurrent("an outbox in a file, shared by processes", () => {
  let hub: HubProcess

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  it("C-50 C-58 check:O7 sends everything that was stored once and in order, though its processes are killed and answers are lost", async () => {
    await using place = await Place.open(hub)
    const names: Array<string> = []
    const promised: Array<string> = []
    for (const round of [0, 1, 2]) {
      const writers = ["a", "b"].map((letter) => `${letter}${round}`).map((name) => (names.push(name), place.start(name, 20)))
      const enough = 4 + round * 4
      await eventually("some marks are stored", 20_000, () => writers.every(({ lines }) => stored(lines()).length >= enough))
      for (const { child, lines } of writers) {
        await place.kill(child)
        promised.push(...stored(lines()))
      }
    }
    const last = place.start("c", 0)
    await eventually("all is sent", 30_000, async () => {
      const there = new Set(await place.marks())
      return last.lines().includes("idle") && promised.every((text) => there.has(text))
    })
    const there = await place.marks()
    expect(new Set(there).size).toBe(there.length)
    for (const name of names) expect(numbers(there, name)).toEqual(numbers(there, name).toSorted((x, y) => x - y))
    expect(place.proxy.lost()).toBeGreaterThan(5)
  })

  it("C-57 C-58 check:O7 a process that is stopped loses its turn to another, and continues without doubling anything", async () => {
    await using place = await Place.open(hub)
    place.proxy.refuse()
    const first = place.start("a", 5)
    await eventually("it has the turn", 10_000, () => first.lines().includes("sending") && stored(first.lines()).length === 5)
    process.kill(Number(first.child.pid), "SIGSTOP")
    const second = place.start("b", 5)
    await eventually("the other has stored its own", 10_000, () => stored(second.lines()).length === 5)
    place.proxy.allow()
    await eventually("the other has sent all", 15_000, async () => (await place.marks()).length >= 10)
    process.kill(Number(first.child.pid), "SIGCONT")
    await eventually("both know", 10_000, () => [first, second].every(({ lines }) => lines().includes("idle")))
    const there = await place.marks()
    expect(there).toHaveLength(10)
    for (const name of ["a", "b"]) expect(numbers(there, name)).toEqual([1, 2, 3, 4, 5])
  })
})
