/**
 * Options of the Claude agent, those of the Claude Agent SDK that are data (row:C1). Checked without loading the SDK.
 *
 * Secrets do not belong here, because options are shown: in `mcpServers` a value may say `${NAME}`, which is read from
 * the environment of the agent's process.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { EXCLUDED } from "./excluded-options.ts"
import {
  anyText,
  type Check,
  directory,
  either,
  fields,
  flag,
  isObject,
  json,
  listOf,
  named,
  oneOf,
  text,
  TEXT_MAX,
  variables,
  whole,
} from "./option-checks.ts"

/** What is wrong with an option; `message` is for a person. */
export interface OptionProblem {
  readonly option: string
  readonly message: string
}

/** An MCP server that Claude starts or calls. */
export type McpServer =
  | {
      readonly type?: "stdio"
      readonly command: string
      readonly args?: ReadonlyArray<string>
      readonly env?: Readonly<Record<string, string>>
    }
  | { readonly type: "sse" | "http"; readonly url: string; readonly headers?: Readonly<Record<string, string>> }

/** A subagent that Claude may call. */
interface Subagent {
  readonly description: string
  readonly prompt: string
  readonly tools?: ReadonlyArray<string>
  readonly disallowedTools?: ReadonlyArray<string>
  readonly model?: string
  readonly maxTurns?: number
}

const PERMISSION_MODES = ["default", "acceptEdits", "plan", "dontAsk", "auto", "bypassPermissions"] as const
const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const
const SETTING_SOURCES = ["user", "project", "local"] as const

/** Options that were checked. */
export interface ClaudeOptions {
  readonly model?: string
  readonly fallbackModel?: string
  readonly permissionMode?: (typeof PERMISSION_MODES)[number]
  readonly maxTurns?: number
  readonly maxBudgetUsd?: number
  /** In place of Claude's own prompt, or with `append` at its end. */
  readonly systemPrompt?: string | { readonly append: string }
  readonly allowedTools?: ReadonlyArray<string>
  readonly disallowedTools?: ReadonlyArray<string>
  /** The built-in tools there are; none with an empty list. */
  readonly tools?: ReadonlyArray<string>
  readonly additionalDirectories?: ReadonlyArray<string>
  readonly mcpServers?: Readonly<Record<string, McpServer>>
  readonly strictMcpConfig?: boolean
  /** Id of a session of Claude Code on this machine to continue from, in the first process; `fork` leaves it as it is. */
  readonly resume?: string
  readonly fork?: boolean
  readonly settingSources?: ReadonlyArray<(typeof SETTING_SOURCES)[number]>
  readonly maxThinkingTokens?: number
  readonly effort?: (typeof EFFORTS)[number]
  readonly betas?: ReadonlyArray<string>
  readonly agents?: Readonly<Record<string, Subagent>>
  /** One of `agents`, or of Claude's own settings, that speaks in place of Claude itself. */
  readonly agent?: string
  readonly toolAliases?: Readonly<Record<string, string>>
  readonly toolConfig?: Readonly<Record<string, unknown>>
  readonly planModeInstructions?: string
  readonly plugins?: ReadonlyArray<{ readonly type: "local"; readonly path: string; readonly skipMcpDiscovery?: boolean }>
  readonly skills?: ReadonlyArray<string> | "all"
  readonly thinking?: Readonly<Record<string, unknown>>
  readonly taskBudget?: { readonly total: number }
  readonly outputFormat?: { readonly type: "json_schema"; readonly schema: Readonly<Record<string, unknown>> }
  /** Settings over those of files, as an object or the path of a file. */
  readonly settings?: string | Readonly<Record<string, unknown>>
  readonly sandbox?: Readonly<Record<string, unknown>>
  readonly agentProgressSummaries?: boolean
  readonly verbatimPrompts?: boolean
  readonly title?: string
  readonly debug?: boolean
  /** None of the user's or the directory's settings, memory files, commands, hooks and MCP servers. */
  readonly bare?: boolean
  /** How often a failed request to the model is repeated; Claude's own default is 10. */
  readonly maxRetries?: number
  /** Says that this machine is a sandbox: Claude takes `bypassPermissions` from root only then. */
  readonly sandboxed?: boolean
}

const STDIO = fields({ type: oneOf(["stdio"]), args: listOf(anyText), env: variables }, { command: text(4096) })
const REMOTE = fields({ headers: named(anyText) }, { type: oneOf(["sse", "http"]), url: text(4096) })

const mcpServer: Check = (value) => (isObject(value) && value["url"] !== undefined ? REMOTE(value) : STDIO(value))

const subagent = fields(
  { tools: listOf(text(200)), disallowedTools: listOf(text(200)), model: text(200), maxTurns: whole(1, 100_000) },
  { description: text(TEXT_MAX), prompt: text(TEXT_MAX) },
)

const systemPrompt: Check = (value) =>
  (typeof value === "string" ? text(TEXT_MAX) : fields({}, { append: text(TEXT_MAX) }))(value)

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What is accepted, with its check. */
export const OPTIONS: Readonly<Record<keyof ClaudeOptions, Check>> = {
  model: text(200),
  fallbackModel: text(200),
  permissionMode: oneOf(PERMISSION_MODES),
  maxTurns: whole(1, 100_000),
  maxBudgetUsd: (value) => (typeof value === "number" && value > 0 && value < 1e9 ? undefined : "use a number above 0"),
  systemPrompt,
  allowedTools: listOf(text(1000)),
  disallowedTools: listOf(text(1000)),
  tools: listOf(text(200)),
  additionalDirectories: listOf(directory),
  mcpServers: named(mcpServer),
  strictMcpConfig: flag,
  resume: (value) => (typeof value === "string" && UUID.test(value) ? undefined : "use the id of a session of Claude Code"),
  fork: flag,
  settingSources: listOf(oneOf(SETTING_SOURCES)),
  maxThinkingTokens: whole(0, 1_000_000),
  effort: oneOf(EFFORTS),
  betas: listOf(text(200)),
  agents: named(subagent),
  agent: text(200),
  toolAliases: named(text(200)),
  toolConfig: json,
  planModeInstructions: text(TEXT_MAX),
  plugins: listOf(fields({ skipMcpDiscovery: flag }, { type: oneOf(["local"]), path: directory })),
  skills: either(oneOf(["all"]), listOf(text(200))),
  thinking: fields(
    { budgetTokens: whole(0, 1_000_000), display: oneOf(["summarized", "omitted"]) },
    { type: oneOf(["adaptive", "enabled", "disabled"]) },
  ),
  taskBudget: fields({}, { total: whole(1, 1_000_000_000) }),
  outputFormat: fields({}, { type: oneOf(["json_schema"]), schema: json }),
  settings: (value) => (typeof value === "string" ? directory : json)(value),
  sandbox: json,
  agentProgressSummaries: flag,
  verbatimPrompts: flag,
  title: text(200),
  debug: flag,
  bare: flag,
  maxRetries: whole(0, 100),
  sandboxed: flag,
}

/** Says why an option of the SDK is not taken, or which ones are. */
const unknown = (option: string): string =>
  Object.hasOwn(EXCLUDED, option)
    ? (EXCLUDED[option] ?? "")
    : `the Claude agent has the options ${Object.keys(OPTIONS).join(", ")}`

/** What is wrong with options, if anything. */
export function validateClaudeOptions(options: Readonly<Record<string, unknown>>): OptionProblem | undefined {
  const known: Readonly<Record<string, Check>> = OPTIONS
  for (const [option, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, option) ? known[option] : undefined
    const wrong = check === undefined ? unknown(option) : check(value)
    if (wrong !== undefined) return { option, message: `option ${headOf(option, 50)}: ${wrong}` }
  }
  if (options["fork"] === true && options["resume"] === undefined) {
    return { option: "fork", message: "option fork: also set resume, to the session to fork" }
  }
  if (options["bare"] === true && options["settingSources"] !== undefined) {
    return { option: "bare", message: "option bare: leave settingSources out; bare means that there are none" }
  }
  return undefined
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readClaudeOptions(options: Readonly<Record<string, unknown>>): ClaudeOptions {
  const problem = validateClaudeOptions(options)
  if (problem !== undefined) throw new AdapterRefused("Unprocessable", problem.message)
  return options as ClaudeOptions
}
