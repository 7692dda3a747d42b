/** What a call of an operation is over HTTP: its path, and its query or its body. */
import { invalidCall } from "../errors.ts"
import type { HttpCall, Query } from "./request.ts"

/** Method, path and the rest of a call. */
export interface Prepared {
  readonly method: string
  readonly path: string
  readonly call: HttpCall
}

/** Puts an input where its route has it: into the path, and what is left into the query or the body. Throws `InvalidCall`. */
export function prepare(route: string, input: object): Prepared {
  const [method = "", pattern = ""] = route.split(" ")
  const rest: Record<string, unknown> = { ...input }
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name] ?? "")
    delete rest[name]
    // With these it would be the path of another route.
    if (/^\.{0,2}$/.test(value)) throw invalidCall(`${name} is ${JSON.stringify(value)}`)
    return encoded(value)
  })
  const call = method === "GET" || method === "DELETE" || method === "HEAD" ? { query: queryOf(rest) } : { body: rest }
  return { method, path, call }
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value)
  } catch (cause) {
    throw invalidCall(cause)
  }
}

const queryOf = (fields: Readonly<Record<string, unknown>>): Query =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === undefined ? undefined : Array.isArray(value) ? value.map(String) : String(value),
    ]),
  )
