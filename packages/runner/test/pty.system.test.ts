/** The PTY adapter with real programs: bytes exact, nothing left, nothing inherited. */
import { createHash, randomFillSync } from "node:crypto"
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { foregroundGroup } from "@holdfast/adapter/process/processes"
import { alive, masters, temporaryDirectory, until } from "@holdfast/testkit/runner/live-runner"
import { startEmulators } from "../src/emulator/Emulators.ts"
import { ptyAdapter } from "../src/pty/PtyAdapter.ts"
import { bash, collect, pty } from "./terminals.ts"

const nothing = () => undefined

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

describe.skipIf(process.platform === "win32")("terminals", () => {
  it("R-11 check:T2 `seq 1 200000; exit 7` ends with the last line, then code 7, every time", async () => {
    for (let round = 0; round < 20; round++) {
      const child = collect(bash("seq 1 200000; exit 7"))
      expect(await child.exit).toEqual({ code: 7 })
      const text = child.text()
      expect(text.endsWith("199999\r\n200000\r\n")).toBe(true)
      expect(text.length).toBe(1_488_895)
    }
  })

  it("E-4 check:T2 20 MB of random bytes come through a raw terminal unchanged", async () => {
    const data = temporaryDirectory()
    try {
      const file = join(data.path, "random")
      const random = randomFillSync(Buffer.alloc(20_000_000))
      writeFileSync(file, random)
      const child = collect(bash(`stty raw; cat ${file}`))
      expect(await child.exit).toEqual({ code: 0 })
      expect(child.bytes().length).toBe(random.length)
      expect(sha(child.bytes())).toBe(sha(random))
    } finally {
      data.dispose()
    }
  })

  it("T-5 terminals that are read in the same tick have their own output on their screens", async () => {
    const data = temporaryDirectory()
    const emulators = startEmulators({ answer: nothing, title: nothing, drained: nothing, failed: nothing })
    const names = ["first terminal", "other terminal", "third terminal"]
    const handles = names.map((name, child) => {
      emulators.open(child, 80, 24, 10)
      const spec = bash(`printf '${name}'; : > '${join(data.path, name)}'; exec sleep 60`)
      return ptyAdapter.start(spec, {
        output: (bytes) => void emulators.feed(child, 1, bytes),
        note: nothing,
        exit: nothing,
      })
    })
    try {
      // The loop stands still until all have printed; a change of size then reads each in this same tick.
      const still = new Int32Array(new SharedArrayBuffer(4))
      const deadline = performance.now() + 20_000
      while (!names.every((name) => existsSync(join(data.path, name)))) {
        expect(performance.now()).toBeLessThan(deadline)
        Atomics.wait(still, 0, 0, 5)
      }
      for (const handle of handles) handle.resize(90, 24)
      const screens = await Promise.all(names.map((_, child) => emulators.screen(child)))
      expect(screens.map(({ text }) => text)).toEqual(names)
    } finally {
      await Promise.all(handles.map((handle) => handle.end(0)))
      await emulators.stop()
      data.dispose()
    }
  })

  it("T-2 passes on the user's own environment without anything of Holdfast's", async () => {
    const spec = pty("env", [], { env: { EXTRA: "1", __proto__x: "2" } })
    const child = collect({
      ...spec,
      environment: {
        PATH: process.env["PATH"],
        HOME: "/home/x",
        LANG: "C.UTF-8",
        HOLDFAST_TOKEN: "canary",
        HOLDFAST_PORT: "1",
        TMUX: "x",
      },
    })
    await child.exit
    const lines = child.text().trim().split("\r\n")
    expect(lines.toSorted()).toEqual([
      "COLORTERM=truecolor",
      "EXTRA=1",
      `HOLDFAST_CHILD=${spec.marker}`,
      "HOLDFAST_SESSION=session",
      "HOME=/home/x",
      "LANG=C.UTF-8",
      `PATH=${process.env["PATH"]}`,
      "PWD=/tmp",
      "TERM=xterm-256color",
      "__proto__x=2",
    ])
  })

  it.skipIf(process.platform !== "linux")("a child inherits no terminal of another child and nothing else", async () => {
    const others = [collect(bash("sleep 60")), collect(bash("sleep 60"))]
    const child = collect(pty("ls", ["-l", "/proc/self/fd"]))
    await child.exit
    expect(child.text()).not.toContain("ptmx")
    expect(child.text()).not.toContain("socket:")
    expect(child.text().match(/-> /g)).toHaveLength(4)
    await Promise.all(others.map(({ handle }) => handle.end(0)))
  })

  it("row:B4 Ctrl-C is taken at once while output floods", async () => {
    const child = collect(bash("yes"))
    await until("the flood", () => child.bytes().length > 1_000_000)
    const asked = performance.now()
    child.handle.write(Buffer.from("\x03"), (failure) => expect(failure).toBeUndefined())
    expect(await child.exit).toMatchObject({ signal: "SIGINT" })
    expect(performance.now() - asked).toBeLessThan(12_500)
  })

  it("trap:20 T-13 large inputs of two clients reach the child whole, one after another", async () => {
    const size = 100_000
    const child = collect(bash(`stty raw -echo; echo ready; head -c ${4 * size} | cat; exit 0`))
    await until("the start", () => child.text().includes("ready"))
    for (const letter of ["a", "b", "c", "d"]) child.handle.write(Buffer.alloc(size, letter), () => undefined)
    await child.exit
    const got = child.text().slice(child.text().indexOf("a", 5))
    expect(got).toBe(["a", "b", "c", "d"].map((letter) => letter.repeat(size)).join(""))
  })

  it("T-9 a child sees each new size, and an equal one makes no signal", async () => {
    const child = collect(bash("trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"))
    await until("the start", () => child.text().includes("ready"))
    expect(child.handle.resize(80, 24)).toBe(false)
    expect(child.handle.resize(132, 50)).toBe(true)
    await until("the size", () => child.text().includes("50 132"))
    expect(child.text()).not.toContain("24 80")
    expect(() => child.handle.resize(0, 24)).toThrow(/0×24/)
    await child.handle.end(0)
  })

  it("a shell that ends leaves its background work as a closing terminal does", async () => {
    const child = collect(bash("nohup sleep 61 >/dev/null 2>&1 & echo pid $!; sleep 62 & sleep 0.3; exit 3"))
    const asked = performance.now()
    expect(await child.exit).toEqual({ code: 3 })
    expect(performance.now() - asked).toBeLessThan(20_000)
    const survivor = Number(/pid (\d+)/.exec(child.text())?.[1])
    expect(alive(survivor)).toBe(true)
    await child.handle.end(100)
    await until("the end of what it left", () => !alive(survivor))
  })

  it("signals go to the process group in the foreground", async () => {
    const child = collect(pty("bash", ["--norc", "-i"]))
    await until("the prompt", () => /[$#] /.test(child.text()))
    child.handle.write(Buffer.from("sleep 60\n"), () => undefined)
    // Before it has become `sleep`, the shell's own handlers would take the signal.
    const inFront = (): string => readFileSync(`/proc/${foregroundGroup(child.handle.pid)}/comm`, "utf8").trim()
    await until("the foreground process", () => inFront() === "sleep")
    child.handle.signal("SIGINT")
    child.handle.write(Buffer.from("echo back-$((40+2))\n"), () => undefined)
    await until("the signal's effect", () => child.text().includes("back-42"))
    expect(() => child.handle.signal("SIGNONE")).toThrow(/SIGNONE/)
    await child.handle.end(0)
  })

  it.skipIf(process.platform !== "linux")(
    "R-12 check:T4 50 starts and ends with failed starts and grandchildren leave nothing",
    async () => {
      const before = { masters: masters(process.pid), descriptors: readdirSync("/proc/self/fd").length }
      const pids: Array<number> = []
      for (let round = 0; round < 50; round++) {
        const child = collect(bash("setsid sleep 100 & echo pid $!; sleep 100"))
        expect(() => collect(pty("no-such-program", []))).toThrow(/PATH/)
        await until("the grandchild", () => /pid \d+\r/.test(child.text()))
        pids.push(child.handle.pid, Number(/pid (\d+)/.exec(child.text())?.[1]))
        await child.handle.end(round % 2 === 0 ? 0 : 200)
        await child.exit
      }
      expect(pids.filter(alive)).toEqual([])
      expect(masters(process.pid)).toBe(before.masters)
      expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before.descriptors + 2)
      const zombies = readdirSync("/proc").filter((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, "latin1")
          return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === process.pid && /\) Z /.test(stat)
        } catch {
          return false
        }
      })
      expect(zombies).toEqual([])
    },
  )
})
