/**
 * The table of routes: which method and path needs which scope, read from the table of operations.
 *
 * The guard, the 404 and 405 answers and the tests use this one table; a route that is not here does not exist.
 */
import { MESSAGE_BODY_MAX } from "@holdfast/protocol/agent/message"
import { RPC_PATHS } from "@holdfast/protocol/chat/calls"
import { operationEntries, type OperationName } from "@holdfast/protocol/operations"
import type { Scope } from "@holdfast/protocol/operations/operation"
import { type Route as OperationRoute, splitRoute } from "@holdfast/protocol/operations/operation"
import { SOCKET_PATH } from "@holdfast/protocol/stream-socket"

/** The doors that are reached by upgrade, and at which paths. */
export const SOCKET_PATHS = { socket: [SOCKET_PATH], chat: ["/ai/chat"], rpc: RPC_PATHS, "socket-io": ["/socket.io/"] } as const

/** Doors among them that speak their protocol over requests too, and the methods of those. */
const POLLED: Readonly<Record<string, ReadonlyArray<string>>> = { "socket-io": ["GET", "POST"] }

/** Name of a door that is reached by upgrade. */
export type SocketName = keyof typeof SOCKET_PATHS

/** Whether a route is a door of its own, and no operation. */
export function isSocketName(name: string): name is SocketName {
  return name in SOCKET_PATHS
}

/**
 * Routes of doors that speak a protocol of their own over HTTP: what each needs, and as which operation it is reported when its
 * caller may not ask for it.
 */
export const DOOR_ROUTES = {
  "chat.send": { http: "POST /ai/chat", needs: "write", as: "messages.send", bodyMost: MESSAGE_BODY_MAX },
  "chat.resume": { http: "GET /ai/chat/:chat/stream", needs: "read", as: "log.follow" },
} as const satisfies Readonly<Record<string, DoorRoute>>

/** Field of what such a door is asked with that repeats messages as the hub sent them, numbers of an agent's beyond 2^53 among them. */
export const ECHOED = "messages"

interface DoorRoute {
  readonly http: OperationRoute
  readonly needs: Scope
  readonly as: OperationName
  readonly bodyMost?: number
}

/** Name of such a route. */
export type DoorRouteName = keyof typeof DOOR_ROUTES

/** Whether a route is one of a door's own. */
export function isDoorRoute(name: string): name is DoorRouteName {
  return Object.hasOwn(DOOR_ROUTES, name)
}

/** One route. */
export interface Route {
  readonly name: OperationName | SocketName | DoorRouteName
  readonly method: string
  /** Path with `:name` for a part that varies. */
  readonly path: string
  readonly needs: Scope
  /** The answer is written piece by piece. */
  readonly streams: boolean
  /** Longest body in bytes where that is not `bodyMax`. */
  readonly bodyMost?: number
  /** Reached by upgrade; without `polled` by nothing else. */
  readonly socket: boolean
  /** Reached by requests too, whose bodies are the door's own: they are not JSON. */
  readonly polled?: true
}

/** Longest body of a route, in bytes. */
export function bodyLimit({ bodyMost: own = 0 }: Route, bodyMax: number): number {
  return Math.max(own, bodyMax)
}

/** Every route of the hub. */
export const ROUTES: ReadonlyArray<Route> = [
  ...operationEntries.flatMap(([name, { answer, bodyMost, http, scope }]) =>
    http === undefined
      ? []
      : [
          {
            name,
            ...splitRoute(http),
            needs: scope,
            streams: answer === "stream",
            ...(bodyMost === undefined ? {} : { bodyMost }),
            socket: false,
          },
        ],
  ),
  ...Object.entries<DoorRoute>(DOOR_ROUTES).map(([name, { http, needs, bodyMost }]): Route => ({
    name: name as DoorRouteName,
    ...splitRoute(http),
    needs,
    streams: true,
    ...(bodyMost === undefined ? {} : { bodyMost }),
    socket: false,
  })),
  ...Object.entries(SOCKET_PATHS).flatMap(([name, paths]) => paths.flatMap((path) => socketRoutes(name as SocketName, path))),
]

function socketRoutes(name: SocketName, path: string): ReadonlyArray<Route> {
  const route = { name, path, needs: "read", streams: true, socket: true } as const
  const methods = POLLED[name]
  return methods === undefined ? [{ ...route, method: "GET" }] : methods.map((method) => ({ ...route, method, polled: true }))
}

/** First parts of the paths of all routes: nothing else stands below them. */
export const FIRST_PARTS: ReadonlySet<string> = new Set(ROUTES.map(({ path }) => path.split("/")[1] ?? ""))

interface Place {
  readonly parts: ReadonlyArray<string>
  readonly fixed: number
  readonly methods: ReadonlyMap<string, Route>
}

const places = [...Map.groupBy(ROUTES, (route) => route.path)]
  .map(([path, routes]): Place => {
    const parts = path.slice(1).split("/")
    return {
      parts,
      fixed: parts.filter((part) => !part.startsWith(":")).length,
      methods: new Map<string, Route>(routes.map((route) => [route.method, route])),
    }
  })
  .sort((a, b) => b.fixed - a.fixed)

/** How a method and path were found. */
export type FoundRoute =
  | { readonly _tag: "Route"; readonly route: Route }
  | { readonly _tag: "WrongMethod"; readonly allowed: ReadonlyArray<string> }
  | { readonly _tag: "NoRoute" }

/** Finds the route of a method and a path without its query. HEAD stands for GET where nothing is streamed. */
export function findRoute(method: string, path: string): FoundRoute {
  const parts = path.slice(1).split("/")
  const place = places.find(
    (candidate) =>
      candidate.parts.length === parts.length &&
      candidate.parts.every((part, i) => (part.startsWith(":") ? parts[i] !== "" : part === parts[i])),
  )
  if (place === undefined) return { _tag: "NoRoute" }
  const plain = place.methods.get("GET")
  const route = place.methods.get(method) ?? (method === "HEAD" && plain !== undefined && !plain.streams ? plain : undefined)
  return route === undefined ? { _tag: "WrongMethod", allowed: [...place.methods.keys()] } : { _tag: "Route", route }
}

/** The parts of a path that vary, by name; `undefined` when one is not well-formed percent-encoded UTF-8. */
export function pathParams({ path: pattern }: Route, path: string): Record<string, string> | undefined {
  const parts = path.slice(1).split("/")
  const params: Record<string, string> = {}
  try {
    for (const [at, name] of pattern.slice(1).split("/").entries())
      if (name.startsWith(":")) params[name.slice(1)] = decodeURIComponent(parts[at] ?? "")
  } catch (cause) {
    if (cause instanceof URIError) return undefined
    throw cause
  }
  return params
}
