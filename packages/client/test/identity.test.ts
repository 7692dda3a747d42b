/// <reference types="node" />
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { clientIdentity } from "../src/identity.ts"

/** A browser's storage. */
class Storage {
  readonly items = new Map<string, string>()
  getItem(name: string): string | null {
    return this.items.get(name) ?? null
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value)
  }
}

describe("the client's id", () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "holdfast-identity-"))
    vi.stubEnv("XDG_STATE_HOME", directory)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
    rmSync(directory, { recursive: true, force: true })
  })

  it("C-30 in Node is the same for every program, in a file that only the user can read", () => {
    const file = join(directory, "deep/down/client-id")
    const first = clientIdentity({ file })
    expect(first).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), kept: "file" })
    expect(clientIdentity({ file })).toEqual(first)
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600)
    if (process.platform !== "linux") return
    const own = clientIdentity()
    expect(readFileSync(join(directory, "holdfast/client-id"), "utf8")).toBe(`${own.id}\n`)
    expect(clientIdentity()).toEqual(own)
  })

  it("C-30 a file that a crash left without an id gets another one", () => {
    const file = join(directory, "client-id")
    for (const damaged of ["", "two words\n", "\u0000".repeat(40)]) {
      writeFileSync(file, damaged)
      const made = clientIdentity({ file })
      expect(made.kept).toBe("file")
      expect(clientIdentity({ file })).toEqual(made)
    }
  })

  it("C-30 in a browser is kept in localStorage, also when two tabs make it at once", () => {
    const storage = new Storage()
    const racing = {
      getItem: (name: string) => storage.getItem(name),
      setItem: (name: string) => storage.setItem(name, "the-other-tab-was-last"),
    }
    expect(clientIdentity({ storage: racing })).toEqual({ id: "the-other-tab-was-last", kept: "storage" })
    expect(clientIdentity({ storage })).toEqual({ id: "the-other-tab-was-last", kept: "storage" })
    storage.setItem("holdfast-client", "no id")
    const made = clientIdentity({ storage })
    expect(clientIdentity({ storage })).toEqual(made)
    expect(made.id).not.toBe("no id")
  })

  it("C-30 where nothing can be kept it lasts as long as the program, and says why", () => {
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new Error("the quota has been exceeded")
      },
    }
    expect(clientIdentity({ storage: refusing })).toMatchObject({ kept: "memory", problem: "the quota has been exceeded" })
    const forgetful = { getItem: () => null, setItem: () => undefined }
    expect(clientIdentity({ storage: forgetful })).toMatchObject({ kept: "memory", problem: expect.stringContaining("keep") })
    writeFileSync(join(directory, "file"), "")
    const inFile = clientIdentity({ file: join(directory, "file/client-id") })
    expect(inFile).toMatchObject({ kept: "memory", problem: expect.any(String) })
    expect(clientIdentity({ storage: forgetful }).id).not.toBe(inFile.id)
    if (process.getuid?.() === 0 || process.platform === "win32") return
    chmodSync(directory, 0o500)
    expect(clientIdentity({ file: join(directory, "client-id") })).toMatchObject({ kept: "memory" })
    chmodSync(directory, 0o700)
  })
})
