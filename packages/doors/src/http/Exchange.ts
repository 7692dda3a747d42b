/**
 * One request on its way through the HTTP door: who asks, and what streaming answers write to.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Context from "effect/Context"
import type { Principal } from "@holdfast/hub/Hub"

/** The exchange that a handler serves. */
export interface ExchangeShape {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Absent on public routes only. */
  readonly principal: Principal | undefined
  /** Id that ties the lines of this request together in the log; also sent as `x-trace`. */
  readonly trace: string
  /** Session the request is about, once known, for the log. */
  session: string | undefined
  /** Streams that are open, with the credential that opened each: they end with it, and when the hub stops. */
  readonly endings: Map<() => void, string>
  /** Set by a handler that writes the answer itself. */
  taken: boolean
}

/** The exchange of the request being handled. */
export class Exchange extends Context.Service<Exchange, ExchangeShape>()("@holdfast/hub/http/Exchange") {}

/** The principal of a route that is not public. */
export const principalOf = (exchange: ExchangeShape): Principal => {
  if (exchange.principal === undefined) throw new Error("a route that is not public was reached without a principal")
  return exchange.principal
}
