/** What doctor says of a store that no hub has open. */
import { mkdtempSync, rmSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished, vi } from "vitest"
import { checkStore } from "../src/operations/check-data.ts"

it("S-10 a store that another program has locked is not taken for a damaged one", async () => {
  const data = mkdtempSync(join(tmpdir(), "holdfast-locked-"))
  const database = new DatabaseSync(join(data, "holdfast.db"))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    database.close()
    rmSync(data, { recursive: true, force: true })
  })
  database.exec("CREATE TABLE sessions (handle INTEGER PRIMARY KEY); PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  vi.stubEnv("HOLDFAST_DATA", data)
  vi.stubEnv("HOLDFAST_CONFIG", join(data, "config.json"))
  const finding = await checkStore()
  expect(finding).toMatchObject({ check: "store", state: "warning" })
  expect(finding.found).toContain("is locked by another program")
  expect(JSON.stringify(finding)).not.toMatch(/backup or|restore|move it away/)
})
