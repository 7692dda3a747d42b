/**
 * The guard: one pure decision in front of every route and every upgrade, before anything else runs (G-1 to G-4, G-8, G-10).
 *
 * Order: shape of the request, Host, Origin, credential, route, content type, scope. What is refused learns nothing
 * about routes or sessions before it has shown a credential.
 */
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import { errorBody } from "@holdfast/protocol/http-errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { PROTOCOL_VERSION, VERSION_HEADER } from "@holdfast/protocol/version"
import type { Principal } from "@holdfast/hub/Hub"
import { isPreflight, namedOrigin } from "./cross-origin.ts"
import type { OwnNames } from "./names.ts"
import { allows, notAllowed } from "@holdfast/hub/operations/access"
import { findRoute, type FoundRoute, pathParams, type Route, SOCKET_PATHS } from "./routes.ts"

/** A request as it came off the wire. */
export interface GuardedRequest {
  readonly method: string
  /** Request target as sent. */
  readonly url: string
  /** Names and values alternating, as sent. */
  readonly rawHeaders: ReadonlyArray<string>
  readonly upgrade: boolean
}

/** A credential whose time has come. `expiresAt` in epoch milliseconds; `isBrowser`: it is the key of a browser. */
interface Expired {
  readonly expiresAt: number
  readonly isBrowser: boolean
}

/** Whether a path is a file of the app or, when a browser asks for a page, one of its pages. */
export type IsFile = (path: string, isPage: boolean) => boolean

/** What the guard decides by. */
export interface GuardPolicy {
  readonly names: OwnNames
  readonly authenticate: (secret: string) => Principal | undefined
  /** That the credential with this secret has expired. */
  readonly expired: (secret: string) => Expired | undefined
  /** Most header lines. */
  readonly headersMax: number
  /** Doors that are switched off: they are not there. */
  readonly off?: ReadonlySet<Route["name"]>
  /** The files of the app, which stand where no route does. */
  readonly isFile?: IsFile
}

/** Who may go where; `principal` can be absent on public routes only. */
export interface Allowed {
  readonly _tag: "Allowed"
  readonly route: Route
  readonly path: string
  readonly query: string
  readonly principal?: Principal
}

/** A file or a page of the app, which is the same for everyone. */
export interface FileAllowed {
  readonly _tag: "File"
  readonly path: string
}

/** A question of a browser whether a page of a named origin may send a request. */
export interface Preflight {
  readonly _tag: "Preflight"
  readonly origin: string
  /** Methods of the place. */
  readonly methods: ReadonlyArray<string>
}

/** A refusal in the error shape's terms. */
export interface Refused {
  readonly _tag: "Refused"
  readonly status: number
  readonly tag: string
  readonly message: string
  /** Further fields of the error. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Whom the scope of their credential does not allow this, for the log. */
  readonly denied?: { readonly by: Principal; readonly name: Route["name"]; readonly session: string | undefined }
  /** Methods of the place, with 405. */
  readonly allow?: ReadonlyArray<string>
}

/** Most header lines a request may have. */
export const HEADERS_MAX = 100

/** Longest request target, in characters. */
export const TARGET_MAX = 8192

/** The refusal of a longer one. */
export const TARGET_TOO_LONG: Refused = {
  _tag: "Refused",
  status: 414,
  tag: "TargetTooLong",
  message: `a path with its query has at most ${TARGET_MAX} characters`,
}

/** What an upgrade of anything but a socket is told. */
export const NO_UPGRADE = `only ${Object.values(SOCKET_PATHS).flat().join(", ")} can be upgraded`

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i
const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"])

const refuse = (status: number, tag: string, message: string): Refused => ({ _tag: "Refused", status, tag, message })

/** Refuses a request for a version of the API that this hub does not serve. */
function versionRefusal(request: GuardedRequest): Refused | undefined {
  const served = String(PROTOCOL_VERSION)
  const asked = valuesOf(request, VERSION_HEADER).find((version) => version.trim() !== served)
  if (asked === undefined) return undefined
  const message = `this hub serves version ${served} of the API, not ${headOf(asked, 20)}; leave the header out, or use a client for version ${served}`
  return { ...refuse(400, "VersionNotServed", message), fields: { served: [PROTOCOL_VERSION] } }
}

/** Decides about a request. Never throws; looks at nothing but its arguments. */
export function guard(request: GuardedRequest, policy: GuardPolicy): Allowed | FileAllowed | Preflight | Refused {
  if (request.rawHeaders.length / 2 > policy.headersMax)
    return refuse(431, "HeadersTooLarge", `a request has at most ${policy.headersMax} headers`)
  if (request.url.length > TARGET_MAX) return TARGET_TOO_LONG
  if (!request.url.startsWith("/")) return refuse(400, "BadRequest", "the request target must be a path")
  const hosts = valuesOf(request, "host")
  const [host] = hosts
  if (hosts.length !== 1 || host === undefined || !policy.names.hosts.has(host.toLowerCase())) {
    return refuse(
      403,
      "Forbidden",
      "the Host header does not name this hub; open it under the address it printed, or set trustProxy",
    )
  }
  const origins = valuesOf(request, "origin")
  const [origin] = origins
  const named = namedOrigin(origin, policy.names)
  if (origins.length > 1 || (origin !== undefined && named === undefined && !policy.names.origins.has(origin.toLowerCase()))) {
    return refuse(403, "Forbidden", "requests from other origins are refused; the setting corsOrigins names those that are not")
  }

  const mark = request.url.indexOf("?")
  const path = mark < 0 ? request.url : request.url.slice(0, mark)
  const query = mark < 0 ? "" : request.url.slice(mark + 1)
  const found = foundRoute(request.method, path, policy)
  if (named !== undefined && isPreflight(request))
    return { _tag: "Preflight", origin: named, methods: found._tag === "WrongMethod" ? found.allowed : [] }
  const version = versionRefusal(request)
  if (version !== undefined) return version
  if (found._tag === "NoRoute" && isFile(request, path, policy)) return { _tag: "File", path }
  const secret = secretOf(request)
  const principal = secret === undefined ? undefined : policy.authenticate(secret)
  if (found._tag === "Route" && found.route.needs === "public")
    return { _tag: "Allowed", route: found.route, path, query, ...(principal === undefined ? {} : { principal }) }
  if (principal === undefined) return unauthorized(secret === undefined ? undefined : policy.expired(secret))
  if (found._tag === "NoRoute") return refuse(404, "NotFound", "there is nothing here; /docs lists every route")
  if (found._tag === "WrongMethod") {
    return { ...refuse(405, "MethodNotAllowed", `use ${found.allowed.join(" or ")} here`), allow: found.allowed }
  }
  const { route } = found
  if (route.socket !== request.upgrade && (request.upgrade || route.polled !== true)) {
    return refuse(400, "BadRequest", route.socket ? "this is a socket: connect with a WebSocket" : NO_UPGRADE)
  }
  // What is polled is let in by a header that no form can set.
  if (CHANGES.has(request.method) && route.polled !== true && !hasJsonBody(request)) {
    return refuse(400, "BadRequest", "a body must be sent as content-type: application/json")
  }
  if (!allows(principal, route.needs)) {
    const session = pathParams(route, path)?.["session"]
    const { status, body } = errorBody(notAllowed(principal, route.needs, route.name, session))
    const { tag, message, ...fields } = body.error
    return { ...refuse(status, tag, message), fields, denied: { by: principal, name: route.name, session } }
  }
  return { _tag: "Allowed", route, path, query, principal }
}

/** The refusal of who has no valid credential; only who shows the secret of an expired one learns that it was one. */
function unauthorized(expired: Expired | undefined): Refused {
  if (expired === undefined)
    return refuse(
      401,
      "Unauthorized",
      "a valid credential is required: a bearer token, or a browser signed in through `holdfast open`",
    )
  const { expiresAt, isBrowser } = expired
  const at = `expired at ${new Date(expiresAt).toISOString()}`
  const message = isBrowser
    ? `this browser's sign-in ${at}; sign it in again with the link that \`holdfast open\` gives`
    : `this token ${at}; use a new one, as \`holdfast token new NAME\` creates it`
  return { ...refuse(401, "Unauthorized", message), fields: { expiredAt: expiresAt } }
}

/** Whether a file is asked for; other methods and upgrades are answered as where there is nothing. */
function isFile(request: GuardedRequest, path: string, policy: GuardPolicy): boolean {
  const { method, upgrade } = request
  if (policy.isFile === undefined || upgrade || (method !== "GET" && method !== "HEAD")) return false
  return policy.isFile(
    path,
    valuesOf(request, "accept").some((types) => /\btext\/html\b/i.test(types)),
  )
}

function foundRoute(method: string, path: string, { off }: GuardPolicy): FoundRoute {
  const found = findRoute(method, path)
  return found._tag === "Route" && off?.has(found.route.name) === true ? { _tag: "NoRoute" } : found
}

/** A browser sends nothing by itself that lets it in: cookies are not looked at, as other ports of the name get them too (G-16). */
function secretOf(request: GuardedRequest): string | undefined {
  const authorizations = valuesOf(request, "authorization")
  if (authorizations.length > 1) return undefined
  const [authorization] = authorizations
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1]
  if (!request.upgrade) return undefined
  const keys = valuesOf(request, "sec-websocket-protocol")
    .flatMap((line) => line.split(","))
    .flatMap((offered) => (offered.trim().startsWith(KEY_PROTOCOL) ? [offered.trim().slice(KEY_PROTOCOL.length)] : []))
  const [key] = keys
  return keys.length > 1 ? undefined : key
}

/** Values of a header, each line as it was sent. */
export function valuesOf(request: Pick<GuardedRequest, "rawHeaders">, name: string): ReadonlyArray<string> {
  const values: Array<string> = []
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]?.toLowerCase() === name) values.push(request.rawHeaders[i + 1] ?? "")
  }
  return values
}

/** A form can send text/plain and two more types without asking; so a body must say that it is JSON (G-3). */
function hasJsonBody(request: GuardedRequest): boolean {
  const types = valuesOf(request, "content-type")
  const [type] = types
  if (type !== undefined) return types.length === 1 && /^application\/json *(;.*)?$/i.test(type)
  const lengths = valuesOf(request, "content-length")
  return valuesOf(request, "transfer-encoding").length === 0 && lengths.every((length) => length === "0")
}
