/**
 * One request on its way through the HTTP door: who asks, and what streaming answers write to.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Caller, Principal } from "@holdfast/hub/Hub"

/** An exchange. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Who asks; with the scope `none` on public routes where no credential was shown. */
  readonly by: Caller
  /** Path below which the client sees the hub: empty, or that of a proxy. */
  readonly base: string
  /** The principal that the guard let in. */
  readonly principal: Principal | undefined
  /** Streams that are open, with who opened each: they end with its credential or sign-in, and when the hub stops. */
  readonly endings: Map<() => void, Principal | undefined>
}
