/**
 * Calls of operations over HTTP: the route of each is written where it is called, and is checked by its type against the
 * table of operations, which is not loaded.
 */
import type { OperationInput, OperationName, OperationOutput, OperationRoute, StreamName } from "@holdfast/protocol/operations"
import type { CallOptions } from "../signals.ts"
import { follow } from "./follow.ts"
import { json, open } from "./request.ts"
import type { Answer, HttpCall, HttpOptions, Query } from "./request.ts"
import type { SseEvent } from "./sse.ts"

/** Method, path and the rest of a call. */
export interface Prepared {
  readonly method: string
  readonly path: string
  readonly call: HttpCall
}

type Fields = Readonly<Record<string, unknown>>

/** Puts an input where its route has it: into the path, and what is left into the query or the body. */
export function prepare(route: string, input: object): Prepared {
  const [method = "", pattern = ""] = route.split(" ")
  const rest: Record<string, unknown> = { ...input }
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  const call = method === "GET" || method === "DELETE" || method === "HEAD" ? { query: queryOf(rest) } : { body: rest }
  return { method, path, call }
}

const queryOf = (fields: Fields): Query =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === undefined ? undefined : Array.isArray(value) ? value.map(String) : String(value),
    ]),
  )

/** Calls operations; fails with `HoldfastError`. */
export interface OperationCalls {
  /** The JSON that the operation answers with. */
  readonly call: <N extends OperationName>(
    route: OperationRoute<N>,
    input: OperationInput<N>,
    options?: CallOptions,
  ) => Promise<OperationOutput<N>>
  /** The answer once it was accepted, to be read as it comes. */
  readonly open: <N extends OperationName>(
    route: OperationRoute<N>,
    input: OperationInput<N>,
    more?: Pick<HttpCall, "headers" | "signal">,
  ) => Promise<Answer>
}

/** Makes the calls of a hub. */
export function operationCalls(options: HttpOptions): OperationCalls {
  return {
    call: (route, input, { signal } = {}) => {
      const { method, path, call } = prepare(route, input)
      return json(options, method, path, signal === undefined ? call : { ...call, signal })
    },
    open: (route, input, more) => {
      const { method, path, call } = prepare(route, input)
      return open(options, method, path, { ...call, ...more })
    },
  }
}

/** Asks for a path without its answer's body. */
export function head(options: HttpOptions, path: string, input: object, { signal }: CallOptions = {}): Promise<Answer> {
  const prepared = prepare(`HEAD ${path}`, input)
  return open(options, prepared.method, prepared.path, { signal })
}

/** Follows an operation that answers with a stream of server-sent events. */
export function stream<N extends StreamName>(
  options: HttpOptions,
  route: OperationRoute<N>,
  input: OperationInput<N>,
  { signal }: CallOptions,
): AsyncGenerator<SseEvent> {
  const { path, call } = prepare(route, input)
  return follow(options, path, call.query ?? {}, signal)
}
