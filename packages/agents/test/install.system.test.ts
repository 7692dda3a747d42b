/** Installing agents, with an npm of our own that does what npm does, or fails as it does. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { knownAgent } from "../src/catalog/entries.ts"
import { InstallFailed, installAgent, type InstallStep, removeAgent } from "../src/catalog/install.ts"

const known = knownAgent("codex")?.package
let root: string
const data = () => join(root, "data")
const agents = () => join(data(), "agents")

/** Puts an npm into PATH: a shell script. */
function npm(script: string): Readonly<Record<string, string>> {
  const bin = join(root, "bin")
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, "npm"), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, "npm"), 0o755)
  return { PATH: `${bin}:/usr/bin:/bin`, HOME: root }
}

const folder = `node_modules/${known?.name}`
const good = `echo "npm http fetch GET 200" >&2; echo "$@" > arguments; mkdir -p ${folder}/bin; echo made > ${folder}/${known?.file}`
const failing = (code: string): string => `echo "npm error code ${code}" >&2; exit 1`
const reasonOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "none",
    (error: unknown) => (error instanceof InstallFailed ? error.reason : String(error)),
  )

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-install-"))
  mkdirSync(data())
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe("installing agents", () => {
  it("fetches the exact version, runs no scripts, reports progress, and removes it again", async () => {
    const steps: Array<InstallStep> = []
    const done = await installAgent("codex", { data: data(), environment: npm(good), tell: (step) => steps.push(step) })
    expect(done).toEqual({ package: known?.name, version: known?.version, directory: join(agents(), "codex") })
    expect(steps).toEqual([
      { type: "begins", package: known?.name, version: known?.version },
      { type: "line", text: "npm http fetch GET 200" },
    ])
    const manifest = JSON.parse(readFileSync(join(done.directory, "package.json"), "utf8"))
    expect(manifest.dependencies).toEqual({ [known?.name ?? ""]: known?.version })
    expect(readFileSync(join(done.directory, "arguments"), "utf8")).toContain("--ignore-scripts")
    expect(statSync(done.directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(agents())).toEqual(["codex"])
    expect(await removeAgent("codex", data())).toBe(true)
    expect(await removeAgent("codex", data())).toBe(false)
    expect(readdirSync(agents())).toEqual([])
  })

  it("keeps what was there when it fails, and leaves nothing of its own", async () => {
    await installAgent("codex", { data: data(), environment: npm(good) })
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["ENOSPC", "diskFull"],
      ["ENOTFOUND", "network"],
      ["ECONNREFUSED", "network"],
      ["ETARGET", "notOffered"],
      ["EACCES", "denied"],
      ["EWHATEVER", "failed"],
    ]
    for (const [code, reason] of cases) {
      expect(await reasonOf(installAgent("codex", { data: data(), environment: npm(failing(code)) }))).toBe(reason)
    }
    // It says that it is done, and nothing is there.
    expect(await reasonOf(installAgent("codex", { data: data(), environment: npm("true") }))).toBe("failed")
    expect(readdirSync(agents())).toEqual(["codex"])
    expect(existsSync(join(agents(), "codex", folder, known?.file ?? ""))).toBe(true)
  })

  it("can be stopped, with all that npm started", async () => {
    const stop = new AbortController()
    const environment = npm("sleep 300 & echo started; wait")
    const attempt = installAgent("codex", {
      data: data(),
      environment,
      signal: stop.signal,
      tell: ({ type }) => {
        if (type === "line") stop.abort()
      },
    })
    expect(await reasonOf(attempt)).toBe("cancelled")
    expect(readdirSync(agents())).toEqual([])
    expect(await reasonOf(installAgent("codex", { data: data(), environment, timeout: 100 }))).toBe("network")
  })

  it("says what to do without npm, and for what cannot be installed", async () => {
    const environment = { PATH: join(root, "empty") }
    expect(await reasonOf(installAgent("codex", { data: data(), environment }))).toBe("noNpm")
    expect(await reasonOf(installAgent("scripted", { data: data(), environment }))).toBe("builtIn")
    expect(await reasonOf(installAgent("../evil", { data: data(), environment }))).toBe("unknown")
    expect(await reasonOf(removeAgent("../evil", data()))).toBe("unknown")
  })
})
