/** Options of the scripted agent. */
import { AdapterRefused } from "@holdfast/adapter/adapter"

/** `pace`: milliseconds per word. */
export interface ScriptedOptions {
  readonly permissions: "ask" | "allow"
  readonly model: string
  readonly pace: number
}

const PACE_MAX = 10_000

function refuse(option: string, wanted: string): never {
  throw new AdapterRefused("Unprocessable", `option ${option}: ${wanted}`)
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readScriptedOptions(options: Readonly<Record<string, unknown>>): ScriptedOptions {
  const unknown = Object.keys(options).find((name) => !["permissions", "model", "pace"].includes(name))
  if (unknown !== undefined) refuse(unknown, "the scripted agent has the options permissions, model and pace")
  const { permissions = "ask", model = "scripted-1", pace = 10 } = options
  if (permissions !== "ask" && permissions !== "allow") refuse("permissions", "use ask or allow")
  if (typeof model !== "string" || model === "" || model.length > 200) refuse("model", "use a name of 1 to 200 characters")
  if (typeof pace !== "number" || !Number.isInteger(pace) || pace < 0 || pace > PACE_MAX) {
    refuse("pace", `use a whole number of milliseconds per word, 0 to ${PACE_MAX}`)
  }
  return { permissions, model, pace }
}
