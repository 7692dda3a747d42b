/**
 * The table of routes: which method and path needs which scope, read from the HTTP definition.
 *
 * The guard, the 404 and 405 answers and the tests use this one table; a route that is not here does not exist.
 */
import * as Context from "effect/Context"
import type * as HttpMethod from "effect/http/HttpMethod"
import { HoldfastApi } from "@holdfast/protocol/http"
import { SOCKET_PATH } from "@holdfast/protocol/stream-socket"
import { BodyMost, Needs, Streams, type RouteScope } from "@holdfast/protocol/http-scope"

/** One route. */
export interface Route {
  readonly name: string
  readonly method: HttpMethod.HttpMethod
  /** Path with `:name` for a part that varies. */
  readonly path: string
  readonly needs: RouteScope
  /** The answer is written piece by piece. */
  readonly streams: boolean
  /** Longest body in bytes where that is not `bodyMax`. */
  readonly bodyMost?: number
  /** Reached by upgrade only. */
  readonly socket: boolean
}

const endpoints = Object.values(HoldfastApi.groups).flatMap((group) => Object.values(group.endpoints))

const bodyMost = (bytes: number | undefined): { readonly bodyMost?: number } => (bytes === undefined ? {} : { bodyMost: bytes })

/** Longest body of a route, in bytes. */
export const bodyLimit = ({ bodyMost: own = 0 }: Route, bodyMax: number): number => Math.max(own, bodyMax)

/** Every route of the hub. */
export const ROUTES: ReadonlyArray<Route> = [
  ...endpoints.map((endpoint) => ({
    name: endpoint.identifier,
    method: endpoint.method as HttpMethod.HttpMethod,
    path: endpoint.path,
    needs: Context.get(endpoint.annotations as Context.Context<RouteScope>, Needs),
    streams: Context.getOrUndefined(endpoint.annotations, Streams) === true,
    ...bodyMost(Context.getOrUndefined(endpoint.annotations, BodyMost)),
    socket: false,
  })),
  { name: "socket", method: "GET", path: SOCKET_PATH, needs: "read", streams: true, socket: true },
]

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
export type Found =
  | { readonly _tag: "Route"; readonly route: Route }
  | { readonly _tag: "WrongMethod"; readonly allowed: ReadonlyArray<string> }
  | { readonly _tag: "NoRoute" }

/** Finds the route of a method and a path without its query. HEAD stands for GET where nothing is streamed. */
export const findRoute = (method: string, path: string): Found => {
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
