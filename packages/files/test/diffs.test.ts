/** The diff of one file: that file and no other, or why there is none. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { FileDiff } from "@holdfast/protocol/changes"
import { Workplace } from "./workplace.ts"

let work: Workplace
beforeEach(() => (work = new Workplace()))
afterEach(() => work.remove())

const diffed = async (...asked: Parameters<Workplace["diff"]>): Promise<FileDiff> => {
  const found = await work.diff(...asked)
  if (!found.available) throw new Error(found.message)
  return found
}
const linesOf = ({ hunks }: FileDiff): ReadonlyArray<string> => hunks.flatMap(({ lines }) => lines)
/** What a diff shows, or why it is refused. */
const shown = (...asked: Parameters<Workplace["diff"]>): Promise<string> =>
  diffed(...asked).then(
    (diff) => linesOf(diff).join("\n"),
    ({ message }: Error) => message,
  )

describe("the diff of one file", () => {
  it("FS-25 FS-2 shows nothing of another file and nothing of the hub's own, however it is named", async () => {
    work.lay("a.txt", "1\n")
    work.lay("src/b.txt", "1\n")
    work.lay("data/secret.txt", "1\n")
    work.repository()
    work.lay("a.txt", "2\n")
    work.lay("src/b.txt", "other\n")
    work.lay("data/secret.txt", "SECRET\n")
    work.lay("data/new.txt", "SECRET\n")
    symlinkSync("data", join(work.root, "link"))
    const guarded = [join(work.root, "data")]
    for (const path of ["data/secret.txt", "data/new.txt", "data", "link/secret.txt"])
      expect(await shown(path, { guarded })).toMatch(/belongs to the hub/)
    expect(await shown("a.txt", { guarded, from: "data/secret.txt" })).toMatch(/belongs to the hub/)
    for (const path of [".", "./a.txt", "src/", "src//b.txt", "data/."])
      expect(await shown(path, { guarded })).toMatch(/is not a path/)
    expect(await shown("a.txt", { guarded, from: "." })).toMatch(/is not a path/)
    expect(await shown("src", { guarded })).toMatch(/is a directory/)
    // As bytes that are not UTF-8 a pattern is asked for, which others match.
    for (const name of ["dat\xe9/secret.txt", "\xe9\xe9\xe9\xe9/secret.txt", "src/\xe9.txt", "s\xe9c"]) {
      const bytes = Buffer.from(name, "latin1").toString("base64")
      expect(await shown("x", { guarded, bytes })).toBe("")
    }
    expect(await shown("a.txt", { guarded })).toBe("-1\n+2")
    expect(await shown("link", { guarded: [] })).toBe("+data\n\\ No newline at end of file")
  })

  it("FS-25 shows both sides of a file that became something else, and a submodule", async () => {
    work.lay("kind.txt", "1\n2\n")
    work.lay("dir", "file\n")
    work.repository()
    rmSync(join(work.root, "kind.txt"))
    symlinkSync("dir", join(work.root, "kind.txt"))
    rmSync(join(work.root, "dir"))
    work.lay("dir/inside.txt", "x\n")
    expect(await shown("kind.txt")).toBe("-1\n-2\n+dir\n\\ No newline at end of file")
    expect(await shown("dir")).toBe("-file")
    mkdirSync(join(work.root, "sub"))
    work.git("init", "-q", "sub")
    work.git("-C", "sub", "commit", "-q", "--allow-empty", "-m", "s")
    work.git("add", "sub")
    expect(await shown("sub")).toMatch(/^\+Subproject commit [0-9a-f]+$/)
  })

  it("FS-25 finds every name as Git writes it", async () => {
    work.repository()
    const names = [
      'quo"te',
      "back\\slash",
      "tab\tnew\nline",
      "bell\u0007",
      "del\u007f",
      ":(glob)x",
      "sp ace b/x",
      "ümläut",
      "[a]*?",
    ]
    for (const name of names) work.lay(name, `${name.length}\n`)
    for (const name of names) expect(await shown(name), name).toBe(`+${name.length}`)
  })

  it("FS-20 FS-25 a rename from a name that is not UTF-8 has that name's bytes, and is compared by them", async () => {
    const old = Buffer.concat([Buffer.from(`${work.root}/caf`), Buffer.from([0xe9]), Buffer.from(".txt")])
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`)
    writeFileSync(old, lines.join(""))
    work.repository()
    rmSync(old)
    work.lay("new.txt", [...lines, "more\n"].join(""))
    const found = await work.changes()
    const [file] = found.available ? found.files : []
    const fromBytes = Buffer.from("caf\xe9.txt", "latin1").toString("base64")
    expect(file).toMatchObject({ path: "new.txt", status: "renamed", from: "caf\ufffd.txt", fromBytes, additions: 1 })
    expect(linesOf(await diffed("new.txt", { from: "caf\ufffd.txt", fromBytes })).filter((line) => line[0] !== " ")).toEqual([
      "+more",
    ])
  })

  it("FS-25 where an object is missing the answer says so and is not an empty diff", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const blob = work.git("rev-parse", "HEAD:a.txt").trim()
    rmSync(join(work.root, ".git/objects", blob.slice(0, 2), blob.slice(2)))
    work.lay("a.txt", "2\n")
    await expect(work.diff("a.txt")).rejects.toMatchObject({
      tag: "Unavailable",
      message: expect.stringMatching(/^git diff-index failed: unable to read [0-9a-f]+$/) as string,
    })
    // The list has no counts then, and does not call the file binary.
    expect(await work.changes()).toMatchObject({
      files: [{ path: "a.txt", status: "modified", staged: false, unstaged: true }],
      additions: 0,
    })
  })
})
