/** Annotations of routes: the scope they need, and whether they stream. */
import * as Context from "effect/Context"

/** What a route needs: nothing, a credential that may read, one that may write, or one with all rights (G-8). */
export type RouteScope = "public" | "read" | "write" | "all"

/** Annotation of an endpoint with the scope it needs. */
export const Needs = Context.Service<RouteScope, RouteScope>("@holdfast/protocol/http/Needs")

/** Annotation of an endpoint whose body may be longer than `bodyMax`, in bytes. */
export const BodyMost = Context.Service<number, number>("@holdfast/protocol/http/BodyMost")

/** Annotation of an endpoint whose answer is written piece by piece. */
export const Streams = Context.Service<boolean, boolean>("@holdfast/protocol/http/Streams")
