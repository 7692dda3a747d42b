/** Options of the scripted agent. */
import { AdapterRefused } from "@holdfast/adapter/adapter"

/** The model that is named where none was chosen: there is none. */
export const NO_MODEL = "scripted-1"

/** `pace`: milliseconds per word. `script`: what is done for messages without a directive, one each, as directives. */
export interface ScriptedOptions {
  readonly permissions: "ask" | "allow"
  readonly model: string
  readonly pace: number
  readonly script: ReadonlyArray<string>
}

const PACE_MAX = 10_000
const SCRIPT_MAX = 100

function refuse(option: string, wanted: string): never {
  throw new AdapterRefused("Unprocessable", `option ${option}: ${wanted}`)
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readScriptedOptions(options: Readonly<Record<string, unknown>>): ScriptedOptions {
  const unknown = Object.keys(options).find((name) => !["permissions", "model", "pace", "script"].includes(name))
  if (unknown !== undefined) refuse(unknown, "the scripted agent has the options permissions, model, pace and script")
  const { permissions = "ask", model = NO_MODEL, pace = 10, script = [] } = options
  if (permissions !== "ask" && permissions !== "allow") refuse("permissions", "use ask or allow")
  if (typeof model !== "string" || model === "" || model.length > 200) refuse("model", "use a name of 1 to 200 characters")
  if (typeof pace !== "number" || !Number.isInteger(pace) || pace < 0 || pace > PACE_MAX) {
    refuse("pace", `use a whole number of milliseconds per word, 0 to ${PACE_MAX}`)
  }
  if (!Array.isArray(script) || script.length > SCRIPT_MAX || !script.every((text): text is string => typeof text === "string"))
    refuse("script", `use a list of up to ${SCRIPT_MAX} texts with directives`)
  return { permissions, model, pace, script }
}
