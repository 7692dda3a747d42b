/** Real agents that tests start, from tests/heavy. */
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const HEAVY = fileURLToPath(new URL("../../../tests/heavy/", import.meta.url))
const resolver = createRequire(join(HEAVY, "package.json"))

/** Files of the programs in node_modules of tests/heavy, by processor, on Linux; all run without an install script. */
const PROGRAMS: Readonly<Record<HeavyProgram, Readonly<Record<string, string>>>> = {
  claude: {
    x64: "@anthropic-ai/claude-agent-sdk-linux-x64/claude",
    arm64: "@anthropic-ai/claude-agent-sdk-linux-arm64/claude",
  },
  "codex-acp": {
    x64: "@zed-industries/codex-acp-linux-x64/bin/codex-acp",
    arm64: "@zed-industries/codex-acp-linux-arm64/bin/codex-acp",
  },
  opencode: { x64: "opencode-linux-x64-baseline/bin/opencode" },
  gemini: { x64: "@google/gemini-cli/bundle/gemini.js", arm64: "@google/gemini-cli/bundle/gemini.js" },
}

/** A real agent's program. */
export type HeavyProgram = "claude" | "codex-acp" | "opencode" | "gemini"

/** Where a program is, or why it is not there, for a person; `elsewhere` when there is none for this kind of machine. */
export type Found = { readonly path: string } | { readonly missing: string; readonly elsewhere: boolean }

/** Finds the program of a real agent. */
export function heavyProgram(name: HeavyProgram): Found {
  const file = process.platform === "linux" ? PROGRAMS[name][process.arch] : undefined
  if (file === undefined)
    return { missing: `${name}: the tests have none for ${process.platform} on ${process.arch}`, elsewhere: true }
  const path = join(HEAVY, "node_modules", file)
  if (existsSync(path)) return { path }
  return { missing: `${name}: ${file} is not installed; \`npm ci --prefix tests/heavy\` installs it`, elsewhere: false }
}

/** Whether tests cannot have this program on this machine; says so once. */
export function isElsewhere(name: HeavyProgram): boolean {
  const found = heavyProgram(name)
  const elsewhere = "missing" in found && found.elsewhere
  if (elsewhere) console.warn(found.missing)
  return elsewhere
}

/** Address of the entry of Claude's SDK for `import()`, or why it is not there. */
export function claudeSdk(): Found {
  try {
    return { path: resolver.resolve("@anthropic-ai/claude-agent-sdk") }
  } catch (error) {
    return { missing: `Claude's SDK is not installed in tests/heavy: ${String(error)}`, elsewhere: false }
  }
}

/** Where a file of a package of tests/heavy is. Throws when it is not installed. */
export function heavyFile(path: string): string {
  const file = join(HEAVY, "node_modules", path)
  if (!existsSync(file)) throw new Error(`${path} is not installed; \`npm ci --prefix tests/heavy\` installs it`)
  return file
}

/** The path, or an error that says why there is none; for tests that must not be skipped. */
export function pathOf(found: Found): string {
  if ("path" in found) return found.path
  throw new Error(found.missing)
}
