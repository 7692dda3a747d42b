/**
 * The settings a command goes by: configuration file, environment, options.
 */
import { loadSettings } from "@holdfast/server/config/configuration"
import { configurationFile, dataDirectory } from "@holdfast/server/config/directories"
import { SettingInvalid } from "@holdfast/protocol/settings"
import type { ResolvedSettings } from "@holdfast/protocol/settings"
import { usage } from "../failure.ts"

/** Settings with the data directory they lead to and the configuration file that was looked for. */
export interface LoadedSettings {
  readonly settings: ResolvedSettings
  readonly data: string
  readonly file: string
}

/** Loads the settings; `options` win. Throws a `CliFailure` with exit code 2 that names what is wrong and where. */
export function loadedSettings(options: Readonly<Record<string, unknown>> = {}): LoadedSettings {
  try {
    const settings = loadSettings(process.env, options)
    return { settings, data: dataDirectory(settings.values, process.env), file: configurationFile(process.env) }
  } catch (error) {
    throw error instanceof SettingInvalid ? usage(error.message) : error
  }
}
