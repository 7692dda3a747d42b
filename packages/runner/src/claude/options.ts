/**
 * Options of the Claude agent, those of the Claude Agent SDK that are data (C1). Checked without loading the SDK.
 *
 * Secrets do not belong here, because options are shown: in `mcpServers` a value may say `${NAME}`, which is read from
 * the environment of the agent's process.
 */
import { isAbsolute } from "node:path"
import { AdapterRefused } from "../adapter.ts"

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
  /** Id of a session of Claude Code on this machine to go on from, in the first process; `fork` leaves it as it is. */
  readonly resume?: string
  readonly fork?: boolean
  readonly settingSources?: ReadonlyArray<(typeof SETTING_SOURCES)[number]>
  readonly maxThinkingTokens?: number
  readonly effort?: (typeof EFFORTS)[number]
  readonly betas?: ReadonlyArray<string>
  readonly agents?: Readonly<Record<string, Subagent>>
  /** How often a failed request to the model is repeated; Claude's own default is 10. */
  readonly maxRetries?: number
  /** Says that this machine is a sandbox: Claude takes `bypassPermissions` from root only then. */
  readonly sandboxed?: boolean
}

/** Says what is wanted of a value, if it is not that. */
type Check = (value: unknown) => string | undefined

const LIST_MAX = 1000
const TEXT_MAX = 200_000

const text =
  (max: number): Check =>
  (value) =>
    typeof value === "string" && value !== "" && value.length <= max && !value.includes("\0")
      ? undefined
      : `use a text of 1 to ${max} characters`

const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `use a whole number from ${least} to ${most}`

const flag: Check = (value) => (typeof value === "boolean" ? undefined : "use true or false")

const oneOf =
  (choices: ReadonlyArray<string>): Check =>
  (value) =>
    typeof value === "string" && choices.includes(value) ? undefined : `use one of ${choices.join(", ")}`

const listOf =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length > LIST_MAX) return `use a list of at most ${LIST_MAX}`
    const wrong = value.map(item).find((problem) => problem !== undefined)
    return wrong === undefined ? undefined : `each of the list: ${wrong}`
  }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An object with these fields and no other. */
const fields =
  (optional: Readonly<Record<string, Check>>, required: Readonly<Record<string, Check>> = {}): Check =>
  (value) => {
    if (!isObject(value)) return "use an object"
    const known: Readonly<Record<string, Check>> = { ...optional, ...required }
    for (const name of Object.keys(required)) if (value[name] === undefined) return `${name} is missing`
    for (const [name, given] of Object.entries(value)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined
      if (check === undefined) return `there is no ${name.slice(0, 50)}; use ${Object.keys(known).join(", ")}`
      const wrong = check(given)
      if (wrong !== undefined) return `${name}: ${wrong}`
    }
    return undefined
  }

/** An object whose names are free. */
const named =
  (item: Check): Check =>
  (value) => {
    if (!isObject(value) || Object.keys(value).length > LIST_MAX) return `use an object of at most ${LIST_MAX} names`
    for (const [name, given] of Object.entries(value)) {
      const wrong = item(given)
      if (wrong !== undefined) return `${name.slice(0, 50)}: ${wrong}`
    }
    return undefined
  }

const anyText: Check = (value) => (typeof value === "string" ? undefined : "use a text")

const directory: Check = (value) =>
  typeof value === "string" && isAbsolute(value) && !value.includes("\0") ? undefined : "use an absolute path"

const STDIO = fields({ type: oneOf(["stdio"]), args: listOf(anyText), env: named(anyText) }, { command: text(4096) })
const REMOTE = fields({ headers: named(anyText) }, { type: oneOf(["sse", "http"]), url: text(4096) })

const mcpServer: Check = (value) => (isObject(value) && value["url"] !== undefined ? REMOTE(value) : STDIO(value))

const subagent = fields(
  { tools: listOf(text(200)), disallowedTools: listOf(text(200)), model: text(200), maxTurns: whole(1, 100_000) },
  { description: text(TEXT_MAX), prompt: text(TEXT_MAX) },
)

const systemPrompt: Check = (value) =>
  (typeof value === "string" ? text(TEXT_MAX) : fields({}, { append: text(TEXT_MAX) }))(value)

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const OPTIONS: Readonly<Record<keyof ClaudeOptions, Check>> = {
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
  maxRetries: whole(0, 100),
  sandboxed: flag,
}

/** What is wrong with options, if anything. */
export function validateClaudeOptions(options: Readonly<Record<string, unknown>>): OptionProblem | undefined {
  const known: Readonly<Record<string, Check>> = OPTIONS
  for (const [option, value] of Object.entries(options)) {
    const check = Object.hasOwn(known, option) ? known[option] : undefined
    const wrong = check === undefined ? `the Claude agent has the options ${Object.keys(OPTIONS).join(", ")}` : check(value)
    if (wrong !== undefined) return { option, message: `option ${option.slice(0, 50)}: ${wrong}` }
  }
  if (options["fork"] === true && options["resume"] === undefined) {
    return { option: "fork", message: "option fork: give resume too, the session that is forked" }
  }
  return undefined
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readClaudeOptions(options: Readonly<Record<string, unknown>>): ClaudeOptions {
  const problem = validateClaudeOptions(options)
  if (problem !== undefined) throw new AdapterRefused("Unprocessable", problem.message)
  return options as ClaudeOptions
}
