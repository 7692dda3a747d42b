import { execFileSync } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { commandLine } from "./user-terminal.ts"

describe("files of a session on the command line", () => {
  let hub: HubProcess
  let work: string
  const { run, ok } = commandLine(() => hub)

  beforeAll(async () => {
    work = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-files-")))
    const git = (...args: ReadonlyArray<string>): void =>
      void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: work })
    git("init", "-q", "-b", "main")
    writeFileSync(join(work, "a.txt"), "one\ntwo\n")
    writeFileSync(join(work, ".gitignore"), "ignored.txt\n")
    git("add", "-A")
    git("commit", "-q", "-m", "c")
    writeFileSync(join(work, "a.txt"), "one\n2\n")
    writeFileSync(join(work, "ignored.txt"), "")
    writeFileSync(join(work, "new \u001b[31mred.txt"), "n\n")
    hub = await startHub()
  })
  afterAll(async () => {
    await hub.stop()
    rmSync(work, { recursive: true, force: true })
  })

  it("FS-4 FS-5 FS-20 FS-25 finds files, lists what changed and prints it line by line", async () => {
    const id = (await ok("new", "terminal", "--cwd", work, "--", "cat")).trim()
    expect((await ok("files", id, "txt")).split("\n").filter((line) => line !== "")).toEqual(["a.txt", "new \\e[31mred.txt"])
    const listed = await ok("changes", id)
    expect(listed).toMatch(/modified +1 +1 +a\.txt/)
    expect(listed).toMatch(/untracked +1 +0 +new \\e\[31mred\.txt/)
    expect(await ok("diff", id, "a.txt")).toContain("@@ -1,2 +1,2 @@\n one\n-two\n+2\n")
    expect(JSON.parse(await ok("diff", id, "--json"))).toHaveLength(2)
    const other = await run("diff", id, "b.txt")
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("b.txt did not change")])
    const none = await run("changes", id, "--base", "turn")
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("no turn has begun")])
  })
})
