/**
 * Puts guard, doors and server together and listens.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settings } from "@holdfast/protocol/settings"
import type { Store } from "@holdfast/store/Store"
import type { Credentials } from "../credentials/Credentials.ts"
import { HEADERS_MAX } from "../guard/guard.ts"
import { ownNames, type OwnNames } from "../guard/names.ts"
import { Hub } from "../Hub.ts"
import type { OperationLog } from "../serve/OperationLog.ts"
import type { SocketDoor } from "../socket/SocketDoor.ts"
import { Administration } from "./Administration.ts"
import { makeHttpDoor } from "./HttpDoor.ts"
import { AnswerCounts, makeMetrics } from "./metrics.ts"
import { makeServer, type ServerParts } from "./server.ts"

/** What `listen` puts together. */
export interface ListenParts {
  readonly settings: Settings
  readonly tls: ServerParts["tls"]
  readonly version: string
  readonly store: Pick<Store["Service"], "stats">
  readonly credentials: Credentials
  readonly socket: SocketDoor
  readonly log: OperationLog
}

/** A server that listens. */
export interface Listening {
  readonly port: number
  readonly names: OwnNames
}

/** The port cannot be listened on; `code` is the system's. */
export class ListenFailed extends Error {
  readonly _tag = "ListenFailed"
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Milliseconds that answers under way have to finish when the server stops. */
const CLOSE_GRACE = 2000

/** Listens until its scope closes. Fails with `ListenFailed`. */
export const listen = Effect.fnUntraced(function* (parts: ListenParts) {
  const { settings, credentials, socket } = parts
  const hub = yield* Hub
  const counts = new AnswerCounts()
  let connections = 0
  const metrics = makeMetrics(hub, parts.store, counts, socket.connections, () => connections)
  yield* Effect.addFinalizer(() => Effect.sync(metrics.stop))
  let names = ownNames(settings, settings.port)
  let cookie = cookieName(settings.port)
  const administration = Administration.of({
    credentials,
    names: () => names,
    cookieName: () => cookie,
    secureCookie: () => names.origin.startsWith("https:"),
    version: parts.version,
    metrics: metrics.text,
  })
  const http = yield* makeHttpDoor(settings.bodyMax).pipe(Effect.provide(Layer.succeed(Administration, administration)))
  const { server, endCredential, endStreams } = makeServer({
    settings,
    ...(parts.tls === undefined ? {} : { tls: parts.tls }),
    policy: () => ({ names, authenticate: credentials.authenticate, cookie, headersMax: HEADERS_MAX }),
    http,
    socket,
    log: parts.log,
    counts,
  })
  credentials.onEnd((credential) => {
    socket.closeCredential(credential)
    endCredential(credential)
    Effect.runFork(hub.dropCredential(credential))
  })
  server.on("connection", (connection) => {
    connections++
    connection.once("close", () => connections--)
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number, ListenFailed>((resume) => {
      const failed = (error: NodeJS.ErrnoException): void =>
        resume(Effect.fail(new ListenFailed(error.code ?? "", error.message)))
      server.once("error", failed)
      server.listen(settings.port, settings.host, () => {
        server.off("error", failed)
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : settings.port))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE)
        server.close(() => {
          clearTimeout(timer)
          resume(Effect.void)
        })
        endStreams()
        server.closeIdleConnections()
      }),
  )
  server.on("error", (error) => parts.log.write("error", `server: ${error.message}`))
  names = ownNames(settings, port)
  cookie = cookieName(port)
  return { port, names } satisfies Listening
})

/** Cookies do not know ports: the name holds it, so that two hubs on one machine keep theirs apart. */
const cookieName = (port: number): string => `holdfast-${port}`
