/** Snapshots before turns, and what looking leaves on the disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import type { AskOf } from "@holdfast/link/file-messages"
import { Files } from "../src/Files.ts"
import { takeSnapshot } from "../src/git/snapshot.ts"
import { Workplace } from "./workplace.ts"

let work: Workplace
beforeEach(() => (work = new Workplace()))
afterEach(() => work.remove())

const kept = (): ReadonlyArray<string> => readdirSync(join(work.kept, "changes")).sort()
const turnOf = async (): Promise<string | undefined> => {
  const found = await work.changes("turn")
  return found.available ? found.base.turn : undefined
}

describe("snapshots", () => {
  it("FS-24 wait for no question of people", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    let answered = 0
    const questions = Array.from({ length: 24 }, () => work.changes().then(() => answered++))
    await work.snapshot("turn-0001")
    expect(answered).toBeLessThan(16)
    await Promise.all(questions)
  })

  it("FS-24 of one session are taken one after the other, and of those that wait the last alone", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const first = work.snapshot("turn-0001")
    await new Promise((resolve) => setImmediate(resolve))
    const others = [work.snapshot("turn-0002"), work.snapshot("turn-0003")]
    expect(await Promise.all([first, ...others])).toEqual([{ kept: true }, { kept: false }, { kept: true }])
    expect(await turnOf()).toBe("turn-0003")
    expect(kept()).toEqual(["turn-0001", "turn-0003"])
  })

  it("FS-24 the last of two that were asked for in one millisecond is the last", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now())
    try {
      await work.snapshot("turn-0003")
      await work.snapshot("turn-0002")
      await work.snapshot("turn-0001")
      expect(await turnOf()).toBe("turn-0001")
      expect(kept()).toEqual(["turn-0001", "turn-0002"])
    } finally {
      clock.mockRestore()
    }
  })

  it("FS-24 one that was asked for earlier and ends later removes none that is newer, whatever the clock does", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const now = Date.now()
    const ask = (turn: string): AskOf<"snapshot"> => ({ ask: "snapshot", guarded: [], root: work.root, kept: work.kept, turn })
    await takeSnapshot(ask("turn-0002"), now)
    await takeSnapshot(ask("turn-0001"), now - 1000)
    expect(await turnOf()).toBe("turn-0002")
    expect(kept()).toEqual(["turn-0001", "turn-0002"])
    await takeSnapshot(ask("turn-0003"), now + 3_600_000)
    // The clock was set back by an hour.
    await takeSnapshot(ask("turn-0004"), now)
    expect(await turnOf()).toBe("turn-0004")
  })
})

describe("what looking leaves", () => {
  it("FS-26 a question does not make the directory of a session that was purged again", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    rmSync(work.kept, { recursive: true })
    const refused = { tag: "Unavailable" }
    await expect(work.changes()).rejects.toMatchObject(refused)
    await expect(work.diff("a.txt")).rejects.toMatchObject(refused)
    await expect(work.search("a")).rejects.toMatchObject(refused)
    await expect(work.snapshot("turn-0001")).rejects.toMatchObject(refused)
    expect(existsSync(work.kept)).toBe(false)
  })

  it("FS-26 what a kill left is removed by a later question, and what may be in use is not", async () => {
    work.repository()
    const left = join(work.kept, "changes/shadow-left")
    const used = join(work.kept, "changes/shadow-used")
    for (const path of [left, used]) mkdirSync(path, { recursive: true })
    const before = new Date(Date.now() - 1_200_000)
    utimesSync(left, before, before)
    await work.changes()
    expect(kept()).toEqual(["shadow-used"])
  })

  it("FS-26 Git ends with the runner, and its directory is removed", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const pid = join(work.path, "pid")
    work.gitIs(`for each; do if [ "$each" = status ]; then echo $$ > ${pid}; exec sleep 60; fi; done; real "$@"`)
    const failures: Array<string> = []
    const files = new Files((message) => failures.push(message))
    const asked = files.ask({ ask: "changes", guarded: [], root: work.root, kept: work.kept, base: "uncommitted" })
    const refused = expect(asked).rejects.toMatchObject({ failure: { tag: "Unavailable" } })
    const running = await eventually("Git", 10_000, () => (existsSync(pid) ? Number(readFileSync(pid, "utf8")) : 0) || undefined)
    await files.stop()
    await refused
    expect(() => process.kill(running, 0)).toThrow(/ESRCH/)
    expect(kept()).toEqual([])
    expect(failures).toEqual([])
  })

  it("FS-27 what goes wrong inside is one line for who asked, and its place is for the log", async () => {
    const files = new Files(() => {})
    const ask = { ask: "directories", guarded: [], roots: ["/"], hidden: false, prefix: "", limit: 1 } as const
    const error = await files.ask({ ...ask, path: "/a\0b" }).then(String, (cause: unknown) => cause)
    await files.stop()
    expect(error).toBeInstanceOf(Error)
    const { message, stack } = error as Error
    expect(message).toMatch(/null bytes/)
    expect(message).not.toMatch(/\n\s+at /)
    expect(stack).toMatch(/\n\s+at /)
    expect(error).not.toHaveProperty("failure")
  })
})
