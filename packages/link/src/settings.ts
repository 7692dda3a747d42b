/** The settings that a runner uses, as they are handed to its process. */
import type { Settings } from "@holdfast/protocol/settings"
import { object } from "./fields.ts"

/** Settings a runner uses; sizes are bytes, times milliseconds. */
export type RunnerSettings = Pick<
  Settings,
  "journalMemory" | "journalDisk" | "runnerIdle" | "killGrace" | "childrenMax" | "inputQueueMax"
>

/** Reads settings from JSON text; throws `WireMalformed` or a `SyntaxError`. */
export function readRunnerSettings(text: string): RunnerSettings {
  const fields = object(JSON.parse(text), "settings")
  return {
    journalMemory: fields.whole("journalMemory"),
    journalDisk: fields.whole("journalDisk"),
    runnerIdle: fields.whole("runnerIdle"),
    killGrace: fields.whole("killGrace"),
    childrenMax: fields.whole("childrenMax"),
    inputQueueMax: fields.whole("inputQueueMax"),
  }
}

/** The part of the settings that a runner uses. */
export const runnerSettings = (settings: RunnerSettings): RunnerSettings => ({
  journalMemory: settings.journalMemory,
  journalDisk: settings.journalDisk,
  runnerIdle: settings.runnerIdle,
  killGrace: settings.killGrace,
  childrenMax: settings.childrenMax,
  inputQueueMax: settings.inputQueueMax,
})
