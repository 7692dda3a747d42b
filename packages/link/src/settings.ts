/** The settings that a runner uses, as they are handed to its process. */
import type { Settings } from "@holdfast/protocol/settings"
import { type Codec, fields, type TypeOf, whole } from "@holdfast/protocol/codec"
import { readJson } from "./control.ts"

/** Settings a runner uses; sizes are bytes, times milliseconds. */
const RunnerSettings = fields({
  journalMemory: whole,
  journalDisk: whole,
  runnerIdle: whole,
  killGrace: whole,
  childrenMax: whole,
  inputQueueMax: whole,
} satisfies { readonly [K in keyof Settings]?: Codec<Settings[K]> })
export type RunnerSettings = TypeOf<typeof RunnerSettings>

/** Reads settings from JSON text; throws `WireMalformed`. */
export function readRunnerSettings(text: string): RunnerSettings {
  return readJson(RunnerSettings, text, "settings")
}

/** The part of the settings that a runner uses. */
export function runnerSettings(settings: RunnerSettings): RunnerSettings {
  return RunnerSettings.read(settings, "settings")
}
