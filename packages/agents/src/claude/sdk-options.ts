/** Options and environment that the SDK starts Claude with. */
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentEnvironment } from "@holdfast/adapter/process/process-group"
import type { ClaudeOptions, McpServer } from "./options.ts"

/** The environment of the process. */
export function claudeEnvironment(environment: AgentEnvironment, { maxRetries, sandboxed }: ClaudeOptions): AgentEnvironment {
  return {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ...environment,
    ...(maxRetries === undefined ? {} : { CLAUDE_CODE_MAX_RETRIES: String(maxRetries) }),
    ...(sandboxed === true ? { IS_SANDBOX: "1" } : {}),
  }
}

/** Refuses what Claude refuses with less clear words. Throws `AdapterRefused`. */
export function checkRoot(options: ClaudeOptions, environment: AgentEnvironment): void {
  if (options.permissionMode !== "bypassPermissions" || process.getuid?.() !== 0 || environment["IS_SANDBOX"] === "1") return
  throw new AdapterRefused(
    "Unprocessable",
    "option permissionMode: Claude takes bypassPermissions from root only in a sandbox; set the option sandboxed if this is one, or start the hub as another user",
  )
}

/** Puts variables in place of `${NAME}`. Throws `AdapterRefused` for one that is not set. */
function expand(text: string, environment: AgentEnvironment): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = environment[name]
    if (value === undefined) {
      throw new AdapterRefused("Unprocessable", `option mcpServers: the variable ${name} is not set for this agent`)
    }
    return value
  })
}

function expandServer(server: McpServer, environment: AgentEnvironment): McpServer {
  const all = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(value, environment)]))
  if ("url" in server) return server.headers === undefined ? server : { ...server, headers: all(server.headers) }
  return server.env === undefined ? server : { ...server, env: all(server.env) }
}

const SOURCES = ["user", "project", "local"] as const

/**
 * Where Claude takes settings, memory files, commands, hooks and MCP servers from: as Claude Code itself, from everywhere,
 * but from the directory only where a person trusts it.
 */
export function settingSourcesOf(
  { bare, settingSources = SOURCES }: ClaudeOptions,
  isTrusted: boolean,
): ReadonlyArray<(typeof SOURCES)[number]> {
  if (bare === true) return []
  return isTrusted ? settingSources : settingSources.filter((source) => source === "user")
}

/** What a start says beyond its options. */
export interface SdkPlace {
  readonly environment: AgentEnvironment
  readonly isTrusted: boolean
  /** Memory files of a directory whose settings are not read. */
  readonly memory: string | undefined
}

/** The SDK's names for checked options, those of `resume.ts` excepted. Throws `AdapterRefused`. */
export function sdkOptions(
  options: ClaudeOptions,
  { environment, isTrusted, memory }: SdkPlace,
): Readonly<Record<string, unknown>> {
  const { resume, fork, bare, maxRetries, sandboxed, systemPrompt, mcpServers, permissionMode, plugins, ...same } = options
  void [resume, fork, bare, maxRetries, sandboxed]
  const prompt = promptOf(systemPrompt, memory)
  const servers = Object.entries(mcpServers ?? {}).map(([name, server]) => [name, expandServer(server, environment)])
  return {
    ...same,
    systemPrompt: prompt,
    settingSources: settingSourcesOf(options, isTrusted),
    permissionMode: permissionMode ?? "default",
    // Over its input: on its command line every user of the machine could read their variables.
    ...(servers.length === 0 ? {} : { mcpServers: Object.fromEntries(servers), mcpServersDelivery: "initialize" }),
    ...(plugins === undefined || plugins.length === 0 ? {} : { plugins, pluginDelivery: "initialize" }),
    ...(permissionMode === "bypassPermissions" ? { allowDangerouslySkipPermissions: true } : {}),
  }
}

/** Claude's own prompt or another one, with what is added at its end. */
function promptOf(given: ClaudeOptions["systemPrompt"], memory: string | undefined): unknown {
  if (typeof given === "string") return memory === undefined ? given : `${given}\n\n${memory}`
  const added = [given?.append, memory].filter((text) => text !== undefined)
  return { type: "preset", preset: "claude_code", ...(added.length === 0 ? {} : { append: added.join("\n\n") }) }
}
