import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { SessionFiles } from "../src/acp/SessionFiles.ts"

describe("an ACP agent's files", () => {
  let place: string
  let work: string
  let secret: string
  let data: string
  let files: SessionFiles
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "holdfast-files-"))
    work = join(place, "work")
    data = join(work, "holdfast")
    mkdirSync(join(data, "sessions", "one"), { recursive: true })
    mkdirSync(join(work, "src"))
    mkdirSync(join(place, "outside"))
    secret = join(place, "outside", "secret")
    writeFileSync(secret, "secret")
    writeFileSync(join(data, "credential"), "credential")
    writeFileSync(join(work, "src", "a"), "inside")
    files = new SessionFiles(work, [join(data, "sessions"), data])
  })
  afterEach(() => {
    files.close()
    rmSync(place, { recursive: true, force: true })
  })

  const read = (path: string): Promise<string> =>
    files.read({ path }).then(
      ({ content }) => content,
      (error: Error & { data?: unknown }) => `refused: ${JSON.stringify(error.data ?? error.message)}`,
    )
  const write = (path: string): Promise<string> =>
    files.write({ path, content: "new" }).then(
      () => "written",
      (error: Error & { data?: unknown }) => `refused: ${JSON.stringify(error.data ?? error.message)}`,
    )

  it("A-49 are those of the directory that was opened, not of what takes its place (fault:N46)", async () => {
    expect(await read(join(work, "src", "a"))).toBe("inside")
    renameSync(work, join(place, "moved"))
    symlinkSync(join(place, "outside"), work)
    expect(await read(join(work, "secret"))).toContain("outside of the session's directory")
    expect(await write(join(work, "made"))).toContain("refused")
    rmSync(work)
    mkdirSync(work)
    writeFileSync(join(work, "other"), "other")
    expect(await read(join(work, "other"))).toContain("was replaced or removed")
    expect(await write(join(work, "made"))).toContain("was replaced or removed")
    expect([existsSync(join(work, "made")), existsSync(join(place, "outside", "made"))]).toEqual([false, false])
  })

  it("A-49 lead out through no link, and through no directory that is swapped for one between look and opening (fault:N46)", async () => {
    symlinkSync(secret, join(work, "link"))
    symlinkSync(join(place, "outside"), join(work, "links"))
    symlinkSync(join(work, "src"), join(work, "within"))
    for (const path of ["link", "links/secret", "../outside/secret", "links/made"]) {
      expect(await read(join(work, path)), path).toContain("refused")
      expect(await write(join(work, path)), path).toContain("refused")
    }
    expect(await read(join(work, "within", "a"))).toBe("inside")
    // Swapped back and forth as fast as it goes, while files are read and written through it.
    const [swapped, aside] = [join(work, "swapped"), join(place, "aside")]
    mkdirSync(swapped)
    writeFileSync(join(swapped, "secret"), "inside")
    const seen = new Set<string>()
    /** Puts something at the path, whatever is there: a write makes the directories that it misses. */
    const inPlace = (put: () => void): void => {
      for (let tries = 0; ; tries++) {
        rmSync(swapped, { recursive: true, force: true })
        try {
          return put()
        } catch (error) {
          if (tries === 20) throw error
        }
      }
    }
    for (let round = 0; round < 40; round++) {
      const looks = Promise.all([read(join(swapped, "secret")), write(join(swapped, `made-${round}`))])
      const swapping = (async () => {
        for (let i = 0; i < 5; i++) {
          renameSync(swapped, aside)
          inPlace(() => symlinkSync(join(place, "outside"), swapped))
          await Promise.resolve()
          await new Promise((go) => setImmediate(go))
          inPlace(() => renameSync(aside, swapped))
          await new Promise((go) => setImmediate(go))
        }
      })()
      for (const told of await looks) seen.add(told.startsWith("refused") ? "refused" : told)
      await swapping
      expect(existsSync(join(place, "outside", `made-${round}`))).toBe(false)
    }
    expect(seen).not.toContain("secret")
    expect(readFileSync(secret, "utf8")).toBe("secret")
  })

  it("A-49 with several names are not written through, and read only where they are not their owner's alone (fault:N46)", async () => {
    chmodSync(secret, 0o600)
    linkSync(secret, join(work, "linked"))
    expect(await read(join(work, "linked"))).toContain("it may be a secret")
    chmodSync(secret, 0o644)
    expect(await read(join(work, "linked"))).toBe("secret")
    expect(await write(join(work, "linked"))).toBe("written")
    expect([readFileSync(secret, "utf8"), readFileSync(join(work, "linked"), "utf8")]).toEqual(["secret", "new"])
  })

  it("A-49 are never those of the hub, by whatever name (fault:N46)", async () => {
    symlinkSync(data, join(work, "elsewhere"))
    for (const path of [
      "holdfast/credential",
      "elsewhere/credential",
      "holdfast/sessions/one/new",
      "src/../holdfast/credential",
    ]) {
      expect(await read(join(work, path)), path).toContain("belongs to Holdfast")
      expect(await write(join(work, path)), path).toContain("belongs to Holdfast")
    }
    expect(readFileSync(join(data, "credential"), "utf8")).toBe("credential")
  })

  it("A-49 come two at a time, and too many at once are refused (fault:N23)", async () => {
    const path = join(work, "large")
    writeFileSync(path, "x".repeat(1024 * 1024))
    const told = await Promise.all(Array.from({ length: 300 }, () => read(path)))
    expect(told.filter((text) => text.length === 1024 * 1024)).toHaveLength(258)
    expect(told.filter((text) => text.includes("ask again later"))).toHaveLength(42)
    expect(await write(join(work, "new", "directories", "file"))).toBe("written")
    files.close()
    expect(await read(path)).toContain("the agent is ending")
  })
})
