/** Checks of options: each says what is wanted of a value, if it is not that. */
import { isAbsolute } from "node:path"
import { isVariable } from "@holdfast/protocol/text"
import { headOf } from "@holdfast/protocol/text-cut"

/** Says what is wanted of a value, if it is not that. */
export type Check = (value: unknown) => string | undefined

const LIST_MAX = 1000
/** Longest text or JSON of an option, in characters. */
export const TEXT_MAX = 200_000

/** A text of 1 to `max` characters. */
export const text =
  (max: number): Check =>
  (value) =>
    typeof value === "string" && value !== "" && value.length <= max && !value.includes("\0")
      ? undefined
      : `use a text of 1 to ${max} characters`

/** A whole number between two, both included. */
export const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `use a whole number from ${least} to ${most}`

/** True or false. */
export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "use true or false")

/** One of a few words. */
export const oneOf =
  (choices: ReadonlyArray<string>): Check =>
  (value) =>
    typeof value === "string" && choices.includes(value) ? undefined : `use one of ${choices.join(", ")}`

/** A list of what a check takes. */
export const listOf =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length > LIST_MAX) return `use a list of at most ${LIST_MAX}`
    const wrong = value.map(item).find((problem) => problem !== undefined)
    return wrong === undefined ? undefined : `each of the list: ${wrong}`
  }

/** Whether a value is an object with names. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** An object with these fields and no other. */
export const fields =
  (optional: Readonly<Record<string, Check>>, required: Readonly<Record<string, Check>> = {}): Check =>
  (value) => {
    if (!isObject(value)) return "use an object"
    const known: Readonly<Record<string, Check>> = { ...optional, ...required }
    for (const name of Object.keys(required)) if (value[name] === undefined) return `${name} is missing`
    for (const [name, given] of Object.entries(value)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined
      if (check === undefined) return `there is no ${headOf(name, 50)}; use ${Object.keys(known).join(", ")}`
      const wrong = check(given)
      if (wrong !== undefined) return `${name}: ${wrong}`
    }
    return undefined
  }

/** An object whose names are free. */
export const named =
  (item: Check): Check =>
  (value) => {
    if (!isObject(value) || Object.keys(value).length > LIST_MAX) return `use an object of at most ${LIST_MAX} names`
    for (const [name, given] of Object.entries(value)) {
      const wrong = item(given)
      if (wrong !== undefined) return `${headOf(name, 50)}: ${wrong}`
    }
    return undefined
  }

/** Any text. */
export const anyText: Check = (value) => (typeof value === "string" ? undefined : "use a text")

/** An absolute path. */
export const directory: Check = (value) =>
  typeof value === "string" && isAbsolute(value) && !value.includes("\0") ? undefined : "use an absolute path"

/** Any object of JSON, of a bounded length; the agent itself judges what is in it. */
export const json: Check = (value) => {
  if (!isObject(value)) return "use an object"
  return JSON.stringify(value).length <= TEXT_MAX ? undefined : `use at most ${TEXT_MAX} characters of JSON`
}

/** What one of the checks takes; otherwise the problem of the last. */
export const either =
  (...checks: ReadonlyArray<Check>): Check =>
  (value) => {
    const problems = checks.map((check) => check(value))
    return problems.includes(undefined) ? undefined : problems.at(-1)
  }

/** Environment variables for a program. */
export const variables: Check = (value) => {
  const wrong = named(anyText)(value)
  if (wrong !== undefined || !isObject(value)) return wrong
  const unusable = Object.entries(value).find(([name, given]) => !isVariable(name, String(given)))
  return unusable === undefined ? undefined : `${headOf(unusable[0], 50)}: this name or value cannot be passed to a program`
}
