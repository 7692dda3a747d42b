/**
 * Answers in the contract's shapes: JSON values, and every error as `{"error": {…}}`.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { DoorError } from "@holdfast/protocol/errors"
import { errorBody } from "@holdfast/protocol/http-errors"
import { writeBeforeBody } from "./body.ts"
import type { Exchange } from "./Exchange.ts"

const JSON_TYPE = "application/json; charset=utf-8"

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: OutgoingHttpHeaders
}

/** An answer with a JSON text. */
export function jsonText(body: string, status = 200, headers: OutgoingHttpHeaders = {}): HttpAnswer {
  return {
    status,
    type: JSON_TYPE,
    body,
    headers,
  }
}

/** An answer with a value as JSON. */
export function json(value: unknown, status = 200, headers: OutgoingHttpHeaders = {}): HttpAnswer {
  return jsonText(JSON.stringify(value), status, headers)
}

/** An answer with a text of another type. */
export function text(body: string, type: string, headers: OutgoingHttpHeaders = {}): HttpAnswer {
  return {
    status: 200,
    type,
    body,
    headers,
  }
}

/** The answer to a door error, with `Retry-After` where there is something to wait for. */
export function refusal(error: DoorError): HttpAnswer {
  const { status, body } = errorBody(error)
  if (error._tag === "Busy" || error._tag === "RateLimited")
    return json(body, status, { "retry-after": String(Math.max(1, Math.ceil(error.retryAfter))) })
  return json(body, status, error._tag === "Unavailable" ? { "retry-after": "1" } : {})
}

/** Writes a whole answer. */
export function writeAnswer(response: ServerResponse, { body, headers, status, type }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return
  const bytes = typeof body === "string" ? Buffer.from(body) : body
  response.writeHead(status, { ...headers, "content-type": type, "content-length": bytes.length })
  response.end(bytes)
}

/** Writes a whole answer to a request whose body is not read to its end. */
export function writeUnread({ request, response }: Exchange, { body, headers, status, type }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return
  writeBeforeBody(request, response, status, { ...headers, "content-type": type }, Buffer.from(body))
}
