/** A runner at its limits: a full disk, nobody who wants it, a burst of children. */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { startRunner } from "../src/client/start-runner.ts"
import {
  alive,
  LiveRunner,
  masters,
  PROGRAM,
  SETTINGS,
  temporaryDirectory,
  TestHub,
  until,
} from "@holdfast/testkit/runner/live-runner"

const MiB = 1024 * 1024
const mounted: Array<string> = []
const disposals: Array<() => void> = []

function smallDisk(directory: string, megabytes: number): boolean {
  mkdirSync(directory, { recursive: true })
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", directory], { stdio: "ignore" })
    mounted.push(directory)
    return true
  } catch {
    return false
  }
}

afterEach(() => {
  for (const directory of mounted.splice(0)) execFileSync("umount", ["-l", directory])
  for (const dispose of disposals.splice(0)) dispose()
})

describe.skipIf(process.platform !== "linux")("a runner at its limits", () => {
  it("R-15 a full disk is said, pauses the child, and loses nothing once the hub is back", async (context) => {
    const data = temporaryDirectory()
    disposals.push(data.dispose)
    if (!smallDisk(`${data.path}/disk`, 24)) return context.skip("this user may not mount a small disk")
    const started = await startRunner({ dataDirectory: `${data.path}/disk`, program: PROGRAM, settings: SETTINGS })
    const hub = await TestHub.connect(started.socket, 1)
    const size = 60_000_000
    const { child } = await hub.start("a", `stty raw -echo; head -c ${size} /dev/zero | tr '\\0' 'z'; echo end`)
    const problem = await until("the problem", () => hub.problems[0])
    expect(problem.tag).toBe("StorageFull")
    expect((await hub.connection.status()).journal.problem).toMatch(/disk is full/)
    hub.keeps = false
    const sha = createHash("sha256")
    let bytes = 0
    let next = 1
    let ended = false
    hub.onEntry = (_, entry) => {
      expect(entry.position).toBe(next++)
      if ("bytes" in entry) {
        sha.update(entry.bytes)
        bytes += entry.bytes.length
      } else ended ||= entry.note.type === "exit"
    }
    hub.connection.follow(child, 0, 4 * MiB)
    await until("the exit", () => ended, 30_000)
    expect(bytes).toBe(size + 4)
    expect(sha.digest("hex")).toBe(createHash("sha256").update(Buffer.alloc(size, "z")).update("end\n").digest("hex"))
    await until("the end of the problem", async () => (await hub.connection.status()).journal.problem === undefined)
    hub.connection.forget(child)
    await hub.connection.drain(true, 0)
    await until("the runner's end", () => !alive(started.pid))
  })

  it("R-14 ends without children and hub", async () => {
    const runner = await LiveRunner.start({ runnerIdle: 1000 })
    const ended = performance.now()
    runner.hub.connection.close()
    await until("the runner's end", () => !alive(runner.started.pid))
    expect(performance.now() - ended).toBeGreaterThan(900)
    expect(runner.leftovers()).toEqual([])
    await runner.dispose()
  })

  it("R-12 R-8 many children come and go, and no terminal stays open", async () => {
    const runner = await LiveRunner.start({ childrenMax: 20 })
    const { hub } = runner
    for (let round = 0; round < 5; round++) {
      const started = await Promise.all(
        Array.from({ length: 20 }, (_, index) => hub.start(`${round}-${index}`, "setsid sleep 50 & sleep 50")),
      )
      expect(masters(runner.started.pid)).toBe(20)
      await expect(hub.start("one-more", "true")).rejects.toMatchObject({ tag: "Busy" })
      for (const { child } of started) hub.connection.follow(child, 0, MiB)
      await Promise.all(started.map(({ child }) => hub.connection.end(child, 100)))
      await Promise.all(started.map(({ child }) => hub.exit(child)))
      for (const { child } of started) hub.connection.forget(child)
      expect((await hub.connection.status()).children).toEqual([])
      expect(started.filter(({ pid }) => alive(pid ?? 0))).toEqual([])
    }
    expect(masters(runner.started.pid)).toBe(0)
    await runner.dispose()
  })

  it("R-1 a data directory with a long path has its socket elsewhere, for its owner alone", async () => {
    const data = temporaryDirectory()
    disposals.push(data.dispose)
    const started = await startRunner({
      dataDirectory: `${data.path}/${"long".repeat(30)}`,
      program: PROGRAM,
      settings: SETTINGS,
    })
    expect(Buffer.byteLength(started.socket)).toBeLessThanOrEqual(100)
    expect(statSync(dirname(started.socket)).mode & 0o777).toBe(0o700)
    const hub = await TestHub.connect(started.socket, 1)
    await hub.connection.drain(true, 0)
    await until("the runner's end", () => !alive(started.pid))
    expect(existsSync(started.socket)).toBe(false)
  })

  it("a child gets nothing of the runner: no descriptor, no variable", async () => {
    const runner = await LiveRunner.start()
    const { hub } = runner
    const { child } = await hub.start("a", "ls -l /proc/self/fd; env")
    hub.connection.follow(child, 0, MiB)
    await hub.exit(child)
    const text = hub.text(child)
    expect(text).not.toMatch(/ptmx|socket:|journal|runner/)
    expect(text.match(/HOLDFAST_\w+/g)?.toSorted()).toEqual(["HOLDFAST_CHILD", "HOLDFAST_SESSION"])
    await runner.dispose()
  })
})
