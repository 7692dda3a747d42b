/**
 * The listening server: limits, then the guard, then a door, for every request and every upgrade (G-1, G-10).
 */
import { randomBytes } from "node:crypto"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Settings } from "@holdfast/protocol/settings"
import { PROTOCOL_VERSION, VERSION_HEADER } from "@holdfast/protocol/version"
import { guard, type GuardPolicy, NO_UPGRADE, type Refused, TARGET_MAX, TARGET_TOO_LONG } from "../guard/guard.ts"
import { crossOriginHeaders, namedOrigin, preflightHeaders } from "../guard/cross-origin.ts"
import { baseOf, type OwnNames, targetOf } from "../guard/names.ts"
import { bodyLimit, isSocketName, type Route, type SocketName } from "../guard/routes.ts"
import type { FileDoor } from "../FileDoor.ts"
import type { Caller, Principal } from "@holdfast/hub/Hub"
import { type Ended, isEnded } from "../SocketDoor.ts"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { connectionAddress } from "../credentials/proof.ts"
import { Admission } from "./Admission.ts"
import { hasBody, writeBeforeBody } from "./body.ts"
import type { Exchange } from "./Exchange.ts"
import type { HttpDoor } from "./HttpDoor.ts"
import { inTurn, type Serve } from "./in-turn.ts"
import type { AnswerCounts } from "./metrics.ts"
import { PAGE_POLICY } from "./pages.ts"

/** What of a door that takes upgrades is needed here. */
export interface UpgradeDoor {
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal) => void
  readonly serve?: (request: IncomingMessage, response: ServerResponse, principal: Principal) => void
}

/** What the server hands requests to. */
export interface ServerParts {
  readonly settings: Settings
  /** Certificate chain and key in PEM, for TLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** What a request with this Host is judged by. */
  readonly policy: (host: string | undefined) => GuardPolicy
  readonly http: HttpDoor
  readonly files: FileDoor
  /** Reports a request that the scope of its credential does not allow. */
  readonly denied: (name: Route["name"], session: string | undefined, by: Caller) => void
  readonly sockets: Readonly<Record<SocketName, UpgradeDoor>>
  readonly telemetry: Telemetry
  readonly counts: AnswerCounts
}

/** Imported, it would load everything it exports: the client for `fetch` alone takes 14 MB. */
const { createServer: createPlain, STATUS_CODES } = process.getBuiltinModule("node:http")

/** Largest header block of a request, in bytes. */
const HEADER_BYTES_MAX = 16 * 1024
/** Milliseconds a connection may stay open between two requests. */
const KEEP_ALIVE = 5000
/** Milliseconds between two looks for connections that take too long. */
const CONNECTION_CHECKS = 1000

/** The server and how to end what it has open. */
export interface HttpServerParts {
  readonly server: Server
  /** Ends the streams that a credential opened. */
  readonly endCredential: (ended: Ended) => void
  /** Ends every stream, so that the server can close. */
  readonly endStreams: () => void
  /** Who has a stream open, once for each. */
  readonly open: () => ReadonlyArray<Principal>
}

/** Makes the server; it does not listen yet. */
export function makeServer(parts: ServerParts): HttpServerParts {
  const { settings } = parts
  const endings = new Map<() => void, Principal | undefined>()
  const server = unboundServer(parts)
  const admission = new Admission(settings.connectionsMax)
  server.on("connection", (socket) => admission.arrived(socket))
  // Bounded by the size of the header block; a count limit of the parser's would drop headers silently.
  server.maxHeadersCount = 0

  const decide = ({ headers, method = "", rawHeaders }: IncomingMessage, url: string, upgrade: boolean) =>
    guard({ method, url, rawHeaders, upgrade }, parts.policy(headers.host))

  const serve: Serve = (request, response) => {
    const started = performance.now()
    const trace = randomBytes(8).toString("hex")
    const { names } = parts.policy(request.headers.host)
    setHeaders(request, response, trace, names)
    const { url, base } = reachedAt(request, names)
    // The doors know nothing of proxies.
    request.url = url
    const allowed = decide(request, url, false)
    if (allowed._tag === "Preflight") {
      parts.counts.add("preflight", 204, performance.now() - started)
      return void response.writeHead(204, preflightHeaders(allowed.origin, allowed.methods)).end()
    }
    const decision = (allowed._tag === "Refused" ? undefined : notTaken(allowed, request, unexpected)) ?? allowed
    if (decision._tag === "Refused") {
      const { denied } = decision
      if (denied !== undefined) parts.denied(denied.name, denied.session, callerOf(denied.by, trace, request.socket))
      parts.telemetry.log("debug", "refused", {
        status: decision.status,
        tag: decision.tag,
        trace,
        remote: request.socket.remoteAddress,
      })
      parts.counts.add("refused", decision.status, performance.now() - started)
      return writeBeforeBody(request, response, decision.status, headersOf(decision), Buffer.from(textOf(decision)))
    }
    if (decision._tag === "File") {
      response.once("close", () => parts.counts.add("app", response.statusCode, performance.now() - started))
      return parts.files.serve(request, response, decision.path, base)
    }
    if (decision.principal !== undefined) admission.known(request.socket)
    const counted = (): void =>
      parts.counts.add(decision.route.name, response.headersSent ? response.statusCode : 0, performance.now() - started)
    const { name } = decision.route
    if (isSocketName(name)) {
      response.once("close", counted)
      return decision.principal === undefined
        ? void response.destroy()
        : parts.sockets[name].serve?.(request, response, decision.principal)
    }
    const by = callerOf(decision.principal, trace, request.socket)
    const exchange: Exchange = { request, response, by, base, principal: decision.principal, endings }
    parts.http(decision, exchange, counted)
  }
  server.on("request", inTurn(serve))
  // An expectation is answered by the guard as well: 100 Continue is only sent for what will be read.
  server.on("checkContinue", (request, response) => {
    const decision = decide(request, reachedAt(request, parts.policy(request.headers.host).names).url, false)
    const length = Number(request.headers["content-length"] ?? 0)
    if (decision._tag === "Allowed" && length <= bodyLimit(decision.route, settings.bodyMax)) response.writeContinue()
    server.emit("request", request, response)
  })
  const unexpected = new WeakSet<IncomingMessage>()
  server.on("checkExpectation", (request, response) => {
    unexpected.add(request)
    server.emit("request", request, response)
  })
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy())
    request.url = reachedAt(request, parts.policy(request.headers.host).names).url
    const principal = upgraded(parts, decide(request, request.url, true), request, socket, head)
    if (principal !== undefined) admission.known(socket)
  })
  server.on("clientError", (error: ClientError, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") socket.destroy()
    else refuseUpgrade(socket, unparsed(error))
  })
  return { server, ...openOf(endings) }
}

/** What a server has open: how streams are ended, with whose they are. */
function openOf(endings: ReadonlyMap<() => void, Principal | undefined>): Omit<HttpServerParts, "server"> {
  return {
    endCredential: (ended) => {
      for (const [end, owner] of endings) if (owner !== undefined && isEnded(owner, ended)) end()
    },
    endStreams: () => {
      for (const end of endings.keys()) end()
    },
    open: () => [...endings.values()].flatMap((owner) => owner ?? []),
  }
}

/** Hands an upgrade that the guard let through to its door, and gives who is let in; refuses any other. */
function upgraded(
  { sockets, telemetry }: ServerParts,
  decision: ReturnType<typeof guard>,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Principal | undefined {
  if (decision._tag === "Refused") return void refuseUpgrade(socket, decision)
  const { principal, name } = decision._tag === "Allowed" ? { ...decision, ...decision.route } : {}
  if (name === undefined || !isSocketName(name) || principal === undefined) return void refuseUpgrade(socket, NOT_A_SOCKET)
  telemetry.log("info", name, { operation: "upgrade", client: principal.name, remote: request.socket.remoteAddress })
  sockets[name].accept(request, socket, head, principal)
  return principal
}

/** The target of a request as the hub has it, and the path below which its client sees the hub. */
function reachedAt({ headers, url = "" }: IncomingMessage, names: OwnNames): { readonly url: string; readonly base: string } {
  if (names.proxied === undefined) return { url, base: "" }
  const prefix = headers["x-forwarded-prefix"]
  const reached = { url, host: headers.host, prefix: typeof prefix === "string" ? prefix : undefined }
  return { url: targetOf(reached, names), base: baseOf(reached, names) }
}

/** Why a request that the guard let through is not taken. */
function notTaken(
  { _tag }: { readonly _tag: "Allowed" | "File" },
  request: IncomingMessage,
  unexpected: WeakSet<IncomingMessage>,
): Refused | undefined {
  if (unexpected.has(request)) return UNEXPECTED
  return _tag === "File" && hasBody(request) ? FILE_WITH_BODY : undefined
}

/** Sets what every answer says. */
function setHeaders({ headers }: IncomingMessage, response: ServerResponse, trace: string, names: OwnNames): void {
  const origin = namedOrigin(headers.origin, names)
  const all = { ...SAFE_HEADERS, "x-trace": trace, ...(origin === undefined ? {} : crossOriginHeaders(origin)) }
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value)
}

/** A server with its limits, without anything that answers. */
function unboundServer({ settings, tls }: ServerParts): Server {
  const options = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: settings.headerTimeout,
    requestTimeout: Math.max(settings.requestTimeout, settings.headerTimeout),
    keepAliveTimeout: KEEP_ALIVE,
    connectionsCheckingInterval: CONNECTION_CHECKS,
    // The guard answers for a missing Host in the one error shape; HTTP smuggling forms are refused by the parser.
    requireHostHeader: false,
    insecureHTTPParser: false,
    // What else a client offers to speak, it is answered in HTTP/1.1 (RFC 9110 section 7.8).
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === "websocket",
  }
  return tls === undefined
    ? createPlain(options)
    : process.getBuiltinModule("node:https").createServer({ ...options, ...tls, minVersion: "TLSv1.2" })
}

const SAFE_HEADERS = {
  [VERSION_HEADER]: String(PROTOCOL_VERSION),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "content-security-policy": PAGE_POLICY,
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
}

const NOT_A_SOCKET: Refused = { _tag: "Refused", status: 400, tag: "BadRequest", message: NO_UPGRADE }

const UNEXPECTED: Refused = {
  _tag: "Refused",
  status: 417,
  tag: "ExpectationFailed",
  message: "only Expect: 100-continue is supported; omit the header",
}

const FILE_WITH_BODY: Refused = { _tag: "Refused", status: 400, tag: "BadRequest", message: "a file is asked for without a body" }

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/** The refusal of what the parser did not take. */
function unparsed({ code, rawPacket }: ClientError): Refused {
  const refused = (status: number, tag: string, message: string): Refused => ({ _tag: "Refused", status, tag, message })
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return refused(408, "RequestTimeout", "the request took too long to arrive")
  if (code !== "HPE_HEADER_OVERFLOW") return refused(400, "BadRequest", "the request could not be parsed")
  const line = rawPacket?.indexOf("\r\n") ?? 0
  if (line < 0 || line > TARGET_MAX) return TARGET_TOO_LONG
  return refused(431, "HeadersTooLarge", `the headers of a request have at most ${HEADER_BYTES_MAX} bytes`)
}

/** Who asks; without a credential no one, for whom public operations are. */
const callerOf = (principal: Principal | undefined, trace: string, { localAddress, localPort }: Socket): Caller => ({
  ...(principal ?? { name: "", credential: "", scope: "none" }),
  door: "http",
  trace,
  address: connectionAddress(localAddress, localPort),
})

const textOf = ({ tag, message, fields }: Refused): string => JSON.stringify({ error: { tag, message, ...fields } })

function headersOf({ status, allow }: Refused): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json; charset=utf-8",
    connection: "close",
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="holdfast"' } : {}),
    ...(allow === undefined ? {} : { allow: allow.join(", ") }),
  }
}

function refuseUpgrade(socket: Duplex, refused: Refused): void {
  const text = textOf(refused)
  const headers = Object.entries({ ...headersOf(refused), ...SAFE_HEADERS, "content-length": String(Buffer.byteLength(text)) })
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  socket.end(`HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status] ?? ""}\r\n${head}\r\n${text}`, () => socket.destroy())
}
