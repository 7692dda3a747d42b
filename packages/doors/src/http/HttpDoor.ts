/**
 * The HTTP door: performs the operation of a request that the guard let through, or attaches or watches for it.
 *
 * The body is read within its limit and checked as JSON before a schema sees it. Nothing is decided here about the operation.
 */
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { DoorError } from "@holdfast/protocol/errors"
import { BadRequest, Unauthorized } from "@holdfast/protocol/errors"
import { type OperationInput, type OperationName, operationOf, type StreamName } from "@holdfast/protocol/operations"
import { takesKey } from "@holdfast/protocol/operations/operation"
import type { Caller, Hub, Principal, Running } from "@holdfast/hub/Hub"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import type { Allowed } from "../guard/guard.ts"
import { bodyLimit, type DoorRouteName, isDoorRoute, isSocketName, pathParams } from "../guard/routes.ts"
import type { RouteDoor } from "../RouteDoor.ts"
import { type HttpAnswer, refusal, writeAnswer, writeUnread } from "./answer.ts"
import { type BodyRead, readBody } from "./body.ts"
import { serveDoorRoute } from "./door-route.ts"
import type { Exchange } from "./Exchange.ts"
import { exportLog, type ReadPlayer } from "./export.ts"
import { feedAsSse } from "./feed.ts"
import { followAsSse } from "./follow.ts"
import { setRate } from "./rate-headers.ts"
import { readInput, readKey } from "./read-input.ts"
import { answerOf } from "./shapes.ts"

/** Serves an allowed exchange; `done` is called once the answer was handed over or a stream was begun. */
export type HttpDoor = (allowed: Allowed, exchange: Exchange, done: () => void) => void

type Run = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/** What the door is made of. */
export interface HttpDoorParts {
  readonly hub: Hub["Service"]
  readonly credentials: {
    /** Whether who was let in is still. */
    readonly inForce: (principal: Principal) => boolean
  }
  readonly routes: RouteDoor<DoorRouteName>
  /** Longest body, in bytes, where the operation has no limit of its own. */
  readonly bodyMax: number
  /** Reads the player that goes into exported files, where there is one. */
  readonly player: ReadPlayer | undefined
  readonly run: Run
  readonly telemetry: Telemetry
}

type Stream = (hub: Hub["Service"], exchange: Exchange, input: object) => Effect.Effect<void, DoorError>

type Streams = {
  readonly [N in StreamName]: (
    hub: Hub["Service"],
    exchange: Exchange,
    input: OperationInput<N>,
  ) => Effect.Effect<void, DoorError>
}

/** The operations whose answers are written piece by piece; each takes the response over when it succeeds. */
const streamsWith = (player: ReadPlayer | undefined): Streams => ({
  "sessions.watch": feedAsSse,
  "log.follow": followAsSse,
  "log.export": (hub, exchange, input) => exportLog(hub, exchange, input, player),
})

/** Makes the door. */
export function makeHttpDoor({
  hub,
  credentials: { inForce },
  routes,
  bodyMax,
  player,
  run,
  telemetry,
}: HttpDoorParts): HttpDoor {
  const streams = streamsWith(player)
  return (allowed, exchange, done) => {
    const { route } = allowed
    const { name } = route
    if (isSocketName(name)) throw new Error("a socket is not an operation")
    const isOver = (by: Principal): boolean => by.scope !== "none" && !inForce(by)
    readBody(exchange.request, bodyLimit(route, bodyMax), (read) => {
      if (read._tag === "Gone") return done()
      if (isDoorRoute(name)) {
        const refusal = isOver(exchange.by) ? credentialOver() : undefined
        return serveDoorRoute({ hub, routes, inForce, name, allowed, exchange, done }, refusal ?? read)
      }
      // A credential that ended while the body was on its way changes nothing (G-7).
      const input = isOver(exchange.by) ? credentialOver() : inputOf(name, allowed, exchange, read)
      if (!(input instanceof Error) && name in streams) {
        const streaming = streams[name as StreamName] as Stream
        return stream(run(streaming(hub, exchange, input)), exchange, (defect, fingerprint) => {
          const { trace } = exchange.by
          if (defect !== undefined) telemetry.log("error", defect, { operation: name, trace, fingerprint })
          // A credential that ended while the answer was on its way opens nothing.
          if (!inForce(exchange.by)) exchange.response.destroy()
          done()
        })
      }
      performFor(hub, name, input, exchange, (answer) => {
        if (read._tag === "Refused") writeUnread(exchange, answer)
        else writeAnswer(exchange.response, answer)
        done()
      })
    })
  }
}

/** Performs an operation; one that reads ends early when its caller has gone, or its credential has ended (G-7). */
function performFor(
  hub: Hub["Service"],
  name: OperationName,
  input: object | DoorError,
  exchange: Exchange,
  answered: (answer: HttpAnswer) => void,
): void {
  const { by: asking, endings, principal, response } = exchange
  const by = keyedCaller(name, exchange)
  const given = by instanceof Error ? by : input
  let isOver = false
  let running: Running | undefined
  const leave = (): void => running?.interruptUnsafe()
  const cut = (): void => {
    response.destroy()
    leave()
  }
  // The input was decoded with the schema of this operation.
  const asked = given as OperationInput<typeof name> | DoorError
  running = hub.perform(name, asked, by instanceof Error ? asking : by, (performed) => {
    isOver = true
    endings.delete(cut)
    response.off("close", leave)
    setRate(response, hub.rate(asking))
    answered(answerOf(name, performed, exchange))
  })
  if (isOver || running === undefined || operationOf(name).changes) return
  endings.set(cut, principal)
  response.once("close", leave)
}

/** A path that cannot be read. */
const badPath = (): BadRequest => new BadRequest({ message: "the path is not well-formed percent-encoded UTF-8" })

/** Who asks, with the key of the request where the operation's input has no place for it. */
function keyedCaller(name: OperationName, { by, request: { headers } }: Exchange): Caller | DoorError {
  const header = headers["idempotency-key"]
  const definition = operationOf(name)
  if (header === undefined || !definition.changes || takesKey(definition)) return by
  const key = readKey(String(header))
  return key instanceof Error || key === undefined ? (key ?? by) : { ...by, key }
}

const credentialOver = (): Unauthorized =>
  new Unauthorized({ message: "this credential is no longer valid: it has expired or was revoked" })

function inputOf(
  name: OperationName,
  allowed: Allowed,
  exchange: Exchange,
  read: Exclude<BodyRead, { _tag: "Gone" }>,
): object | DoorError {
  const params = pathParams(allowed.route, allowed.path)
  if (params === undefined) return badPath()
  if (read._tag === "Refused") return read.error
  const { headers } = exchange.request
  const key = headers["idempotency-key"]
  if (name === "links.open" && isAhead(exchange))
    return new Unauthorized({ message: "a one-time link is opened by a person: follow it" })
  return readInput(name, { params, query: allowed.query, body: read.bytes, key: key === undefined ? undefined : String(key) })
}

/** A look ahead by the browser, or a HEAD, must not use a one-time link up. */
function isAhead({ request: { headers, method } }: Exchange): boolean {
  return method !== "GET" || `${String(headers["sec-purpose"])}${String(headers["purpose"])}`.includes("prefetch")
}

/** Ends an exchange whose stream could not be begun; `begun` is handed the stack of a fault. */
function stream(
  fiber: Fiber.Fiber<void, DoorError>,
  { response }: Exchange,
  begun: (defect?: string, fingerprint?: string) => void,
): void {
  fiber.addObserver((exit) => {
    if (Exit.isSuccess(exit)) return begun()
    const { defect, error } = failureOfCause(exit.cause)
    if (response.headersSent) response.destroy()
    else writeAnswer(response, refusal(error))
    begun(defect, error._tag === "InternalError" ? error.fingerprint : undefined)
  })
}
