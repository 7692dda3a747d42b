/** Claude through the Claude Agent SDK (row:C1). The process is ours: in a group of its own, ended with all it started. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { AgentAdapter } from "@holdfast/adapter/agent-adapter"
import { AgentHost } from "../host/AgentHost.ts"
import { RecentIds } from "../host/RecentIds.ts"
import { wellFormed } from "../host/well-formed.ts"
import { checkDirectory } from "@holdfast/adapter/process/command"
import { CallPlaces } from "./CallPlaces.ts"
import { ClaudeDriver } from "./ClaudeDriver.ts"
import { spawnClaude, type SpawnRequest } from "./ClaudePipes.ts"
import { claudeHome } from "./claude-home.ts"
import { directoryRules } from "./directory-rules.ts"
import { hookNames } from "./hook-names.ts"
import { PromptQueue } from "./PromptQueue.ts"
import { LoadedExtensions } from "./LoadedExtensions.ts"
import { memoryFiles, memoryPrompt } from "./memory-files.ts"
import { readClaudeOptions } from "./options.ts"
import { type AskContext, type Permission, Permissions } from "./permissions.ts"
import { beginningOf } from "./resume.ts"
import { checkRoot, claudeEnvironment, sdkOptions, settingSourcesOf } from "./sdk-options.ts"
import { claudeExecutable, loadClaudeSdk } from "./sdk.ts"

const REFUSED_MAX = 1024

async function makeDriver(host: AgentHost): Promise<ClaudeDriver> {
  const { start } = host
  const options = readClaudeOptions(start.options)
  checkDirectory(start.cwd)
  const environment = claudeEnvironment(host.environment, options)
  checkRoot(options, environment)
  const isTrusted = start.trusted === true
  const sources = settingSourcesOf(options, isTrusted)
  const files = options.bare === true ? [] : await memoryFiles(start.cwd, isTrusted)
  const memory = isTrusted ? undefined : memoryPrompt(files)
  const given = sdkOptions(options, { environment, isTrusted, memory })
  const rules = await directoryRules(start.cwd, sources)
  const home = claudeHome(environment)
  const hooks = await hookNames(sources, home, start.cwd)
  const sdk = await loadClaudeSdk(start)
  const beginning = await beginningOf(host, options)
  const inbox = new PromptQueue()
  const permissions = new Permissions(host)
  const places = new CallPlaces()
  const refused = new RecentIds(REFUSED_MAX)
  const executable = claudeExecutable(start)
  const query = sdk.query({
    prompt: inbox,
    options: {
      ...given,
      ...beginning.options,
      ...(rules.length === 0 ? {} : { allowedTools: [...(options.allowedTools ?? []), ...rules] }),
      cwd: start.cwd,
      env: environment,
      includePartialMessages: true,
      // Without it an interrupt of the turn would kill what runs in the background.
      perTaskStopAffordance: true,
      includeHookEvents: true,
      hooks: places.hooks,
      extraArgs: { "replay-user-messages": null },
      ...(executable === undefined ? {} : { pathToClaudeCodeExecutable: executable }),
      spawnClaudeCodeProcess: (request: SpawnRequest) => spawnClaude(host, request),
      canUseTool: async (tool: string, input: unknown, context: AskContext): Promise<Permission> => {
        const call = context.toolUseID === undefined ? undefined : driver.callOf(context.toolUseID)
        const task = driver.taskOf(context.agentID)
        const cwd = places.of(context.toolUseID)
        const asking = {
          ...context,
          ...(cwd === undefined ? {} : { cwd }),
          ...(call === undefined ? {} : { toolUseID: call }),
          ...(task === undefined ? {} : { task }),
        }
        const permission = await permissions.ask(tool, input, asking, driver.plan)
        if (permission.behavior === "deny" && context.toolUseID !== undefined && call !== undefined) {
          // Claude's own news has its id.
          for (const id of [call, context.toolUseID]) refused.add(id)
        }
        return wellFormed(permission) as Permission
      },
    },
  })
  const loaded = new LoadedExtensions({
    sources,
    memory: [
      ...(sources.includes("user") && existsSync(join(home, "CLAUDE.md")) ? [join(home, "CLAUDE.md")] : []),
      ...(memory !== undefined || sources.includes("project") ? files.map(({ path }) => path) : []),
    ],
    hooks,
    info: (info) => host.info(info),
    chunk: (chunk) => driver.hear(chunk),
    servers: () => query.mcpServerStatus(),
    log: (line) => host.log.say(line),
  })
  const driver = new ClaudeDriver(host, inbox, query, permissions, (id) => refused.has(id), loaded)
  void driver.open(beginning, options)
  return driver
}

/** The Claude agent. */
export const claudeAdapter: AgentAdapter = {
  kind: "claude",
  start: (start, environment, sink) => new AgentHost(start, environment, sink, makeDriver),
}
