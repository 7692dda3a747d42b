/** What Claude Code reads in a directory: settings, servers, commands and memory. */
import { entryWords, few, keysOf, memory, type Place, runs } from "../host/places.ts"
import { smallJson } from "./small-file.ts"

/** Its places. */
export const CLAUDE_PLACES: ReadonlyArray<Place> = [
  runs(".claude/settings.json", settingsWords),
  runs(".claude/settings.local.json", settingsWords),
  runs(".mcp.json", serverWords),
  ...["commands", "agents", "skills", "workflows", "routines", "plugins", "hooks"].map((name) =>
    runs(`.claude/${name}`, (path) => entryWords(name, path)),
  ),
  ...["CLAUDE.md", "CLAUDE.local.md", ".claude/CLAUDE.md", ".claude/rules"].map(memory),
]

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
