/**
 * Lends a request to the door whose route it is: its body as JSON, and the response (G-1, X-1).
 */
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import type { Hub, Principal } from "@holdfast/hub/Hub"
import type { Allowed } from "../guard/guard.ts"
import { DOOR_ROUTES, type DoorRouteName, ECHOED, pathParams } from "../guard/routes.ts"
import { JsonRefused, parseBody } from "../json/strict-json.ts"
import type { Asked, LentStream, RouteDoor } from "../RouteDoor.ts"
import { refusal, writeAnswer, writeUnread } from "./answer.ts"
import type { BodyRead } from "./body.ts"
import type { Exchange } from "./Exchange.ts"
import { HEARTBEAT } from "./sse-exchange.ts"
import { openSse } from "./SseStream.ts"

/** One request, and the door that it is for. */
export interface DoorRequest {
  readonly hub: Pick<Hub["Service"], "perform">
  readonly routes: RouteDoor<DoorRouteName>
  /** Whether who was let in is still. */
  readonly inForce: (principal: Principal) => boolean
  readonly name: DoorRouteName
  readonly allowed: Allowed
  readonly exchange: Exchange
  /** The answer was handed over, or a stream begun. */
  readonly done: () => void
}

/** Serves a request, or refuses it for what was wrong with it before it reached its door. */
export function serveDoorRoute(
  { hub, routes, inForce, name, allowed, exchange, done }: DoorRequest,
  read: Exclude<BodyRead, { readonly _tag: "Gone" }> | DoorError,
): void {
  const { by, endings, principal, response } = exchange
  const params = pathParams(allowed.route, allowed.path)
  const body =
    params === undefined ? new BadRequest({ message: "the path is not well-formed percent-encoded UTF-8" }) : json(read)
  if (body instanceof Error || params === undefined) {
    const error = body as DoorError
    // What can be wrong with a request is told by the hub, whatever it asks for.
    hub.perform(DOOR_ROUTES[name].as, error, by, () => {
      if (!(read instanceof Error) && read._tag === "Refused") writeUnread(exchange, refusal(error))
      else writeAnswer(response, refusal(error))
      done()
    })
    return
  }
  const asked: Asked = {
    params,
    body,
    by,
    refuse: (error) => {
      if (response.headersSent) response.destroy()
      else writeAnswer(response, refusal(error))
      done()
    },
    empty: () => {
      if (!response.headersSent && !response.destroyed) response.writeHead(204).end()
      done()
    },
    stream: (headers) => {
      if (response.destroyed) {
        done()
        return GONE
      }
      const stream = openSse(response, HEARTBEAT, headers)
      const tear = (): void => void response.destroy()
      // The end of a stream is said in the door's own protocol: without it, the client must see that it was cut.
      endings.set(tear, principal)
      stream.onClose(() => endings.delete(tear))
      done()
      // A credential that ended while the answer was on its way opens nothing (G-7).
      if (!inForce(by)) tear()
      return { send: stream.send, end: stream.end, tear }
    },
    onClose: (listener) => {
      if (response.destroyed) listener()
      else response.once("close", listener)
    },
  }
  routes.serve(name, asked)
}

/** The stream of a client that has gone away. */
const GONE: LentStream = { send: () => undefined, end: () => undefined, tear: () => undefined }

function json(read: Exclude<BodyRead, { readonly _tag: "Gone" }> | DoorError): unknown {
  if (read instanceof Error) return read
  if (read._tag === "Refused") return read.error
  if (read.bytes.length === 0) return {}
  try {
    return parseBody(read.bytes, ECHOED)
  } catch (cause) {
    if (cause instanceof JsonRefused) return new BadRequest({ message: cause.message })
    throw cause
  }
}
