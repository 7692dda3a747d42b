/**
 * Where configuration and data live on each platform.
 */
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import type { Settings } from "@holdfast/protocol/settings"

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Path of the configuration file: `HOLDFAST_CONFIG`, or `holdfast/config.json` where the user keeps configuration. */
export function configurationFile(environment: Environment): string {
  return (
    environment["HOLDFAST_CONFIG"] ||
    join(environment["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "holdfast", "config.json")
  )
}

/** The platform's data directory: XDG on Linux, Application Support on macOS, LOCALAPPDATA on Windows. */
export function defaultDataDirectory(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "holdfast")
  if (platform === "win32") return join(environment["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), "holdfast")
  return join(environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "holdfast")
}

/** The data directory in force, absolute. */
export function dataDirectory(settings: Pick<Settings, "data">, environment: Environment): string {
  return settings.data === "" ? defaultDataDirectory(environment) : resolve(settings.data)
}
