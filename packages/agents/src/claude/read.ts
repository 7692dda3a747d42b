/** Reading of JSON that another program sent: every access checks, nothing throws. */
import type { Json } from "@holdfast/protocol/agent/chunk"

/** The value at a path of keys; `undefined` where there is none. */
export function at(value: unknown, ...path: ReadonlyArray<string>): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Readonly<Record<string, unknown>>)[key]
  }
  return found
}

/** The text at a path; `undefined` when there is none. */
export function textAt(value: unknown, ...path: ReadonlyArray<string>): string | undefined {
  const found = at(value, ...path)
  return typeof found === "string" ? found : undefined
}

/** The finite number at a path; `undefined` when there is none. */
export function numberAt(value: unknown, ...path: ReadonlyArray<string>): number | undefined {
  const found = at(value, ...path)
  return typeof found === "number" && Number.isFinite(found) ? found : undefined
}

/** The list at a path; empty when there is none. */
export function listAt(value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The texts in the list at a path. */
export function textsAt(value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<string> {
  return listAt(value, ...path).filter((item) => typeof item === "string")
}

/** The keys and values of an object; none for anything else. */
export function entriesOf(value: unknown): ReadonlyArray<readonly [string, unknown]> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

/** A value that came as JSON, as JSON; null for what is none. */
export function asJson(value: unknown): Json {
  return value === undefined ? null : (value as Json)
}

/** A text that says something; undefined for an empty one. */
export function asText(text: string | undefined): string | undefined {
  return text?.trim() ? text : undefined
}
