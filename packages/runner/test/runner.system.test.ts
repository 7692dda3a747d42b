/** The runner as its own process, seen from a hub. */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { connectRunner } from "@holdfast/link/connect"
import { discoverRunners, removeGeneration, sweepGeneration } from "../src/client/generations.ts"
import { recoverJournal } from "../src/client/recover.ts"
import { RunnerRefused } from "@holdfast/link/RunnerConnection"
import { RunnerNotStarted, startRunner } from "../src/client/start-runner.ts"
import type { JournalEntry } from "@holdfast/link/messages"
import {
  alive,
  LiveRunner,
  PROGRAM,
  residentBytes,
  SETTINGS,
  temporaryDirectory,
  TestHub,
  until,
} from "@holdfast/testkit/runner/live-runner"

const MiB = 1024 * 1024

describe.skipIf(process.platform !== "linux")("a detached runner", () => {
  let runner: LiveRunner
  let hub: TestHub

  beforeEach(async () => {
    runner = await LiveRunner.start()
    hub = runner.hub
  })
  afterEach(() => runner.dispose())

  it("R-1 has a socket for its owner alone, and is found again", async () => {
    expect(statSync(runner.started.socket).mode & 0o777).toBe(0o600)
    expect(statSync(runner.started.directory).mode & 0o777).toBe(0o700)
    const found = await discoverRunners(runner.data.path)
    expect(found.map(({ state, generation }) => ({ state, generation }))).toEqual([
      { state: "live", generation: runner.started.generation },
    ])
  })

  it("R-2 a hub without a version in common is refused with the versions there are", async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(runner.started.socket)
      const hello = Buffer.from(JSON.stringify({ type: "hello", versions: [99], hub: "future", hubEpoch: 9 }))
      const head = Buffer.from([0, 0, 0, hello.length + 1, 1])
      socket.write(Buffer.concat([head, hello]))
      let text = ""
      socket.on("data", (chunk) => (text += chunk.toString("latin1")))
      socket.on("close", () => resolve(text))
    })
    expect(answer).toContain('"refused"')
    expect(answer).toContain('"versions":[1]')
    expect((await hub.connection.status()).runner).not.toBe("")
  })

  it("R-3 R-11 sends every byte in order and the exit after the last one", async () => {
    const { child } = await hub.start("a", "seq 1 50000; exit 7")
    hub.connection.follow(child, 0, MiB)
    expect(await hub.exit(child)).toEqual({ type: "exit", code: 7 })
    const entries = hub.entries.get(child) ?? []
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1))
    expect(hub.text(child)).toBe(Array.from({ length: 50_000 }, (_, index) => `${index + 1}\r\n`).join(""))
    const before = entries.at(-2)
    expect(before !== undefined && "note" in before && before.note.type).toBe("checkpoint")
  })

  it("R-8 starts nothing for an id that is there", async () => {
    const first = await hub.start("a", "sleep 60")
    const second = await hub.start("a", "sleep 61")
    expect(second.pid).toBe(first.pid)
    expect((await hub.connection.status()).children).toHaveLength(1)
  })

  it("R-9 carries an input out once, also when it is sent again over another connection", async () => {
    const { child } = await hub.start("a", 'stty -echo; while read -r line; do echo "got $line"; done')
    hub.connection.follow(child, 0, MiB)
    hub.connection.input(child, "phone", 1, Buffer.from("one\n"))
    await until("the first line", () => hub.text(child).includes("got one"))
    hub.connection.close()
    const again = await TestHub.connect(runner.started.socket, 2)
    again.connection.follow(child, 0, MiB)
    again.connection.input(child, "phone", 1, Buffer.from("one\n"))
    again.connection.input(child, "phone", 2, Buffer.from("two\n"))
    await until("the second line", () => again.text(child).includes("got two"))
    expect(again.text(child)).not.toContain("got one\r\ngot one")
    expect(again.text(child)).not.toContain("got one")
    expect(again.settled.map(({ number, failure }) => ({ number, failure }))).toEqual([
      { number: 1, failure: undefined },
      { number: 2, failure: undefined },
    ])
  })

  it("R-10 answers Busy when the child does not take its input, and keeps the rest whole", async () => {
    const { child } = await hub.start("a", "stty raw -echo; echo ready; sleep 60")
    hub.connection.follow(child, 0, MiB)
    await until("the child's start", () => hub.text(child).includes("ready"))
    const piece = Buffer.alloc(256 * 1024, "x")
    for (let number = 1; number <= 12; number++) hub.connection.input(child, "phone", number, piece)
    const busy = await until("a refusal", () => hub.settled.find(({ failure }) => failure !== undefined))
    expect(busy.failure?.tag).toBe("Busy")
    await hub.connection.end(child, 0)
  })

  it("R-13 a newer hub supersedes an older one, which is refused from then on", async () => {
    const newer = await TestHub.connect(runner.started.socket, 5, "newer")
    await until("the end of the older connection", () => hub.closed)
    expect(hub.closed?.reason).toBe("superseded")
    await expect(TestHub.connect(runner.started.socket, 4, "older")).rejects.toBeInstanceOf(RunnerRefused)
    expect((await newer.connection.status()).runner).toBe(runner.started.generation)
  })

  it("an observer supersedes no one and may not start anything", async () => {
    let closed = ""
    const observer = await connectRunner({
      socket: runner.started.socket,
      hub: "status",
      hubEpoch: 0,
      observer: true,
      events: {
        entry: () => undefined,
        input: () => undefined,
        problem: () => undefined,
        closed: ({ reason }) => (closed = reason),
      },
    })
    expect((await observer.status()).pid).toBe(runner.started.pid)
    observer.resize(1, 10, 10)
    await until("the refusal", () => closed !== "")
    expect(closed).toBe("malformed")
    expect((await hub.connection.status()).runner).not.toBe("")
  })

  it("R-17 a malformed frame ends its connection and touches no child", async () => {
    const { child, pid } = await hub.start("a", "sleep 60")
    for (const bytes of [
      [0xff, 0xff, 0xff, 0xff, 1],
      [0, 0, 0, 3, 1, 0x7b, 0x7d],
      [0, 0, 0, 1, 77],
      [0, 0, 0, 0],
    ]) {
      const socket = connect(runner.started.socket)
      const closed = new Promise((resolve) => socket.on("close", resolve))
      socket.write(Buffer.from(bytes))
      socket.resume()
      await closed
    }
    expect(alive(pid ?? 0)).toBe(true)
    expect((await hub.connection.status()).children.map((status) => status.child)).toEqual([child])
  })

  it("R-12 end reaches a grandchild in a session of its own", async () => {
    const { child } = await hub.start(
      "a",
      "setsid bash -c 'trap \"\" HUP TERM; echo $$ >&2; while :; do sleep 1; done' & sleep 60",
    )
    hub.connection.follow(child, 0, MiB)
    const pid = await until("the grandchild", () => Number(/^(\d+)\r/.exec(hub.text(child))?.[1]) || undefined)
    expect(alive(pid)).toBe(true)
    await hub.connection.end(child, 200)
    expect(alive(pid)).toBe(false)
    expect((await hub.exit(child)).signal).toMatch(/^SIG(HUP|TERM|KILL)$/)
  })

  it("R-14 leaves nothing when it is drained and empty", async () => {
    const { child } = await hub.start("a", "exit 0")
    hub.connection.follow(child, 0, MiB)
    await hub.exit(child)
    await hub.connection.drain(false, 0)
    await expect(hub.start("b", "exit 0")).rejects.toMatchObject({ tag: "Unavailable" })
    hub.connection.forget(child)
    await until("the runner's end", () => !alive(runner.started.pid))
    expect(runner.leftovers()).toEqual([])
    expect(existsSync(runner.started.socket)).toBe(false)
  })

  it("R-14 a terminated runner leaves what the hub does not have, whole", async () => {
    hub.acknowledges = false
    const { child } = await hub.start("a", "echo kept; sleep 60")
    hub.connection.follow(child, 0, MiB)
    await until("the output", () => hub.text(child).includes("kept"))
    hub.connection.close()
    process.kill(runner.started.pid, "SIGTERM")
    await until("the runner's end", () => !alive(runner.started.pid))
    const [dead] = await discoverRunners(runner.data.path)
    if (dead?.state !== "dead") throw new Error("the generation is not dead")
    const [recovered] = await recoverJournal(dead.directory)
    expect(recovered).toMatchObject({ id: "a", session: "session", first: 1, damaged: false })
    const entries: Array<JournalEntry> = []
    for await (const entry of recovered?.entries(0) ?? []) entries.push(entry)
    const last = entries.at(-1)
    expect(last !== undefined && "note" in last && last.note).toMatchObject({ type: "exit" })
    expect(Buffer.concat(entries.flatMap((entry) => ("bytes" in entry ? [entry.bytes] : []))).toString()).toContain("kept")
    await removeGeneration(dead)
    expect(runner.leftovers()).toEqual([])
  })

  it("R-15 a runner whose directory vanished ends its children and itself", async () => {
    const { pid } = await hub.start("a", "sleep 60")
    const elsewhere = `${runner.data.path}/moved`
    renameSync(join(runner.data.path, "runner"), elsewhere)
    await until("the problem", () => hub.problems.find(({ tag }) => tag === "DirectoryGone"))
    await until("the runner's end", () => !alive(runner.started.pid))
    expect(alive(pid ?? 0)).toBe(false)
  })

  it("R-23 R-15 a runner whose data directory was removed ends in seconds, with what it ran, and makes none of it again (fault:N62)", async () => {
    hub.acknowledges = false
    const { child, pid } = await hub.start("a", "trap '' HUP; yes")
    await hub.start("b", "sleep 60")
    hub.connection.follow(child, 0, MiB)
    await until("the spill", () => journalFiles(runner.started.directory).length > 1 || undefined)
    rmSync(runner.data.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 5 })
    await until("the runner's end", () => !alive(runner.started.pid), 20_000)
    expect(alive(pid ?? 0)).toBe(false)
    expect(existsSync(runner.data.path)).toBe(false)
  })

  it("R-23 a runner that refused a hub of another version, and has neither hub nor children, ends (fault:N62)", async () => {
    hub.connection.close()
    const socket = connect(runner.started.socket)
    socket.on("error", () => undefined)
    const hello = Buffer.from(JSON.stringify({ type: "hello", versions: [99], hub: "future", hubEpoch: 9 }))
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, hello.length + 1, 1]), hello]))
    await until("the runner's end", () => !alive(runner.started.pid), 10_000)
    expect(runner.leftovers()).toEqual([])
  })

  it("R-16 after a kill of the runner its children are gone and its spilled journal is read", async () => {
    hub.connection.close()
    const second = await TestHub.connect(runner.started.socket, 2)
    const { pid } = await second.start("a", "trap '' HUP; seq 1 2000000; echo done; sleep 60")
    const followed = await until("the spill", () => journalFiles(runner.started.directory).length > 1 || undefined)
    expect(followed).toBe(true)
    process.kill(runner.started.pid, "SIGKILL")
    await until("the runner's end", () => !alive(runner.started.pid))
    const [dead] = await discoverRunners(runner.data.path)
    if (dead?.state !== "dead") throw new Error("the generation is not dead")
    await sweepGeneration(dead.generation)
    expect(alive(pid ?? 0)).toBe(false)
    const [recovered] = await recoverJournal(dead.directory)
    expect(recovered).toMatchObject({ id: "a", first: 1, damaged: false })
    let text = ""
    for await (const entry of recovered?.entries(0) ?? [])
      if ("bytes" in entry) text += Buffer.from(entry.bytes).toString("latin1")
    const whole = text.slice(0, text.lastIndexOf("\r\n")).split("\r\n")
    expect(whole.length).toBeGreaterThan(100_000)
    expect(whole.every((line, index) => line === String(index + 1))).toBe(true)
    await removeGeneration(dead)
    expect(runner.leftovers()).toEqual([])
  })

  it("R-4 R-5 R-6 check:H3 with the hub away the child runs on, memory stays flat, and all of it is there in order", async () => {
    const size = 64_000_000
    const { child } = await hub.start(
      "a",
      `stty raw -echo; sleep 0.5; node -e '
      const { createHash } = require("crypto"); let seed = Buffer.from("seed"); const out = []
      for (let i = 0; i < ${size / 32}; i++) { seed = createHash("sha256").update(seed).digest(); out.push(seed); if (out.length === 2000) { require("fs").writeSync(1, Buffer.concat(out)); out.length = 0 } }
      require("fs").writeSync(1, Buffer.concat(out))'`,
    )
    await hub.connection.screen(child)
    hub.connection.close()
    // Flat is what a runner is that has begun to write to files: before that it grows to its working size.
    await until("the first files", () => journalFiles(runner.started.directory).length >= 4)
    const before = residentBytes(runner.started.pid)
    await until("the child's end", () => journalFiles(runner.started.directory).length >= 6, 200_000)
    const away = residentBytes(runner.started.pid)
    const back = await TestHub.connect(runner.started.socket, 2)
    back.keeps = false
    const sha = createHash("sha256")
    let bytes = 0
    let next = 1
    let ended = false
    back.onEntry = (_, entry) => {
      expect(entry.position).toBe(next++)
      if ("bytes" in entry) {
        sha.update(entry.bytes)
        bytes += entry.bytes.length
      } else ended ||= entry.note.type === "exit"
    }
    back.connection.follow(child, 0, 4 * MiB)
    await until("the exit", () => ended, 200_000)
    const expected = createHash("sha256")
    let seed: Buffer = Buffer.from("seed")
    for (let index = 0; index < size / 32; index++) expected.update((seed = createHash("sha256").update(seed).digest()))
    expect(bytes).toBe(size)
    expect(sha.digest("hex")).toBe(expected.digest("hex"))
    console.log(`runner ${(before / 1e6).toFixed(0)} MB, with the hub away ${(away / 1e6).toFixed(0)} MB`)
    expect(away - before).toBeLessThan(32 * MiB)
    await until("the files' end", () => journalFiles(runner.started.directory).length === 0)
  })
})

/** Segment files of a generation. */
function journalFiles(directory: string): ReadonlyArray<string> {
  const journal = join(directory, "journal")
  return existsSync(journal)
    ? readdirSync(journal, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".seg"))
    : []
}

it("a runner that does not come up says why", async () => {
  const data = temporaryDirectory()
  try {
    const start = startRunner({ dataDirectory: data.path, program: "/nowhere/runner-main.ts", settings: SETTINGS })
    await expect(start).rejects.toBeInstanceOf(RunnerNotStarted)
    await expect(start).rejects.toThrow(/nowhere/)
    expect(readdirSync(join(data.path, "runner"))).toEqual([])
    expect(readFileSync(PROGRAM, "utf8")).toContain("mainRunner")
  } finally {
    data.dispose()
  }
})
