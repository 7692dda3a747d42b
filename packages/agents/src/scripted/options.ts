/** Options of the scripted agent. */
import { AdapterRefused } from "@holdfast/adapter/adapter"

/** The model that is named where none was chosen: there is none. */
export const NO_MODEL = "scripted-1"

/**
 * `pace`: milliseconds per word. `script`: what is done for messages without a directive, one each, as directives. `models`: names to
 * choose from beside `model`. `modes`: whether a person can choose between asking and allowing. `commands`: what `/NAME` does, by its
 * name, as directives.
 */
export interface ScriptedOptions {
  readonly permissions: "ask" | "allow"
  readonly model: string
  readonly models: ReadonlyArray<string>
  readonly modes: boolean
  readonly commands: Readonly<Record<string, string>>
  readonly pace: number
  readonly script: ReadonlyArray<string>
}

const PACE_MAX = 10_000
const SCRIPT_MAX = 100
const NAMES = ["permissions", "model", "models", "modes", "commands", "pace", "script"]

const isTextList = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.length <= SCRIPT_MAX && value.every((item) => typeof item === "string")

const isModel = (value: unknown): value is string => typeof value === "string" && value !== "" && value.length <= 200

const isCommands = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).every((name) => /^[\w-]{1,64}$/.test(name)) &&
  isTextList(Object.values(value))

function refuse(option: string, wanted: string): never {
  throw new AdapterRefused("Unprocessable", `option ${option}: ${wanted}`)
}

/** Checks options; throws `AdapterRefused` with the tag `Unprocessable` and the option's name. */
export function readScriptedOptions(options: Readonly<Record<string, unknown>>): ScriptedOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) refuse(unknown, `the scripted agent has the options ${NAMES.join(", ")}`)
  const { permissions = "ask", model = NO_MODEL, models = [], modes = false, commands = {}, pace = 10, script = [] } = options
  if (permissions !== "ask" && permissions !== "allow") refuse("permissions", "use ask or allow")
  if (!isModel(model)) refuse("model", "use a name of 1 to 200 characters")
  if (!isTextList(models) || !models.every(isModel))
    refuse("models", `use a list of up to ${SCRIPT_MAX} names of 1 to 200 characters`)
  if (typeof modes !== "boolean") refuse("modes", "use true or false")
  if (!isCommands(commands))
    refuse("commands", `use up to ${SCRIPT_MAX} texts with directives, by names of letters, digits, _ and -`)
  if (typeof pace !== "number" || !Number.isInteger(pace) || pace < 0 || pace > PACE_MAX) {
    refuse("pace", `use a whole number of milliseconds per word, 0 to ${PACE_MAX}`)
  }
  if (!isTextList(script)) refuse("script", `use a list of up to ${SCRIPT_MAX} texts with directives`)
  return { permissions, model, models, modes, commands, pace, script }
}
