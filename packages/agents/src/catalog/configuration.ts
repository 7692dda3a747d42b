/**
 * Agents in the configuration file, under `agents`: any program that speaks ACP, or changes to a known agent.
 *
 * `{"agents": {"mine": {"command": "my-agent", "args": ["--acp"], "env": {}, "cwd": "/src", "auth": "key", "options": {}}}}`
 */
import { isAbsolute } from "node:path"
import type * as Schema from "effect/Schema"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { SettingInvalid } from "@holdfast/protocol/settings"
import { isVariable } from "@holdfast/protocol/text"

/** What the configuration says of one agent. */
export interface ConfiguredAgent {
  readonly title?: string
  readonly adapter?: AdapterKind
  readonly command?: string
  readonly args?: ReadonlyArray<string>
  /** Set for its process alone; in no event. */
  readonly env?: Readonly<Record<string, string>>
  /** Where its sessions work when they name no directory. */
  readonly cwd?: string
  /** The id of the way in which it signs in (ACP's `authenticate`). */
  readonly auth?: string
  /** Options of its sessions, unless they give others. */
  readonly options?: Readonly<Record<string, Schema.Json>>
}

const ADAPTERS: ReadonlyArray<AdapterKind> = ["acp", "claude", "scripted"]
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const AGENTS_MAX = 200

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === "string" && value !== "" && !value.includes("\0")
const isWord = (value: unknown): value is string => typeof value === "string" && !value.includes("\0")

/** What each field must be: a check, and the words for it. */
const FIELDS: Readonly<Record<keyof ConfiguredAgent, readonly [check: (value: unknown) => boolean, wanted: string]>> = {
  title: [isText, "a text"],
  adapter: [(value) => ADAPTERS.some((adapter) => adapter === value), `one of ${ADAPTERS.join(", ")}`],
  command: [isText, "the name or the path of a program"],
  args: [(value) => Array.isArray(value) && value.every(isWord), "a list of texts"],
  env: [
    (value) => isObject(value) && Object.entries(value).every(([name, one]) => isWord(one) && isVariable(name, one)),
    'an object of texts such as {"API_KEY": "…"}',
  ],
  cwd: [(value) => isText(value) && isAbsolute(value), "the absolute path of a directory"],
  auth: [isText, "the id of a way to sign in"],
  options: [isObject, "an object"],
}

function agentOf(name: string, value: unknown): ConfiguredAgent {
  const refuse = (path: string, wanted: string): never => {
    throw new SettingInvalid(path, `configuration file: ${path} must be ${wanted}`)
  }
  if (!NAME.test(name)) refuse(`agents.${name}`, "named with 1 to 64 letters, digits, dots, dashes and underscores")
  if (!isObject(value)) return refuse(`agents.${name}`, 'an object such as {"command": "my-agent", "args": ["--acp"]}')
  for (const [field, one] of Object.entries(value)) {
    const path = `agents.${name}.${field}`
    if (!Object.hasOwn(FIELDS, field)) {
      throw new SettingInvalid(path, `configuration file: ${path} is not known; an agent has ${Object.keys(FIELDS).join(", ")}`)
    }
    const [check, wanted] = FIELDS[field as keyof ConfiguredAgent]
    if (!check(one)) refuse(path, wanted)
  }
  // Each field was checked above.
  return value as ConfiguredAgent
}

/** Reads `agents` of a configuration file. Throws `SettingInvalid`, which names the path. */
export function readConfiguredAgents(agents: unknown): ReadonlyMap<string, ConfiguredAgent> {
  if (agents === undefined) return new Map()
  if (!isObject(agents)) throw new SettingInvalid("agents", "configuration file: agents must be an object of agents by name")
  const entries = Object.entries(agents)
  if (entries.length > AGENTS_MAX) throw new SettingInvalid("agents", `configuration file: at most ${AGENTS_MAX} agents`)
  return new Map(entries.map(([name, value]) => [name, agentOf(name, value)]))
}
