/**
 * The HTTP door: runs the handlers of the definition for requests that the guard let through.
 *
 * The body is read within its limit and checked as JSON before a handler or a schema sees it. Handlers answer with whole
 * responses, or take the exchange over and stream.
 */
import type { ServerResponse } from "node:http"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import { BadRequest } from "@holdfast/protocol/errors"
import { HoldfastApi } from "@holdfast/protocol/http"
import { Agents } from "@holdfast/hub/Agents"
import { Hub } from "@holdfast/hub/Hub"
import { TARGET_MAX, type Allowed } from "../guard/guard.ts"
import { bodyLimit } from "../guard/routes.ts"
import { agentHandlers } from "./agents.ts"
import { Administration } from "./Administration.ts"
import { errorOfCause, json, refusal } from "./answer.ts"
import { readBody, writeBeforeBody } from "./body.ts"
import { Exchange, type ExchangeShape } from "./Exchange.ts"
import { hubHandlers } from "./hub.ts"
import { logHandlers } from "./log.ts"
import { messageHandlers } from "./messages.ts"
import { operationHandlers } from "./operations.ts"
import { sessionHandlers } from "./sessions.ts"
import { checkJson, JsonRefused } from "./strict-json.ts"
import { terminalHandlers } from "./terminal.ts"

/** How an exchange ended, for the log; `defect` is a fault of ours. */
export interface Outcome {
  readonly fingerprint?: string
  readonly defect?: string
}

/** Serves an allowed exchange; `done` is called once the answer was handed over or a stream was begun. */
export type HttpDoor = (allowed: Allowed, exchange: ExchangeShape, done: (outcome: Outcome) => void) => void

const routes = HttpApiBuilder.layer(HoldfastApi).pipe(
  Layer.provide([sessionHandlers, logHandlers, terminalHandlers, messageHandlers, agentHandlers, hubHandlers, operationHandlers]),
  Layer.provide(HttpServer.layerServices),
)

/** Makes the door. Needs the hub and its administration. */
export const makeHttpDoor = Effect.fnUntraced(function* (bodyMax: number) {
  const administration = yield* Administration
  const { inForce } = administration.credentials
  const services = Context.make(Hub, yield* Hub).pipe(
    Context.add(Agents, yield* Agents),
    Context.add(Administration, administration),
  )
  // The handlers' own limits decide: percent-encoding makes three characters of one at the most.
  const app = yield* HttpRouter.toHttpEffect(routes).pipe(
    Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: 3 * TARGET_MAX }),
  )
  const door: HttpDoor = (allowed, exchange, done) => {
    readBody(exchange.request, bodyLimit(allowed.route, bodyMax), (read) => {
      if (read._tag === "Gone") return done({})
      if (read._tag === "Refused") {
        writeRefusedBody(exchange, refusal(read.error))
        return done({})
      }
      const path = canonicalPath(allowed.path)
      const text = checked(read.bytes)
      if (path === undefined || typeof text !== "string") {
        writeAnswer(exchange.response, refusal(typeof text === "string" ? malformedPath() : text))
        return done({})
      }
      const request = HttpServerRequest.fromClientRequest(
        clientRequest(allowed, path, text, exchange.request.headers["idempotency-key"]),
      )
      const context = services.pipe(Context.add(Exchange, exchange), Context.add(HttpServerRequest.HttpServerRequest, request))
      Effect.runCallback(Effect.provideContext(Effect.scoped(app), context), {
        onExit: (exit) => {
          done(conclude(allowed, exchange, exit))
          // A credential that ended while the answer was on its way opens nothing.
          if (exchange.taken && exchange.principal !== undefined && !inForce(exchange.principal.credential))
            exchange.response.destroy()
        },
      })
    })
  }
  return door
})

function conclude(
  allowed: Allowed,
  exchange: ExchangeShape,
  exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>,
): Outcome {
  if (Exit.isSuccess(exit)) {
    if (!exchange.taken) writeAnswer(exchange.response, exit.value)
    return {}
  }
  if (isRouteNotFound(exit.cause)) {
    // A part such as `..` that the router takes for more than a name.
    writeAnswer(exchange.response, json({ error: { tag: "NotFound", message: "there is nothing under this path" } }, 404))
    return {}
  }
  const { error, defect } = errorOfCause(exit.cause)
  if (exchange.response.headersSent) exchange.response.destroy()
  else writeAnswer(exchange.response, refusal(error))
  return defect === undefined
    ? {}
    : { defect: `${allowed.route.name}: ${defect}`, ...("fingerprint" in error ? { fingerprint: error.fingerprint } : {}) }
}

function isRouteNotFound(cause: Cause.Cause<unknown>): boolean {
  const problem = Cause.squash(cause)
  return HttpServerError.isHttpServerError(problem) && problem.reason._tag === "RouteNotFound"
}

function checked(bytes: Uint8Array): string | BadRequest {
  if (bytes.length === 0) return ""
  try {
    return checkJson(bytes)
  } catch (cause) {
    if (cause instanceof JsonRefused) return new BadRequest({ message: cause.message })
    throw cause
  }
}

const clientRequest = (
  { route, query }: Allowed,
  path: string,
  body: string,
  key: string | ReadonlyArray<string> | undefined,
): HttpClientRequest.HttpClientRequest => {
  const plain = HttpClientRequest.make(route.method)(query === "" ? path : `${path}?${query}`)
  const made = key === undefined ? plain : HttpClientRequest.setHeader(plain, "idempotency-key", String(key))
  if (route.method === "GET" || route.method === "HEAD" || route.method === "DELETE") return made
  // Where every field of a body is optional, it may be left out.
  return HttpClientRequest.bodyText(made, body === "" ? "{}" : body, "application/json")
}

const malformedPath = (): BadRequest => new BadRequest({ message: "the path is not well-formed percent-encoded UTF-8" })

/** The path with each part in its one canonical form, so that the router sees what the guard saw; `undefined` when it is malformed. */
function canonicalPath(path: string): string | undefined {
  try {
    return path
      .split("/")
      .map((part) => encodeURIComponent(decodeURIComponent(part)))
      .join("/")
  } catch (cause) {
    if (cause instanceof URIError) return undefined
    throw cause
  }
}

/** Writes a whole answer. */
export function writeAnswer(response: ServerResponse, answer: HttpServerResponse.HttpServerResponse): void {
  if (response.headersSent || response.destroyed) return
  const { body, headers, status } = answer
  const bytes = body._tag === "Uint8Array" ? body.body : new Uint8Array(0)
  const type = body._tag === "Uint8Array" ? { "content-type": body.contentType } : {}
  response.writeHead(status, { ...headers, ...type, "content-length": bytes.length })
  response.end(bytes)
}

function writeRefusedBody({ request, response }: ExchangeShape, answer: HttpServerResponse.HttpServerResponse): void {
  if (response.headersSent || response.destroyed || answer.body._tag !== "Uint8Array") return
  const { body, contentType } = answer.body
  writeBeforeBody(request, response, answer.status, { ...answer.headers, "content-type": contentType }, body)
}
