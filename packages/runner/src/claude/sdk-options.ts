/** Options and environment that the SDK starts Claude with. */
import { AdapterRefused } from "../adapter.ts"
import type { AgentEnvironment } from "../agent/process-group.ts"
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

/** The SDK's names for checked options, those of `resume.ts` excepted. Throws `AdapterRefused`. */
export function sdkOptions(options: ClaudeOptions, environment: AgentEnvironment): Readonly<Record<string, unknown>> {
  const { resume, fork, maxRetries, sandboxed, systemPrompt, mcpServers, settingSources, permissionMode, ...same } = options
  void [resume, fork, maxRetries, sandboxed]
  const prompt =
    typeof systemPrompt === "object"
      ? { type: "preset", preset: "claude_code", append: systemPrompt.append }
      : (systemPrompt ?? { type: "preset", preset: "claude_code" })
  const servers = Object.entries(mcpServers ?? {}).map(([name, server]) => [name, expandServer(server, environment)])
  return {
    ...same,
    systemPrompt: prompt,
    settingSources: settingSources ?? [],
    permissionMode: permissionMode ?? "default",
    // Over its input: on its command line every user of the machine could read their variables.
    ...(servers.length === 0 ? {} : { mcpServers: Object.fromEntries(servers), mcpServersDelivery: "initialize" }),
    ...(permissionMode === "bypassPermissions" ? { allowDangerouslySkipPermissions: true } : {}),
  }
}
