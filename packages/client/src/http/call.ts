/**
 * Calls of operations over HTTP: the route of each is written where it is called, and is checked by its type against the
 * table of operations, which is not loaded.
 */
import type { OperationInput, OperationName, OperationOutput, OperationRoute, StreamName } from "@holdfast/protocol/operations"
import type { CallOptions } from "../signals.ts"
import { follow } from "./follow.ts"
import { prepare } from "./prepare.ts"
import { json, open } from "./request.ts"
import type { Answer, HttpCall, HttpOptions } from "./request.ts"
import type { SseEvent } from "./sse.ts"

/** An input as it may be given: what is undefined is left out, and a query has numbers and single texts as it has texts and lists. */
export type CallInput<I> = {
  [K in keyof I]: I[K] | undefined | (string extends I[K] ? number : never) | Extract<I[K], ReadonlyArray<unknown>>[number]
}

/** Calls operations; fails with `HoldfastError`. */
export interface OperationCalls {
  /** The JSON that the operation answers with. */
  readonly call: <N extends OperationName>(
    route: OperationRoute<N>,
    input: CallInput<OperationInput<N>>,
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
    call: async (route, input, { signal } = {}) => {
      const { method, path, call } = prepare(route, input)
      return json(options, method, path, { ...call, signal })
    },
    open: async (route, input, more) => {
      const { method, path, call } = prepare(route, input)
      return open(options, method, path, { ...call, ...more })
    },
  }
}

/** Asks for a path without its answer's body. */
export async function head(options: HttpOptions, path: string, input: object, { signal }: CallOptions = {}): Promise<Answer> {
  const prepared = prepare(`HEAD ${path}`, input)
  return open(options, prepared.method, prepared.path, { signal })
}

/** Follows an operation that answers with a stream of server-sent events. */
export function stream<N extends StreamName>(
  options: HttpOptions,
  route: OperationRoute<N>,
  input: CallInput<OperationInput<N>>,
  { signal }: CallOptions,
): AsyncGenerator<SseEvent> {
  return follow(options, () => prepare(route, input), signal)
}
