/**
 * The browser of tests and measurements: unpacked once into tests/heavy/node_modules, where later runs find it.
 *
 * `HOLDFAST_CHROMIUM` names another browser's program; a Debian `/usr/bin/chromium` is taken when the packed one lacks
 * libraries here.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"

const HEAVY = fileURLToPath(new URL("../../tests/heavy/", import.meta.url))
const DEBIAN = "/usr/bin/chromium"

/** What a browser is started with, besides what playwright adds. */
export const CHROMIUM_FLAGS: ReadonlyArray<string> = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
]

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

/** The path of a browser that starts here. Throws when there is none. */
export async function chromiumProgram(): Promise<string> {
  const named = process.env["HOLDFAST_CHROMIUM"]
  const program = named ?? (await packed())
  if (await starts(program)) return program
  if (named === undefined && existsSync(DEBIAN)) return DEBIAN
  throw new Error(`${program} does not start here; install the system's chromium, or name one in HOLDFAST_CHROMIUM`)
}

/** playwright-core of tests/heavy; the caller says which part of it is used. */
export function playwright<A>(): A {
  return createRequire(`${HEAVY}package.json`)("playwright-core") as A
}
