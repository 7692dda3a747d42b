import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Change, Changes, FileDiff } from "@holdfast/protocol/changes"
import { readPatch } from "../src/git/patch.ts"
import { Workplace } from "./workplace.ts"

let work: Workplace
beforeEach(() => (work = new Workplace()))
afterEach(() => work.remove())

const listed = async (...asked: Parameters<Workplace["changes"]>): Promise<Changes> => {
  const found = await work.changes(...asked)
  if (!found.available) throw new Error(found.message)
  return found
}
const byPath = ({ files }: Changes): Readonly<Record<string, Change>> =>
  Object.fromEntries(files.map((file) => [file.path, file]))
const diffed = async (...asked: Parameters<Workplace["diff"]>): Promise<FileDiff> => {
  const found = await work.diff(...asked)
  if (!found.available) throw new Error(found.message)
  return found
}
const linesOf = ({ hunks }: FileDiff): ReadonlyArray<string> => hunks.flatMap(({ lines }) => lines)

describe("what changed", () => {
  it("FS-20 lists staged, unstaged, untracked, deleted, renamed, binary and retyped files with their counts", async () => {
    work.lay(".gitignore", "ignored\n")
    for (const name of ["same", "staged", "edited", "both", "gone", "mode", "kind"]) work.lay(`${name}.txt`, "1\n2\n3\n")
    work.lay("old name.txt", "a\nb\nc\nd\n")
    work.lay("picture", new Uint8Array([0, 1, 2]))
    work.repository()
    work.lay("staged.txt", "1\n2\n")
    work.lay("both.txt", "1\n")
    work.git("add", "staged.txt", "both.txt")
    work.lay("both.txt", "1\n9\n")
    work.lay("edited.txt", "1\nzwei\n3\n4\n")
    rmSync(join(work.root, "gone.txt"))
    chmodSync(join(work.root, "mode.txt"), 0o755)
    rmSync(join(work.root, "kind.txt"))
    symlinkSync("same.txt", join(work.root, "kind.txt"))
    renameSync(join(work.root, "old name.txt"), join(work.root, "new name.txt"))
    work.lay("picture", new Uint8Array([0, 1, 3]))
    work.lay("dir/new.txt", "x\ny\n")
    work.lay("ignored", "x")
    const all = await listed()
    expect(all).toMatchObject({ root: work.root, branch: "main", base: { kind: "uncommitted" }, more: 0 })
    expect(byPath(all)).toEqual({
      "staged.txt": { path: "staged.txt", status: "modified", additions: 0, deletions: 1, staged: true, unstaged: false },
      "both.txt": { path: "both.txt", status: "modified", additions: 1, deletions: 2, staged: true, unstaged: true },
      "edited.txt": { path: "edited.txt", status: "modified", additions: 2, deletions: 1, staged: false, unstaged: true },
      "gone.txt": { path: "gone.txt", status: "deleted", additions: 0, deletions: 3, staged: false, unstaged: true },
      "mode.txt": {
        path: "mode.txt",
        status: "modified",
        additions: 0,
        deletions: 0,
        staged: false,
        unstaged: true,
        mode: { from: "100644", to: "100755" },
      },
      "kind.txt": {
        path: "kind.txt",
        status: "retyped",
        additions: 1,
        deletions: 3,
        staged: false,
        unstaged: true,
        mode: { from: "100644", to: "120000" },
      },
      "new name.txt": {
        path: "new name.txt",
        from: "old name.txt",
        status: "renamed",
        additions: 0,
        deletions: 0,
        untracked: true,
      },
      picture: { path: "picture", status: "modified", binary: true, staged: false, unstaged: true },
      "dir/new.txt": { path: "dir/new.txt", status: "added", additions: 2, deletions: 0, untracked: true },
    })
    expect(all.additions).toBe(6)
    expect(linesOf(await diffed("edited.txt"))).toEqual([" 1", "-2", "+zwei", " 3", "+4"])
    expect(linesOf(await diffed("dir/new.txt"))).toEqual(["+x", "+y"])
    expect(await diffed("picture")).toMatchObject({ binary: true, hunks: [] })
    expect(await diffed("new name.txt", { from: "old name.txt" })).toMatchObject({ hunks: [], binary: false })
  })

  it("FS-20 compares with where the branch began, conflicts and submodules included, and works in a linked working tree", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    const start = work.git("rev-parse", "HEAD").trim()
    work.git("checkout", "-q", "-b", "topic")
    work.lay("a.txt", "topic\n")
    work.commit()
    work.git("checkout", "-q", "main")
    work.lay("a.txt", "main\n")
    work.commit()
    work.git("checkout", "-q", "topic")
    const branch = await listed("branch")
    expect(branch.base).toEqual({ kind: "branch", id: start, name: "main" })
    expect(byPath(branch)["a.txt"]).toMatchObject({ status: "modified", additions: 1, deletions: 1 })
    expect(await work.changes("turn")).toMatchObject({ available: false, reason: "NoBase" })
    try {
      work.git("merge", "-q", "main")
    } catch {
      // It conflicts, which is what is wanted.
    }
    expect(byPath(await listed())["a.txt"]).toMatchObject({ conflicted: true, status: "modified" })
    expect(linesOf(await diffed("a.txt"))).toContain("+=======")
    work.git("merge", "--abort")
    work.git("worktree", "add", "-q", join(work.path, "linked"), "main")
    writeFileSync(join(work.path, "linked/b.txt"), "b\n")
    const linked = await listed("uncommitted", join(work.path, "linked"))
    expect(linked).toMatchObject({ root: join(work.path, "linked"), branch: "main", files: [{ path: "b.txt", untracked: true }] })
    mkdirSync(join(work.root, "sub"))
    work.git("init", "-q", "sub")
    work.git("-C", "sub", "commit", "-q", "--allow-empty", "-m", "s")
    work.git("add", "sub")
    expect(byPath(await listed())["sub"]).toMatchObject({ submodule: true, status: "added" })
  })

  it("FS-20 names that are not UTF-8 have their bytes, and their diffs are found by these", async () => {
    work.repository()
    const name = Buffer.concat([Buffer.from(`${work.root}/caf`), Buffer.from([0xe9]), Buffer.from(".txt")])
    writeFileSync(name, "x\n")
    work.lay('quo"te\n*.txt', "y\n")
    const files = (await listed()).files
    const odd = files.find(({ bytes }) => bytes !== undefined)
    expect(odd).toMatchObject({
      path: "caf\ufffd.txt",
      bytes: Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2e, 0x74, 0x78, 0x74]).toString("base64"),
    })
    expect(linesOf(await diffed("caf\ufffd.txt", { bytes: odd!.bytes! }))).toEqual(["+x"])
    expect(linesOf(await diffed('quo"te\n*.txt'))).toEqual(["+y"])
  })

  it("FS-20 says why there is nothing to compare", async () => {
    expect(await work.changes()).toMatchObject({ available: false, reason: "NoRepository" })
    expect(await work.diff("a.txt")).toMatchObject({ available: false, reason: "NoRepository" })
    expect(await work.changes("uncommitted", join(work.path, "none"))).toMatchObject({ available: false, reason: "NoDirectory" })
    work.git("init", "-q", "-b", "main")
    work.lay("first.txt", "1\n")
    expect((await listed()).files).toEqual([{ path: "first.txt", status: "added", additions: 1, deletions: 0, untracked: true }])
    expect(await work.changes("branch")).toMatchObject({ available: false, reason: "NoBase" })
  })

  it("FS-25 a diff is bounded in bytes, lines and the length of lines, and says what is left out", async () => {
    work.lay("long.txt", "a\n")
    work.repository()
    work.lay("long.txt", `${"y".repeat(5000)}\n`)
    work.lay("many.txt", "0123456789\n".repeat(200_000))
    work.lay("huge.bin", "z".repeat(9 * 1024 * 1024))
    const long = await diffed("long.txt")
    expect(long.cut).toBe(true)
    expect(Math.max(...linesOf(long).map((line) => line.length))).toBeLessThanOrEqual(2000)
    const many = await diffed("many.txt")
    expect(many.cut).toBe(true)
    expect(linesOf(many).length).toBeGreaterThan(80_000)
    expect(linesOf(many).length).toBeLessThan(100_000)
    expect(await diffed("huge.bin")).toMatchObject({ binary: true, hunks: [] })
    const refusal = (path: string) => work.diff(path).then(String, ({ message }) => String(message))
    for (const path of ["../x", "/etc/passwd", ".git/config", "a/../../x"]) expect(await refusal(path)).toMatch(/is not a path/)
  })

  it("FS-25 reads pieces with their places, sections and notes", () => {
    const text =
      "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@ f()\n---a\n-b\n+++c\n\\ No newline at end of file\n@@ -9 +8,0 @@\n-z\n"
    expect(readPatch(text, false)).toEqual({
      binary: false,
      cut: false,
      hunks: [
        {
          oldStart: 1,
          oldLines: 2,
          newStart: 1,
          newLines: 1,
          section: "f()",
          lines: ["---a", "-b", "+++c", "\\ No newline at end of file"],
        },
        { oldStart: 9, oldLines: 1, newStart: 8, newLines: 0, section: "", lines: ["-z"] },
      ],
    })
  })
})

describe("the last turn", () => {
  it("FS-24 is compared with how the files were when it began, large and ignored ones included, and leaves no trace in the repository", async () => {
    work.lay(".gitignore", "ignored\n")
    work.lay("a.txt", "1\n")
    work.lay("b.txt", "1\n")
    work.repository()
    work.lay("a.txt", "1\nperson\n")
    work.lay("notes.txt", "mine\n")
    work.lay("large.bin", new Uint8Array(5 * 1024 * 1024))
    work.lay("other.bin", new Uint8Array(5 * 1024 * 1024))
    const before = traceOf(join(work.root, ".git"))
    expect(await work.snapshot("turn-0001")).toEqual({ kept: true })
    expect((await listed("turn")).files).toEqual([])
    work.lay("a.txt", "1\nperson\nagent\n")
    work.lay("notes.txt", "mine\nand yours\n")
    work.lay("other.bin", new Uint8Array(6 * 1024 * 1024))
    work.lay("ignored", "x")
    rmSync(join(work.root, "b.txt"))
    const found = await listed("turn")
    expect(found.base).toMatchObject({ kind: "turn", turn: "turn-0001" })
    expect(Object.keys(byPath(found)).sort()).toEqual(["a.txt", "b.txt", "notes.txt", "other.bin"])
    expect(linesOf(await diffed("a.txt", { base: "turn" }))).toEqual([" 1", " person", "+agent"])
    expect(linesOf(await diffed("notes.txt", { base: "turn" }))).toEqual([" mine", "+and yours"])
    expect(traceOf(join(work.root, ".git"))).toEqual(before)
    // The last two stay: a question may still use the one before.
    await work.snapshot("turn-0002")
    expect((await listed("turn")).files).toEqual([])
    expect(readdirSync(join(work.kept, "changes")).sort()).toEqual(["turn-0001", "turn-0002"])
    await work.snapshot("turn-0003")
    expect(readdirSync(join(work.kept, "changes")).sort()).toEqual(["turn-0002", "turn-0003"])
    expect(await work.snapshot("../../out")).toEqual({ kept: false })
  })
})

/** Every file of a directory with its content and time. */
function traceOf(directory: string): ReadonlyArray<string> {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const path = join(directory, name)
      const found = statSync(path)
      return `${name} ${found.mtimeMs} ${found.isFile() ? readFileSync(path).toString("base64") : ""}`
    })
}

describe("repositories that want to run something", () => {
  it("FS-21 nothing that a repository names is executed, and nothing in it is changed", async () => {
    work.lay("a.txt", "1\n")
    work.lay("b.txt", "1\n")
    work.repository()
    const ran = join(work.path, "ran")
    const program = join(work.path, "program.sh")
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${ran}\ncat\n`, { mode: 0o755 })
    work.lay(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    mkdirSync(join(work.root, ".git/hooks"), { recursive: true })
    for (const hook of ["post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman", "reference-transaction"])
      writeFileSync(join(work.root, ".git/hooks", hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`, { mode: 0o755 })
    const settings = {
      "core.fsmonitor": program,
      "core.hooksPath": join(work.root, ".git/hooks"),
      "core.pager": program,
      "core.editor": program,
      "core.sshCommand": program,
      "core.alternateRefsCommand": program,
      "diff.external": program,
      "diff.evil.command": program,
      "diff.evil.textconv": program,
      "filter.evil.clean": program,
      "filter.evil.smudge": program,
      "filter.evil.process": program,
      "filter.evil.required": "true",
      "interactive.diffFilter": program,
      "gpg.program": program,
      "log.showSignature": "true",
      "extensions.partialClone": "evil",
      "remote.evil.url": work.path,
      "remote.evil.uploadpack": program,
      "remote.evil.promisor": "true",
      "alias.status": `!${program}`,
      "alias.diff": `!${program}`,
      "pager.status": program,
      "trace2.eventTarget": ran,
    }
    for (const [name, value] of Object.entries(settings)) work.git("config", name, value)
    rmSync(ran, { force: true })
    work.lay("a.txt", "1\n2\n")
    work.lay("new.txt", "n\n")
    // A missing object, which a partial clone would fetch.
    const blob = work.git("rev-parse", "HEAD:b.txt").trim()
    rmSync(ran, { force: true })
    const object = join(work.root, ".git/objects", blob.slice(0, 2), blob.slice(2))
    const bytes = readFileSync(object)
    rmSync(object)
    work.lay("b.txt", "changed\n")
    const before = traceOf(join(work.root, ".git"))
    await work.snapshot("turn-0001")
    for (const base of ["uncommitted", "branch", "turn"] as const) {
      await work.changes(base).catch(() => undefined)
      for (const path of ["a.txt", "new.txt", "b.txt"]) await work.diff(path, { base }).catch(() => undefined)
    }
    await work.search("a")
    expect(existsSync(ran) ? readFileSync(ran, "utf8") : "").toBe("")
    expect(traceOf(join(work.root, ".git"))).toEqual(before)
    // The settings are evil, and Git itself follows them: the test would see it. With the object, as it would wait for its remote.
    writeFileSync(object, bytes)
    try {
      work.git("diff", "--", "a.txt")
    } catch {
      // What it runs is no filter that Git could use.
    }
    expect(existsSync(ran)).toBe(true)
  })

  it("FS-22 a repository with its working tree elsewhere is not shown", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    work.git("config", "core.worktree", "/etc")
    expect(await work.changes()).toMatchObject({ available: false, reason: "NotAllowed" })
    expect((await work.search("a")).files.map(({ path }) => path)).toEqual(["a.txt"])
  })

  it("FS-22 a program called git in the working tree is not taken for Git", async () => {
    work.lay("a.txt", "1\n")
    work.repository()
    work.lay("git", "#!/bin/sh\necho bad\n")
    chmodSync(join(work.root, "git"), 0o755)
    const path = process.env["PATH"]
    process.env["PATH"] = `.:${path}`
    try {
      expect(await work.changes()).toMatchObject({ available: true, files: [{ path: "git", untracked: true }] })
    } finally {
      process.env["PATH"] = path
    }
  })
})
