/**
 * The settings in force: configuration file, environment and options, in this order, later ones winning (row:J4).
 */
import { readFileSync } from "node:fs"
import {
  resolveSettings,
  type ResolvedSettings,
  SETTINGS,
  SettingInvalid,
  type SettingName,
  type SettingSource,
} from "@holdfast/protocol/settings"
import { readConfiguredAgents } from "@holdfast/agents/catalog/configuration"
import { configurationFile, type Environment } from "./directories.ts"

/** Gives the settings in force. Throws `SettingInvalid`, which names the setting, its source and what is accepted. */
export function loadSettings(environment: Environment, options: Readonly<Record<string, unknown>>): ResolvedSettings {
  const resolved = resolveSettings(readConfiguration(configurationFile(environment)), environment, options)
  readConfiguredAgents(resolved.agents)
  return resolved
}

/** Gives the object in a configuration file, `{}` when there is none. Throws `SettingInvalid`. */
export function readConfiguration(file: string): Readonly<Record<string, unknown>> {
  const text = readIfThere(file)
  if (text === undefined) return {}
  const value = parse(file, text)
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SettingInvalid("configuration", `${file} must hold a JSON object such as {"port": 4653}`)
  }
  return { ...value }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
    if (code === "ENOENT" || code === "ENOTDIR") return undefined
    throw new SettingInvalid("configuration", `cannot read ${file} (${code}); correct its owner and mode, or set HOLDFAST_CONFIG`)
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SettingInvalid("configuration", `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** One setting as it is shown to people. */
export interface DescribedSetting {
  readonly name: SettingName
  /** The value in force; secrets are masked. */
  readonly value: string | number | boolean
  readonly source: SettingSource
  readonly about: string
}

/** Describes the settings in force, in the order of their definition. */
export function describeSettings({ values, sources }: ResolvedSettings): ReadonlyArray<DescribedSetting> {
  return (Object.keys(SETTINGS) as ReadonlyArray<SettingName>).map((name) => ({
    name,
    value: masked(name, values[name]),
    source: sources[name],
    about: SETTINGS[name].about,
  }))
}

function masked(name: SettingName, value: string | number | boolean): string | number | boolean {
  if (name === "token") return value === "" ? "" : "********"
  // A store's address may hold a password.
  return typeof value === "string" ? value.replace(/^(\w+:\/\/[^/@\s:]*):[^/@\s]*@/, "$1:********@") : value
}
