/**
 * Answers in the contract's shapes: JSON values, and every error as `{"error": {…}}`.
 */
import { createHash } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { DoorErrors, type DoorError, InternalError } from "@holdfast/protocol/errors"
import { errorBody } from "@holdfast/protocol/http-errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { decodeFailure } from "./decode-failure.ts"
import { Exchange } from "./Exchange.ts"

const JSON_TYPE = "application/json; charset=utf-8"

/** An answer with a JSON text. */
export const jsonText = (text: string, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(text, { status, contentType: JSON_TYPE })

/** An answer with a value as JSON. */
export const json = (value: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  jsonText(JSON.stringify(value), status)

/** The answer to a door error, with `Retry-After` where there is something to wait for. */
export const refusal = (error: DoorError): HttpServerResponse.HttpServerResponse => {
  const { status, body } = errorBody(error)
  const answer = json(body, status)
  if (error._tag === "Busy")
    return HttpServerResponse.setHeader(answer, "retry-after", String(Math.max(1, Math.ceil(error.retryAfter))))
  return error._tag === "Unavailable" ? HttpServerResponse.setHeader(answer, "retry-after", "1") : answer
}

/** Makes an operation's outcome an answer. */
export const answer = <A, R>(
  operation: Effect.Effect<A, DoorError, R>,
  shape: (value: A) => HttpServerResponse.HttpServerResponse,
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.match(operation, { onFailure: refusal, onSuccess: shape })

/** The handler writes its answer itself from here on; gives what stands for it. */
export const taken = Effect.map(Exchange, (exchange) => {
  exchange.taken = true
  return HttpServerResponse.empty()
})

const isDoorError = (value: unknown): value is DoorError => DoorErrors.some((error) => value instanceof error)

/** The error that a failed handler stands for; `defect` is there when it is a fault of ours, with its stack. */
export const errorOfCause = (cause: Cause.Cause<unknown>): { readonly error: DoorError; readonly defect?: string } => {
  const problem = Cause.squash(cause)
  if (HttpApiError.HttpApiSchemaError.is(problem) && problem.kind !== "Body" && problem.kind !== "ResponseHeaders") {
    return { error: decodeFailure(problem) }
  }
  if (isDoorError(problem)) return { error: problem }
  const defect = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
  const fingerprint = fingerprintOf(defect)
  return {
    error: new InternalError({ message: `a fault of the hub's own; its log has more under ${fingerprint}`, fingerprint }),
    defect,
  }
}

/** Names a fault by where it happened, so that the same fault has the same name. */
export const fingerprintOf = (stack: string): string => {
  const places = stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 4)
    .map((line) => line.replace(/:\d+:\d+\)?$/, "").trim())
  const subject = places.length === 0 ? headOf(stack, 200) : places.join("|")
  return createHash("sha256").update(subject).digest("hex").slice(0, 12)
}
