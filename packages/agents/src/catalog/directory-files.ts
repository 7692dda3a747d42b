/**
 * What a directory brings that agents read: their settings, hooks, MCP servers, rules and commands, by file.
 *
 * Names alone are shown, of bounded length; nothing is run, and no link is followed out of a look that fails.
 */
import { readdir, realpath, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { DirectoryLook } from "@holdfast/adapter/AgentCatalog"
import type { BroughtFile } from "@holdfast/protocol/agent/trust"
import { smallJson } from "../claude/small-file.ts"
import { headOf } from "@holdfast/protocol/text-cut"

const FINDS_MAX = 24
const WHAT_MAX = 500
const NAMES_MAX = 8
const NAME_MAX = 60
const DEPTH_MAX = 40

/** How a file or directory is described; undefined when there is nothing in it. */
type Describe = (path: string) => Promise<string | undefined>

/** A place that agents look at. */
interface Place {
  readonly path: string
  readonly runs: boolean
  readonly describe: Describe
}

const runs = (path: string, describe: Describe): Place => ({ path, runs: true, describe })
const memory = (path: string): Place => ({ path, runs: false, describe: () => Promise.resolve("memory") })

const CLAUDE: ReadonlyArray<Place> = [
  runs(".claude/settings.json", settingsWords),
  runs(".claude/settings.local.json", settingsWords),
  runs(".mcp.json", serverWords),
  ...["commands", "agents", "skills", "workflows", "routines", "plugins", "hooks"].map((name) =>
    runs(`.claude/${name}`, (path) => entryWords(name, path)),
  ),
  ...["CLAUDE.md", "CLAUDE.local.md", ".claude/CLAUDE.md", ".claude/rules"].map(memory),
]
const CODEX: ReadonlyArray<Place> = [runs(".codex", (path) => entryWords("settings", path)), memory("AGENTS.md")]
const OPENCODE: ReadonlyArray<Place> = [
  ...["opencode.json", "opencode.jsonc"].map((name) => runs(name, () => Promise.resolve("settings"))),
  runs(".opencode", (path) => entryWords("settings", path)),
]
const GEMINI: ReadonlyArray<Place> = [runs(".gemini", (path) => entryWords("settings", path)), memory("GEMINI.md")]
const OTHERS: ReadonlyArray<Place> = [".cursor", ".goose", ".qwen", ".kimi", ".factory", ".augment", ".vscode/mcp.json"].map(
  (path) => runs(path, () => Promise.resolve("settings")),
)

/** Places by an agent's name; one that is not known may read any of them. */
const BY_AGENT: Readonly<Record<string, ReadonlyArray<Place>>> = { codex: CODEX, opencode: OPENCODE, gemini: GEMINI }
const placesOf = (agent: { readonly name: string; readonly adapter: string }): ReadonlyArray<Place> =>
  agent.adapter === "claude"
    ? CLAUDE
    : agent.adapter === "acp"
      ? (BY_AGENT[agent.name] ?? [...CLAUDE, ...CODEX, ...OPENCODE, ...GEMINI, ...OTHERS])
      : []

/** The directory without links, and what is in it and above it; what is the user's own at home does not count. */
export async function lookAtDirectory(
  cwd: string,
  agent: { readonly name: string; readonly adapter: string },
  home: string,
): Promise<DirectoryLook> {
  const places = placesOf(agent)
  if (places.length === 0) return { directory: cwd, brings: [] }
  const directory = await realpath(cwd)
  const found: Array<BroughtFile> = []
  const own = await realpath(home).catch(() => home)
  for (const at of upwards(directory)) {
    if (at === own) break
    for (const { path, runs: canRun, describe } of places) {
      const file = join(at, path)
      const what = (await isThere(file)) ? await describe(file) : undefined
      if (what !== undefined) found.push({ path: file, what: cut(what, WHAT_MAX), runs: canRun })
    }
  }
  // What runs comes first, so that it is there also where there is much.
  return { directory, brings: found.sort((a, b) => Number(b.runs) - Number(a.runs)).slice(0, FINDS_MAX) }
}

function upwards(directory: string): ReadonlyArray<string> {
  const passed = [directory]
  for (let at = directory; dirname(at) !== at && passed.length < DEPTH_MAX; at = dirname(at)) passed.push(dirname(at))
  return passed
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const cut = (text: string, most: number): string => (text.length > most ? `${headOf(text, most - 1)}…` : text).toWellFormed()

const few = (names: ReadonlyArray<string>): string =>
  names
    .slice(0, NAMES_MAX)
    .map((name) => cut(name, NAME_MAX))
    .join(", ") + (names.length > NAMES_MAX ? `, … ${names.length - NAMES_MAX} more` : "")

async function entryWords(what: string, path: string): Promise<string | undefined> {
  const names = await readdir(path).catch(() => ["?"])
  return names.length === 0 ? undefined : `${what}: ${few(names.sort())}`
}

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : []

async function settingsWords(path: string): Promise<string> {
  const settings = (await smallJson(path)) as Readonly<Record<string, unknown>> | undefined
  const keys = keysOf(settings)
  const part = (key: string, title: string): ReadonlyArray<string> => {
    const names = keysOf(settings?.[key])
    return names.length === 0 ? [] : [`${title}: ${few(names)}`]
  }
  const { allow } = (settings?.["permissions"] ?? {}) as { readonly allow?: unknown }
  const rules = Array.isArray(allow) && allow.length > 0 ? [`allow rules: ${few(allow.map(String))}`] : []
  const rest = keys.filter((key) => !["hooks", "permissions", "env", "mcpServers", "$schema"].includes(key))
  const parts = [
    ...part("hooks", "hooks"),
    ...rules,
    ...part("env", "variables"),
    ...part("mcpServers", "MCP servers"),
    ...(rest.length === 0 ? [] : [`settings: ${few(rest)}`]),
  ]
  return parts.length === 0 ? "settings" : parts.join("; ")
}

async function serverWords(path: string): Promise<string> {
  const servers = (await smallJson(path)) as { readonly mcpServers?: unknown } | undefined
  const names = keysOf(servers?.mcpServers)
  return names.length === 0 ? "MCP servers" : `MCP servers: ${few(names)}`
}
