/** The file of the owner's credential. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { CredentialFileUnusable, readOrMakeCredential, replaceCredential } from "../src/credential-file.ts"

describe("the credential's file", () => {
  it("G-5 G-9 is created with mode 0600, kept, narrowed if it was wider, replaced in one step, and refused if it is not one", async () => {
    const directory = mkdtempSync(join(tmpdir(), "holdfast-credential-"))
    try {
      const file = join(directory, "credential")
      const first = await readOrMakeCredential(file)
      expect([first.made, statSync(file).mode & 0o777]).toEqual([true, 0o600])
      chmodSync(file, 0o644)
      expect(await readOrMakeCredential(file)).toEqual({ secret: first.secret, made: false })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const second = await replaceCredential(file)
      expect(second).not.toBe(first.secret)
      expect(readFileSync(file, "utf8").trim()).toBe(second)
      for (const text of ["", "short", "a b".repeat(30)]) {
        writeFileSync(file, text)
        await expect(readOrMakeCredential(file)).rejects.toThrow(CredentialFileUnusable)
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
