import { execFileSync } from "node:child_process"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Files } from "../src/Files.ts"
import { walk } from "../src/search/walk.ts"
import { Workplace } from "./workplace.ts"

let work: Workplace
beforeEach(() => (work = new Workplace()))
afterEach(() => work.remove())

describe("directories to choose", () => {
  it("FS-1 lists directories in pages by name, hidden ones when asked, with their repositories", async () => {
    for (const name of ["b", "a10", "a2", ".hidden"]) mkdirSync(join(work.root, name))
    mkdirSync(join(work.root, "b/.git"))
    work.lay("file.txt")
    const all = await work.directories(work.root)
    expect(all.directories.map(({ name }) => name)).toEqual(["a2", "a10", "b"])
    expect(all.directories[2]).toEqual({ name: "b", path: join(work.root, "b"), repository: true })
    expect(all).toMatchObject({ path: work.root, parent: work.path, repository: false, next: null })
    const first = await work.directories(work.root, { limit: 2 })
    expect(first.next).toBe("a10")
    const second = await work.directories(work.root, { limit: 2, after: "a10" })
    expect(second).toMatchObject({ directories: [{ name: "b" }], next: null })
    expect((await work.directories(work.root, { prefix: "A" })).directories.map(({ name }) => name)).toEqual(["a2", "a10"])
    const hidden = await work.directories(work.root, { hidden: true })
    expect(hidden.directories.map(({ name }) => name)).toContain(".hidden")
  })

  it("FS-1 a large directory is paged, and every one is on one page", async () => {
    for (let at = 0; at < 1200; at++) mkdirSync(join(work.root, `d${at}`))
    const seen = new Set<string>()
    let after: string | undefined
    for (let page = 0; page < 10; page++) {
      const found = await work.directories(work.root, { limit: 500, ...(after === undefined ? {} : { after }) })
      for (const { name } of found.directories) seen.add(name)
      if (found.next === null) break
      after = found.next
    }
    expect(seen.size).toBe(1200)
  })

  it("FS-2 nothing outside of the roots or of the hub's own is shown, whatever links lead there", async () => {
    mkdirSync(join(work.root, "in"))
    mkdirSync(join(work.path, "workshop"))
    symlinkSync("/etc", join(work.root, "out"))
    symlinkSync(join(work.root, "in"), join(work.root, "link"))
    symlinkSync(join(work.root, "loop"), join(work.root, "loop"))
    const roots = [work.root]
    const found = await work.directories(work.root, { roots })
    expect(found.directories.map(({ name }) => name)).toEqual(["in", "link"])
    expect(found.directories[1]).toMatchObject({ link: true })
    expect(found.parent).toBeNull()
    const refusal = (path: string, more = {}) =>
      work.directories(path, { roots, ...more }).then(String, ({ message }) => String(message))
    expect(await refusal(join(work.root, "out"))).toMatch(/is outside of/)
    expect(await refusal(join(work.root, ".."))).toMatch(/is outside of/)
    expect(await refusal(join(work.path, "workshop"))).toMatch(/is outside of/)
    expect(await refusal(join(work.root, "none"))).toMatch(/does not exist/)
    expect(await refusal(join(work.root, "in"), { guarded: [join(work.root, "in")] })).toMatch(/belongs to the hub/)
    work.lay("plain.txt")
    expect(await refusal(join(work.root, "plain.txt"))).toMatch(/is not a directory/)
    const guarded = await work.directories(work.root, { roots, guarded: [join(work.root, "in")] })
    expect(guarded.directories).toEqual([])
  })
})

describe("outside of the roots", () => {
  it("FS-2 the answer does not tell whether anything is there", async () => {
    mkdirSync(join(work.path, "there/deep"), { recursive: true })
    work.lay("inside.txt")
    const link = (name: string, to: string): string => {
      symlinkSync(to, join(work.root, name))
      return join(work.root, name)
    }
    const roots = [work.root]
    const refusal = (path: string): Promise<string> =>
      work.directories(path, { roots }).then(String, ({ message }) => String(message).replace(path, "X"))
    const outside = await refusal(join(work.path, "there"))
    expect(outside).toMatch(/is outside of/)
    const paths = [
      join(work.path, "none"),
      join(work.path, "there/none/deeper"),
      `${work.root}/../none`,
      link("to-there", join(work.path, "there")),
      link("to-none", join(work.path, "none")),
      link("to-none-relative", "../none/deeper"),
      `${join(work.root, "to-there")}/none`,
      `${join(work.root, "to-none")}/deeper`,
    ]
    for (const path of paths) expect(await refusal(path), path).toBe(outside)
    const read = (path: string): Promise<string> => work.read(path).then(String, ({ message }) => String(message))
    expect(await read("../none")).toMatch(/is outside of/)
    expect(await read("to-none")).toMatch(/is outside of/)
    // Inside it does.
    expect(await refusal(join(work.root, "none"))).toMatch(/does not exist/)
    expect(await refusal(link("to-inside", "none/deeper"))).toMatch(/does not exist/)
    expect(await refusal(link("loop", "loop"))).toMatch(/does not exist/)
  })
})

describe("searching", () => {
  const lay = (): void => {
    work.lay(".gitignore", "*.log\nbuild/\n!keep.log\n/top.txt\n")
    for (const path of ["a.log", "keep.log", "build/x.ts", "top.txt", "src/top.txt", "src/a.ts", "sub/b.tmp", "sub/c.tmp"])
      work.lay(path)
    work.lay("sub/.gitignore", "*.tmp\n!b.tmp\n")
  }
  const wanted = [".gitignore", "keep.log", "src/a.ts", "src/top.txt", "sub/.gitignore", "sub/b.tmp"]

  it("FS-5 finds what Git does not ignore, tracked or not, nested and negated rules included", async () => {
    lay()
    work.repository()
    work.lay("new.ts")
    const all = await work.search("")
    expect(all.files.map(({ path }) => path).sort()).toEqual([...wanted, "new.ts"].sort())
    expect(await work.search("newts")).toMatchObject({
      files: [{ path: "new.ts", at: [0, 1, 2, 4, 5] }],
      total: 7,
      partial: false,
    })
    // Of a directory in the repository, paths begin there.
    const below = await work.search("", { root: join(work.root, "src") })
    expect(below.files.map(({ path }) => path).sort()).toEqual(["a.ts", "top.txt"])
  })

  it("FS-5 elsewhere a walk of our own finds the same, and follows no links", async () => {
    lay()
    symlinkSync("/etc", join(work.root, "outside"))
    const found = await walk(work.root, { files: 1000, directories: 1000, millis: 10_000 })
    expect(found.paths.toSorted()).toEqual([...wanted, "outside"].sort())
    const files = (await work.search("")).files.map(({ path }) => path)
    expect(files.toSorted()).toEqual([...wanted, "outside"].sort())
    expect(await walk(work.root, { files: 3, directories: 1000, millis: 10_000 })).toMatchObject({ partial: true })
  })

  it("FS-5 a file that was deleted since it was listed is not found", async () => {
    work.lay("gone.ts")
    work.repository()
    await work.search("gone")
    execFileSync("rm", [join(work.root, "gone.ts")])
    expect((await work.search("gone")).files).toEqual([])
  })

  it("FS-7 a later search of the same field ends the one before", async () => {
    for (let at = 0; at < 30; at++) work.lay(`f${at}.ts`)
    const first = work.search("f1", { field: "composer" })
    const second = work.search("f2", { field: "composer" })
    const other = work.search("f1", { field: "palette" })
    expect(await first).toMatchObject({ superseded: true, files: [] })
    expect((await second).files[0]?.path).toBe("f2.ts")
    expect((await other).superseded).toBeUndefined()
  })
})

describe("reading", () => {
  it("FS-8 reads the beginning of a plain file of the directory and nothing else", async () => {
    work.lay("a/b.txt", "one\ntwo\n")
    work.lay("big.txt", "ü".repeat(600_000))
    work.lay("binary", new Uint8Array([1, 0, 2]))
    writeFileSync(join(work.path, "secret"), "x")
    symlinkSync(join(work.path, "secret"), join(work.root, "link"))
    execFileSync("sh", ["-c", "mkfifo pipe"], { cwd: work.root })
    expect(await work.read("a/b.txt")).toMatchObject({
      path: join(work.root, "a/b.txt"),
      size: 8,
      text: "one\ntwo\n",
      cut: false,
      binary: false,
    })
    const big = await work.read("big.txt")
    expect(big).toMatchObject({ size: 1_200_000, cut: true })
    expect(big.text).toBe("ü".repeat(524_288))
    expect(await work.read("binary")).toMatchObject({ binary: true, text: "" })
    const refusal = (path: string, more = {}) => work.read(path, more).then(String, ({ message }) => String(message))
    expect(await refusal("../secret")).toMatch(/is outside of/)
    expect(await refusal("link")).toMatch(/is outside of/)
    expect(await refusal("/etc/hostname")).toMatch(/is outside of/)
    expect(await refusal("a")).toMatch(/is a directory/)
    expect(await refusal("pipe")).toMatch(/is not a plain file/)
    expect(await refusal("none")).toMatch(/does not exist/)
    expect(await refusal("a/b.txt", { guarded: [join(work.root, "a")] })).toMatch(/belongs to the hub/)
  })

  it("FS-8 a thread answers, which the first question starts, and refusals cross as what they are", async () => {
    work.lay("a.txt", "x")
    const failures: Array<string> = []
    const files = new Files((message) => failures.push(message))
    const ask = { ask: "read", guarded: [], root: work.root } as const
    expect(await files.ask({ ...ask, path: "a.txt" })).toMatchObject({ text: "x" })
    const refused = await files.ask({ ...ask, path: "none" }).then(undefined, (error: unknown) => error)
    expect(refused).toMatchObject({ failure: { tag: "Unprocessable" } })
    // Where there is no repository, a turn asks nothing of the thread.
    expect(
      await new Files(() => {}).ask({ ask: "snapshot", guarded: [], root: work.root, kept: work.kept, turn: "turn-0001" }),
    ).toEqual({ kept: false })
    await files.stop()
    expect(failures).toEqual([])
  })
})
