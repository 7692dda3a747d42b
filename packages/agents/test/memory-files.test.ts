import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { memoryFiles } from "../src/claude/memory-files.ts"

const folder = mkdtempSync(join(tmpdir(), "holdfast-memory-"))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it("A-29 (fault:N14) shows a model no file of the user's that an untrusted directory links to", async () => {
  const cwd = join(folder, "repository", "sub")
  mkdirSync(join(folder, "repository", ".git"), { recursive: true })
  mkdirSync(cwd)
  writeFileSync(join(folder, "key"), "secret")
  writeFileSync(join(folder, "repository", "AGENTS.md"), "rules")
  symlinkSync("AGENTS.md", join(folder, "repository", "CLAUDE.md"))
  symlinkSync("../../key", join(cwd, "CLAUDE.md"))
  const texts = async (isTrusted: boolean): Promise<ReadonlyArray<string>> =>
    (await memoryFiles(cwd, isTrusted)).map(({ text }) => text)
  expect(await texts(false)).toEqual(["rules"])
  expect(await texts(true)).toEqual(["rules", "secret"])
})
