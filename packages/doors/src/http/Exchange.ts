/**
 * One request on its way through the HTTP door: who asks, and what streaming answers write to.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Caller } from "@holdfast/hub/Hub"

/** An exchange. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Who asks; with the scope `none` on public routes where no credential was shown. */
  readonly by: Caller
  /** Path below which the client sees the hub: empty, or that of a proxy. */
  readonly base: string
  /** Streams that are open, with the credential that opened each: they end with it, and when the hub stops. */
  readonly endings: Map<() => void, string>
}
