/** How a child is started on its terminal, and how its exit is learnt, beside other children of the process. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { masters, temporaryDirectory } from "@holdfast/testkit/runner/live-runner"
import { bash, collect, pty } from "./terminals.ts"

const script = (path: string, text: string): void => {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

describe.skipIf(process.platform !== "linux")("starting on a terminal", () => {
  it("a script without an interpreter's line is run by the shell", async () => {
    const data = temporaryDirectory()
    try {
      script(join(data.path, "plain"), 'echo "$0 $1"; exit 4\n')
      const child = collect(pty("./plain", ["one"], { cwd: data.path }))
      expect(await child.exit).toEqual({ code: 4 })
      expect(child.text()).toBe("./plain one\r\n")
    } finally {
      data.dispose()
    }
  })

  it("T-1 a command is looked for in the session's PATH, also in places relative to its directory", async () => {
    const data = temporaryDirectory()
    try {
      mkdirSync(join(data.path, "bin"))
      script(join(data.path, "bin", "mine"), '#!/bin/sh\necho "$0"\n')
      const child = collect(pty("mine", [], { cwd: data.path, env: { PATH: "/nowhere:bin" } }))
      expect(await child.exit).toEqual({ code: 0 })
      expect(child.text()).toBe("bin/mine\r\n")
    } finally {
      data.dispose()
    }
  })

  it("what cannot be executed is refused with its reason, and no terminal is left", () => {
    const data = temporaryDirectory()
    const before = masters(process.pid)
    try {
      script(join(data.path, "lost"), "#!/no/such/interpreter\n")
      expect(() => collect(pty("./lost", [], { cwd: data.path }))).toThrow(/"\.\/lost" cannot be executed \(ENOENT\)/)
      expect(() => collect(pty("true", ["x".repeat(4 * 1024 * 1024)]))).toThrow(/longer than the system takes/)
      expect(masters(process.pid)).toBe(before)
    } finally {
      data.dispose()
    }
  })

  it("a child leads its session, controls its terminal and ignores no signal", async () => {
    const child = collect(bash("ps -o pid=,sid=,tpgid=,ignored= -p $$"))
    await child.exit
    const [pid, session, group, ignored] = child.text().trim().split(/\s+/)
    expect(Number(pid)).toBe(child.handle.pid)
    expect(session).toBe(pid)
    expect(Number(group)).toBeGreaterThan(0)
    // SIGPIPE, which Node ignores, would be 1000.
    expect(Number.parseInt(ignored ?? "", 16) & 0x1000).toBe(0)
  })

  it("exits of 60 children at once and of the process's other children are all reported, each to its own owner", async () => {
    const other = spawn("sh", ["-c", "sleep 0.2; exit 9"])
    const others = once(other, "exit")
    const exits = await Promise.all(
      Array.from({ length: 60 }, (_, code) => {
        const child = collect(bash(`sleep 0.2; exit ${code}`))
        return child.exit
      }),
    )
    expect(exits.map(({ code }) => code)).toEqual(Array.from({ length: 60 }, (_, code) => code))
    expect((await others)[0]).toBe(9)
    expect(spawnSync("sh", ["-c", "exit 5"]).status).toBe(5)
    const killed = collect(bash("kill -KILL $$"))
    expect(await killed.exit).toEqual({ code: 137, signal: "SIGKILL" })
  })
})
