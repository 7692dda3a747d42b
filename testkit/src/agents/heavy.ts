/** Real agents that tests start, from tests/heavy. */
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const HEAVY = fileURLToPath(new URL("../../../tests/heavy/", import.meta.url))
const resolver = createRequire(join(HEAVY, "package.json"))

const x64OrArm = process.arch === "arm64" ? "arm64" : "x64"

/** Files of the programs in node_modules of tests/heavy; all run without an install script. */
const PROGRAMS = {
  claude: `@anthropic-ai/claude-agent-sdk-linux-${x64OrArm}/claude`,
  "codex-acp": `@zed-industries/codex-acp-linux-${x64OrArm}/bin/codex-acp`,
  opencode: `opencode-linux-${x64OrArm}-baseline/bin/opencode`,
} as const

/** A real agent's program. */
export type HeavyProgram = keyof typeof PROGRAMS

/** Where a program is, or why it is not there. */
export type Found = { readonly path: string } | { readonly missing: string }

/** Finds the program of a real agent; `missing` is for a person. */
export function heavyProgram(name: HeavyProgram): Found {
  if (process.platform !== "linux") return { missing: `${name}: the tests have it for Linux only` }
  const path = join(HEAVY, "node_modules", PROGRAMS[name])
  if (existsSync(path)) return { path }
  return { missing: `${name}: ${PROGRAMS[name]} is not installed; \`npm ci --prefix tests/heavy\` installs it` }
}

/** Address of the entry of Claude's SDK for `import()`, or why it is not there. */
export function claudeSdk(): Found {
  try {
    return { path: resolver.resolve("@anthropic-ai/claude-agent-sdk") }
  } catch (error) {
    return { missing: `Claude's SDK is not installed in tests/heavy: ${String(error)}` }
  }
}

/** The path, or an error that says why there is none; for tests that must not be skipped. */
export function pathOf(found: Found): string {
  if ("path" in found) return found.path
  throw new Error(found.missing)
}
