import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { OpenedRoot } from "../src/acp/OpenedRoot.ts"
import { runCommand, writeBelow } from "../src/scripted/tools.ts"

it("A-63 a tool whose directory was removed says so and how to choose another, for every agent", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "holdfast-gone-"))
  const root = new OpenedRoot(cwd, [])
  rmSync(cwd, { recursive: true })
  const said = /directory .*holdfast-gone-.* is gone; choose another with: holdfast cd SESSION DIRECTORY/
  const ran = await runCommand("pwd", cwd, new AbortController().signal, () => undefined)
  expect(ran.output).toMatch(said)
  await expect(writeBelow(cwd, "a", "b")).rejects.toThrow(said)
  await expect(root.check()).rejects.toThrow(said)
  root.close()
})
