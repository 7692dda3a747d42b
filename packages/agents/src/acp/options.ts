/**
 * Options of ACP agents: what a session can ask of any of them.
 *
 * Secrets do not belong here, because options are shown: in `mcpServers` a value of `env` or `headers` may say `${NAME}`, which is
 * read from the environment of the agent's process.
 */
import type { McpServer } from "@agentclientprotocol/sdk"
import { isVariable } from "@holdfast/protocol/text"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { isObject, type JsonObject } from "./read-json.ts"

/** What an agent may have done for it instead of doing it itself: reading and writing text files. */
type FilesFor = (typeof FILES)[number]

const FILES = ["read-write", "write", "none"] as const

/** `permissions`: whether people are asked, or the person who made the session allows everything once each time. */
export interface AcpOptions {
  readonly model?: string
  readonly mode?: string
  readonly permissions: "ask" | "allow"
  readonly files: FilesFor
  readonly mcpServers: ReadonlyArray<McpServer>
}

const NAMES = ["model", "mode", "permissions", "files", "mcpServers"]
const SERVERS_MAX = 64

function refuse(option: string, wanted: string): never {
  throw new AdapterRefused("Unprocessable", `option ${option}: ${wanted}`)
}

function nameOf(options: JsonObject, option: "model" | "mode"): { readonly [name: string]: string } {
  const value = options[option]
  if (value === undefined) return {}
  if (typeof value !== "string" || value === "" || value.length > 200) refuse(option, "use a name of 1 to 200 characters")
  return { [option]: value }
}

const isText = (value: unknown): value is string => typeof value === "string"
const isTexts = (value: unknown): value is ReadonlyArray<string> => Array.isArray(value) && value.every(isText)
const isTextRecord = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every(isText)

const pairs = (record: Readonly<Record<string, string>>): Array<{ name: string; value: string }> =>
  Object.entries(record).map(([name, value]) => ({ name, value }))

function serverOf(name: string, server: unknown): McpServer {
  const wrong = (wanted: string): never => refuse("mcpServers", `${JSON.stringify(headOf(name, 64))} ${wanted}`)
  if (!isObject(server)) return wrong("is not an object")
  const { type = "stdio", command, args = [], env = {}, url, headers = {} } = server
  if (type === "stdio") {
    if (!isText(command) || command === "") return wrong("needs a command")
    if (!isTexts(args)) return wrong("has args that are not a list of texts")
    if (!isTextRecord(env)) return wrong("has an env that is not an object of texts")
    const unusable = Object.entries(env).find(([variable, value]) => !isVariable(variable, value))
    if (unusable !== undefined)
      return wrong(`has an env with a name or value that cannot be passed to a program: ${headOf(unusable[0], 50)}`)
    return { name, command, args: [...args], env: pairs(env) }
  }
  if (type !== "http" && type !== "sse") return wrong("has a type other than stdio, http and sse")
  if (!isText(url) || !URL.canParse(url)) return wrong("needs a url")
  if (!isTextRecord(headers)) return wrong("has headers that are not an object of texts")
  return { type, name, url, headers: pairs(headers) }
}

function serversOf(value: unknown): ReadonlyArray<McpServer> {
  if (value === undefined) return []
  if (!isObject(value)) refuse("mcpServers", 'use an object such as {"files": {"command": "mcp-files", "args": []}}')
  const entries = Object.entries(value)
  if (entries.length > SERVERS_MAX) refuse("mcpServers", `at most ${SERVERS_MAX} servers`)
  return entries.map(([name, server]) => serverOf(name, server))
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readAcpOptions(options: JsonObject): AcpOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) refuse(unknown, `an ACP agent has the options ${NAMES.join(", ")}`)
  const { permissions = "ask" } = options
  if (permissions !== "ask" && permissions !== "allow") refuse("permissions", "use ask or allow")
  const files = FILES.find((one) => one === (options["files"] ?? "read-write"))
  if (files === undefined) refuse("files", `use one of ${FILES.join(", ")}`)
  return {
    ...nameOf(options, "model"),
    ...nameOf(options, "mode"),
    permissions,
    files,
    mcpServers: serversOf(options["mcpServers"]),
  }
}

/** Servers with the variables that they name. Throws `AdapterRefused` for one that is not set. */
export function withVariables(
  servers: ReadonlyArray<McpServer>,
  environment: Readonly<Record<string, string>>,
): ReadonlyArray<McpServer> {
  const filled = (list: ReadonlyArray<{ name: string; value: string }>): Array<{ name: string; value: string }> =>
    list.map(({ name, value }) => ({
      name,
      value: value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
        const found = environment[variable]
        return found ?? refuse("mcpServers", `the variable ${variable} is not set for this agent`)
      }),
    }))
  return servers.map((server) =>
    "headers" in server ? { ...server, headers: filled(server.headers) } : { ...server, env: filled(server.env) },
  )
}
