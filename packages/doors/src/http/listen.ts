/**
 * Puts guard, doors and server together and listens.
 */
import { chmodSync, rmSync } from "node:fs"
import type { ListenOptions } from "node:net"
import * as Effect from "effect/Effect"
import type { Settings } from "@holdfast/protocol/settings"
import type { Credentials } from "../credentials/Credentials.ts"
import { HEADERS_MAX } from "../guard/guard.ts"
import { MachineNames } from "../guard/MachineNames.ts"
import type { OwnNames } from "../guard/names.ts"
import { Hub } from "@holdfast/hub/Hub"
import { notAllowed } from "@holdfast/hub/operations/access"
import { operationOf } from "@holdfast/protocol/operations"
import { reportTo, type Telemetry } from "@holdfast/hub/Telemetry"
import { DOOR_ROUTES, type DoorRouteName, isDoorRoute, isSocketName, type SocketName } from "../guard/routes.ts"
import type { FileDoor } from "../FileDoor.ts"
import type { RouteDoor } from "../RouteDoor.ts"
import type { Ended, SocketDoor } from "../SocketDoor.ts"
import { administrationHandlers } from "./administration.ts"
import { readPlayerPage } from "./html-film.ts"
import { makeHttpDoor } from "./HttpDoor.ts"
import { AnswerCounts, makeMetrics, type OperationCounts, type StoreFigures } from "./metrics.ts"
import { type HttpServerParts, makeServer, type ServerParts } from "./server.ts"

/** What `listen` puts together. */
export interface ListenParts {
  readonly settings: Settings
  readonly tls: ServerParts["tls"]
  readonly version: string
  readonly store: StoreFigures
  readonly credentials: Credentials
  readonly sockets: Readonly<Record<SocketName, SocketDoor>>
  /** What serves the routes that are no operations. */
  readonly routes: RouteDoor<DoorRouteName>
  /** Path of the player that goes into exported files; without it there are none. */
  readonly player?: string | undefined
  readonly files: FileDoor
  readonly telemetry: Telemetry
  /** What the telemetry counted. */
  readonly operations: OperationCounts
  /** Gives the path of the Unix socket that serves programs on this machine, if there is to be one; may throw. */
  readonly local?: (() => string) | undefined
}

/** A server that listens. */
export interface Listening {
  readonly port: number
  readonly names: OwnNames
  /** The Unix socket that is listened on. */
  readonly local: string | undefined
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

/** Milliseconds between two looks for tokens whose last use the store is to keep. */
const KEEP_USES = 60_000

/** Milliseconds that answers under way have to finish when the server stops. */
const CLOSE_GRACE = 2000

/** Listens until its scope closes. Fails with `ListenFailed`. */
export const listen = Effect.fnUntraced(function* (parts: ListenParts) {
  const { settings, credentials, sockets, routes, files } = parts
  const hub = yield* Hub
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const counts = new AnswerCounts()
  let connections = 0
  const socketsOpen = (): number => Object.values(sockets).reduce((sum, socket) => sum + socket.connections(), 0)
  const metrics = makeMetrics(hub, parts.store, [counts, parts.operations], socketsOpen, () => connections)
  yield* Effect.addFinalizer(() => Effect.sync(metrics.stop))
  const machine = new MachineNames(settings, settings.port)
  const noteUses = (): void => {
    for (const { open } of [web, near, ...Object.values(sockets)]) for (const principal of open()) credentials.use(principal)
  }
  const own = { hub, credentials, noteUses, names: () => machine.now, version: parts.version, metrics: metrics.text, fork }
  hub.serve(administrationHandlers(own))
  const { player: path } = parts
  const player = path === undefined ? undefined : () => readPlayerPage(path)
  const http = makeHttpDoor({
    hub,
    credentials,
    routes,
    bodyMax: settings.bodyMax,
    player,
    run: fork,
    telemetry: parts.telemetry,
  })
  const denied: ServerParts["denied"] = (name, session, by) => {
    if (isSocketName(name)) return
    const operation = isDoorRoute(name) ? DOOR_ROUTES[name].as : name
    hub.perform(operation, notAllowed(by, operationOf(operation).scope, operation, session), by, () => {})
  }
  const doors = { settings, http, files, denied, sockets, telemetry: parts.telemetry, counts }
  const off = new Set<SocketName>(settings.socketIo ? [] : ["socket-io"])
  const { authenticate, expired } = credentials
  const { isFile } = files
  const policy = (own: OwnNames) => ({ names: own, authenticate, expired, headersMax: HEADERS_MAX, off, isFile })
  const web = makeServer({
    ...doors,
    ...(parts.tls === undefined ? {} : { tls: parts.tls }),
    policy: (host) => policy(machine.for(host)),
  })
  const near = makeServer({ ...doors, policy: () => policy(LOCAL_NAMES) })
  yield* keepUses(credentials, noteUses, parts.telemetry)
  const close = (ended: Ended, reason: string): void => {
    for (const socket of Object.values(sockets)) socket.closeCredential(ended, reason)
    web.endCredential(ended)
    near.endCredential(ended)
  }
  credentials.onKeyEnd((browser, hasExpired) => {
    close(browser, hasExpired ? "this browser's sign-in has expired; sign it in again" : "this browser has signed out")
  })
  credentials.onEnd((credential, hasExpired) => {
    const reason = hasExpired ? "the token has expired; use a new one" : "the credential was revoked"
    close(credential, reason)
    fork(hub.dropCredential(credential, reason))
  })
  for (const { server } of [web, near]) {
    server.on("connection", (connection) => {
      connections++
      connection.once("close", () => connections--)
    })
  }
  const port = yield* listenOn(web, { port: settings.port, host: settings.host })
  web.server.on("error", (error) => parts.telemetry.log("error", `server: ${error.message}`))
  const names = machine.listens(port)
  const local = parts.local === undefined ? undefined : yield* listenNear(near, parts.local, parts.telemetry)
  return { port, names, local } satisfies Listening
})

/** Keeps when tokens were used last, now and then and as the scope closes. A store that refuses is reported once, until it does not. */
const keepUses = Effect.fnUntraced(function* (credentials: Credentials, note: () => void, telemetry: Telemetry) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const report = reportTo(telemetry)
  let isRefused = false
  const keep = (isLast: boolean): Effect.Effect<void> => {
    note()
    return Effect.match(credentials.keepUses(isLast), {
      onSuccess: () => {
        isRefused = false
      },
      onFailure: ({ message }) => {
        if (!isRefused) report("when tokens were used last could not be kept", { cause: message })
        isRefused = true
      },
    })
  }
  const keeping = setInterval(() => void fork(keep(false)), KEEP_USES)
  keeping.unref()
  yield* Effect.addFinalizer(() => {
    clearInterval(keeping)
    return keep(true)
  })
})

/** On the Unix socket there is one name and no browser, so no origin. */
const LOCAL_NAMES: OwnNames = {
  hosts: new Set(["localhost"]),
  origins: new Set(),
  others: new Set(),
  origin: "http://localhost",
  base: "",
  addresses: [],
}

/** Listens until the scope closes; gives the port, if it is one. */
const listenOn = ({ server, endStreams }: HttpServerParts, where: ListenOptions) =>
  Effect.acquireRelease(
    Effect.callback<number, ListenFailed>((resume) => {
      const failed = (error: NodeJS.ErrnoException): void =>
        resume(Effect.fail(new ListenFailed(error.code ?? "", error.message)))
      server.once("error", failed)
      server.listen(where, () => {
        server.off("error", failed)
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
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

/** Listens on a Unix socket for this user only. Where there can be none, programs use the port and ask for a proof (G-12). */
const listenNear = (near: HttpServerParts, place: () => string, { log }: Telemetry) =>
  Effect.gen(function* () {
    const path = yield* attempt(place)
    // What a killed hub left there; its data directory is ours now.
    yield* attempt(() => rmSync(path, { force: true }))
    yield* listenOn(near, { path })
    yield* attempt(() => chmodSync(path, 0o600))
    near.server.on("error", (error) => log("error", `server: ${error.message}`))
    return path
  }).pipe(
    Effect.catch((error) => {
      log("warn", `there is no local socket: ${error.message}`)
      return Effect.succeed(undefined)
    }),
  )

const attempt = <A>(step: () => A): Effect.Effect<A, ListenFailed> =>
  Effect.try({ try: step, catch: (cause) => new ListenFailed("", cause instanceof Error ? cause.message : String(cause)) })
