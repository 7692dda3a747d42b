/** Looking at files where there is much of everything: time, bytes and questions stay within their bounds. */
import { execFileSync } from "node:child_process"
import { mkdirSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Changes } from "@holdfast/protocol/changes"
import type { AskOf } from "@holdfast/link/file-messages"
import { listChanges } from "../src/git/changes.ts"
import { walk } from "../src/search/walk.ts"
import { Workplace } from "./workplace.ts"

const MiB = 1024 * 1024

let work: Workplace
beforeEach(() => (work = new Workplace()))
afterEach(() => work.remove())

const listed = async (...asked: Parameters<Workplace["changes"]>): Promise<Changes> => {
  const found = await work.changes(...asked)
  if (!found.available) throw new Error(found.message)
  return found
}

/** A file of a size that takes no space. */
const layHollow = (path: string, size: number): void => {
  work.lay(path)
  truncateSync(join(work.root, path), size)
}

describe("many and large changes", () => {
  it("FS-20 a list of 10,000 changed files takes time in proportion to them", { timeout: 60_000 }, async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    // They are in the last commit, and none of them on the disk.
    const blob = work.git("rev-parse", "HEAD:a.txt").trim()
    const lines = Array.from({ length: 10_000 }, (_, at) => `100644 ${blob}\td${at % 100}/f${at}\n`)
    execFileSync("git", ["update-index", "--index-info"], { cwd: work.root, input: lines.join("") })
    work.git("commit", "-q", "-m", "many")
    const began = performance.now()
    const found = await listed()
    expect(found).toMatchObject({ more: 9000, additions: 0, deletions: 10_000 })
    expect(found.files).toHaveLength(1000)
    // One map of the status for each file alone would take 25 s.
    expect(performance.now() - began).toBeLessThan(8000)
  })

  it("FS-20 a list has at most 1 MiB, and says how many files are left out", async () => {
    work.repository()
    const deep = Array.from({ length: 14 }, (_, at) => `${at}`.padEnd(240, "d")).join("/")
    for (let at = 0; at < 500; at++) work.lay(`${deep}/f${at}`)
    const found = await listed()
    expect(found.files.length).toBeGreaterThan(200)
    expect(found.files.length + found.more).toBe(500)
    expect(JSON.stringify(found.files).length).toBeLessThanOrEqual(MiB + 2000)
  })

  it("FS-20 untracked files beyond 64 MiB together, or 8 MiB alone, are listed without counts", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    for (let at = 1; at <= 9; at++) layHollow(`f${at}`, 8 * MiB)
    layHollow("huge", 200 * MiB)
    work.lay("z.txt", "z\n")
    const { files, more } = await listed()
    const without = files.filter(({ additions, binary }) => additions === undefined && binary !== true)
    expect(files.map(({ path }) => path)).toEqual(["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "huge", "z.txt"])
    expect(without.map(({ path }) => path)).toEqual(["f9", "z.txt"])
    expect(files.at(-1)).toEqual({ path: "z.txt", status: "added", untracked: true })
    expect(files.find(({ path }) => path === "huge")).toMatchObject({ binary: true, status: "added", untracked: true })
    expect(more).toBe(0)
  })

  it("FS-20 FS-24 an untracked file that was not compared counts as changed once it is newer than the snapshot", async () => {
    work.repository()
    for (let at = 10; at < 26; at++) layHollow(`f${at}`, 4 * MiB)
    await listed()
    await work.snapshot("turn-0001")
    layHollow("a-new", 7 * MiB)
    expect((await listed("turn")).files.map(({ path }) => path)).toEqual(["a-new"])
    work.lay("f25", new Uint8Array(4 * MiB - 1).fill(120))
    layHollow("b-new", 7 * MiB)
    expect((await listed("turn")).files.map(({ path, status }) => `${status} ${path}`)).toEqual([
      "added a-new",
      "added b-new",
      "modified f25",
    ])
  })

  it("FS-20 where counting takes too long the list comes without counts", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    work.lay("a.txt", "2\n")
    work.lay("b.txt", "2\n")
    work.gitIs('for each; do if [ "$each" = --numstat ]; then exec sleep 60; fi; done; real "$@"')
    const ask: AskOf<"changes"> = { ask: "changes", guarded: [], root: work.root, kept: work.kept, base: "uncommitted" }
    expect(await listChanges(ask, 500)).toMatchObject({
      available: true,
      files: [
        { path: "a.txt", status: "modified", staged: false, unstaged: true },
        { path: "b.txt", status: "added", untracked: true },
      ],
      additions: 0,
      deletions: 0,
    })
  })

  it("FS-21 a Git that is too old to be kept from the user's configuration counts as none", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    work.gitIs('if [ "$1" = version ]; then echo "git version 2.31.8"; exit 0; fi; real "$@"')
    expect(await work.changes()).toMatchObject({
      available: false,
      reason: "NoGit",
      message: expect.stringMatching(/is 2\.31\.8; changes are shown with 2\.32/) as string,
    })
    expect((await work.search("a")).files.map(({ path }) => path)).toEqual(["a.txt"])
  })
})

describe("many directories and questions", () => {
  it("FS-1 a page has at most 1 MiB, and every directory is on one", async () => {
    for (let at = 0; at < 500; at++) mkdirSync(join(work.root, `${at}`.padEnd(250, "\u0001")))
    const sizes: Array<number> = []
    let seen = 0
    let after: string | undefined
    do {
      const page = await work.directories(work.root, { limit: 500, ...(after === undefined ? {} : { after }) })
      sizes.push(JSON.stringify(page.directories).length)
      seen += page.directories.length
      after = page.next ?? undefined
    } while (after !== undefined && sizes.length < 10)
    expect(seen).toBe(500)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MiB + 10_000)
  })

  it("FS-6 too many searches and lists at once are refused, and the others are answered", async () => {
    const roots = Array.from({ length: 60 }, (_, at) => `r${at}`)
    for (const root of roots) work.lay(`${root}/a.ts`)
    const lists = await Promise.allSettled(roots.map((root) => work.search("a", { root: join(work.root, root) })))
    const refused = lists.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []))
    expect(refused).toHaveLength(8)
    expect(refused[0]).toMatchObject({ tag: "Busy" })
    const searches = await Promise.allSettled(Array.from({ length: 210 }, () => work.search("a")))
    expect(searches.filter(({ status }) => status === "rejected")).toHaveLength(10)
    expect((await work.search("a")).files.length).toBeGreaterThan(0)
  })

  it("FS-6 a .gitignore that is too long is not read", async () => {
    work.lay("a.ts")
    layHollow("big/.gitignore", 400 * MiB)
    writeFileSync(join(work.root, "big/b.ts"), "")
    const before = process.resourceUsage().maxRSS
    const { paths } = await walk(work.root, { files: 1000, directories: 1000, millis: 10_000 })
    expect(paths).toEqual(["a.ts", "big/.gitignore", "big/b.ts"])
    // In KiB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100 * 1024)
  })

  it("FS-27 more questions than may wait are refused, and the others are answered", async () => {
    work.repository()
    const asked = await Promise.allSettled(Array.from({ length: 206 }, () => work.read("none")))
    const reasons = asked.map((one) => (one.status === "rejected" ? (one.reason as { readonly tag: string }).tag : ""))
    expect(reasons.filter((tag) => tag === "Busy")).toHaveLength(2)
    expect(reasons.slice(0, 204)).not.toContain("Busy")
  })
})
