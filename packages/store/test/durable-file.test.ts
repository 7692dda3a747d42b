import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { writeDurably } from "../src/durable-file.ts"

describe("files that outlast a power cut", () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "holdfast-durable-"))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(root, { recursive: true, force: true })
  })

  /** What is synced, in order, with what the name leads to at that moment. */
  const watchSyncs = async (file: string): Promise<Array<readonly [what: string, there: string]>> => {
    const seen: Array<readonly [string, string]> = []
    const handle = await open(root)
    const prototype = Object.getPrototypeOf(handle) as typeof handle
    await handle.close()
    const real = prototype.sync
    vi.spyOn(prototype, "sync").mockImplementation(async function (this: typeof handle) {
      const found = await this.stat()
      const there = statSync(file, { throwIfNoEntry: false }) === undefined ? "nothing" : readFileSync(file, "utf8")
      const known = [root, join(root, "a"), join(root, "a", "b")].find(
        (path) => statSync(path, { throwIfNoEntry: false })?.ino === found.ino,
      )
      seen.push([found.isDirectory() ? (known ?? "a directory") : `a file of ${found.size}`, there])
      await real.call(this)
    })
    return seen
  }

  it("X-11 are synced before they get their name, and the directory after, with those that were made for them", async () => {
    const file = join(root, "a", "b", "credential")
    const seen = await watchSyncs(file)
    await writeDurably(file, "first")
    expect(seen.splice(0)).toEqual([
      ["a file of 5", "nothing"],
      [join(root, "a", "b"), "first"],
      [join(root, "a"), "first"],
      [root, "first"],
    ])
    await writeDurably(file, "second")
    expect(seen.splice(0)).toEqual([
      ["a file of 6", "first"],
      [join(root, "a", "b"), "second"],
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it("X-11 what cannot be synced is not acknowledged and leaves the file of before", async () => {
    const file = join(root, "credential")
    await writeDurably(file, "first")
    const handle = await open(root)
    vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "sync").mockRejectedValue(
      Object.assign(new Error("EIO: i/o error"), { code: "EIO" }),
    )
    await handle.close()
    await expect(writeDurably(file, "second")).rejects.toThrow("EIO")
    expect([readdirSync(root), readFileSync(file, "utf8")]).toEqual([["credential"], "first"])
  })
})
