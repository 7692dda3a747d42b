/**
 * Unpacks the browser once before the tests; later runs find it in tests/heavy/node_modules.
 *
 * `HOLDFAST_CHROMIUM` names another browser's program; a Debian `/usr/bin/chromium` is taken when the packed one lacks
 * libraries here.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import type { TestProject } from "vitest/node"

const HEAVY = fileURLToPath(new URL("../heavy/", import.meta.url))
const DEBIAN = "/usr/bin/chromium"

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the browser's program. */
    chromium: string
  }
}

/** Whether the program starts here: it prints its version. */
async function starts(program: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, ["--version", "--no-sandbox"], { timeout: 20_000 })
    return true
  } catch {
    // Libraries that it needs are missing; the caller looks for another one.
    return false
  }
}

async function packed(): Promise<string> {
  const place = `${HEAVY}node_modules/.chromium`
  mkdirSync(place, { recursive: true })
  const before = process.env["TMPDIR"]
  // The package unpacks into the folder for temporary files.
  process.env["TMPDIR"] = place
  try {
    const { default: chromium } = await import(
      pathToFileURL(createRequire(`${HEAVY}package.json`).resolve("@sparticuz/chromium")).href
    )
    return await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = before
  }
}

/** Finds a browser that starts and gives its path to the tests as `chromium`. */
export async function setup(project: TestProject): Promise<void> {
  const named = process.env["HOLDFAST_CHROMIUM"]
  const program = named ?? (await packed())
  if (await starts(program)) return project.provide("chromium", program)
  if (named === undefined && existsSync(DEBIAN)) return project.provide("chromium", DEBIAN)
  throw new Error(`${program} does not start here; install the system's chromium, or name one in HOLDFAST_CHROMIUM`)
}
