/**
 * A served HTTP door on an ephemeral port over a fake hub and the memory store, for one test file.
 */
import { request as httpRequest, type IncomingMessage } from "node:http"
import { connect } from "node:net"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { resolveSettings } from "@holdfast/protocol/settings"
import { layer as memoryStore } from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { makeCredentials, type Credentials } from "../../src/credentials/Credentials.ts"
import type { Ended } from "../../src/SocketDoor.ts"
import { Hub } from "@holdfast/hub/Hub"
import { makeChatRoutes } from "../../src/ai-sdk/makeChatRoutes.ts"
import { makeFileDoor } from "../../src/app/makeFileDoor.ts"
import { findRoute, type Route } from "../../src/guard/routes.ts"
import { describeApi, specPath } from "../../src/http/openapi.ts"
import { reportTo, type Telemetry } from "@holdfast/hub/Telemetry"
import { OperationCounts } from "../../src/http/metrics.ts"
import { listen } from "../../src/http/listen.ts"
import { makeOperationLog } from "../../src/OperationLog.ts"
import { makeFakeHub } from "@holdfast/testkit/hub/FakeHub"

/** An answer as a test looks at it. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly text: string
  readonly json: () => Record<string, unknown> & { readonly error?: Record<string, unknown> }
}

/** How a request is sent; `raw` headers replace the usual ones. */
export interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string | ReadonlyArray<string>>
  readonly body?: string | Uint8Array
  readonly token?: string | undefined
}

export const OWNER = "owner-secret-for-tests-0123456789abcdefghijklm"

const spec = describeApi("0.0.0-test")

/** Whether the description has an answer of a route, and the tag of its error (H-28). */
const isDescribed = (route: Route, status: number, text: string): boolean => {
  const operation = spec.paths[specPath(route)]?.[route.method.toLowerCase() as "get"]
  const tag = status < 400 ? undefined : /^\{"error":\{"tag":"(\w+)"/.exec(text)?.[1]
  const described = operation?.responses[status]
  return route.socket || (described !== undefined && (tag === undefined || described.description.split(", ").includes(tag)))
}

/** Sends a request to a door, and fails when its answer is not described. */
const sendTo = (port: number, path: string, { method = "GET", headers = {}, body, token = OWNER }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent: false,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    })
    request.on("error", reject)
    request.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const found = findRoute(method, path.split("?")[0] ?? "")
        if (found._tag === "Route" && !isDescribed(found.route, response.statusCode ?? 0, text))
          return reject(
            new Error(`${method} ${found.route.path} answered ${response.statusCode}, which is not described: ${text}`),
          )
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as Record<string, never>,
        })
      })
    })
    request.end(body)
  })

/** Sends bytes as they are and gives all that comes back until the connection closes. */
const sendRawTo = (port: number, text: string | Uint8Array): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text))
    let got = ""
    socket.on("data", (chunk) => (got += chunk.toString("latin1")))
    socket.on("close", () => resolve(got))
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(got) : reject(error),
    )
  })

/** A door that takes nothing. */
const NO_SOCKET = {
  accept: () => undefined,
  closeCredential: () => undefined,
  stop: () => Promise.resolve(),
  connections: () => 0,
  open: () => [],
}

/** Starts a door; `stop` ends it. `player`: path of what exported files are made of; `app`: folder of the app. */
export async function startDoor(options: Record<string, unknown> = {}, player?: string, app?: string) {
  const lines: Array<string> = []
  const operations = new OperationCounts()
  const log = makeOperationLog(
    "debug",
    () => 0,
    (_level, line) => void lines.push(line),
  )
  const telemetry: Telemetry = {
    log: log.write,
    count: (labels, milliseconds) => operations.add(labels, milliseconds),
    span: () => undefined,
  }
  const fake = makeFakeHub(telemetry)
  const upgrades: Array<string> = []
  const closed: Array<Ended> = []
  const clock = { now: Date.now() }
  let credentials: Credentials | undefined
  const { values: settings } = resolveSettings({}, {}, { port: 0, ...options })
  const scope = Effect.runSync(Scope.make())
  const program = Effect.gen(function* () {
    const store = yield* Store
    credentials = yield* makeCredentials({
      store,
      owner: OWNER,
      replaceOwner: async () => "owner-secret-after-rotation-0123456789abcdef",
      fixed: "",
      linkExpiry: settings.linkExpiry,
      signInExpiry: settings.signInExpiry,
      now: () => clock.now,
    })
    return yield* listen({
      settings,
      tls: undefined,
      version: "0.0.0-test",
      store,
      credentials,
      sockets: {
        rpc: NO_SOCKET,
        socket: {
          accept: (_request, socket, _head, principal) => {
            upgrades.push(principal.name)
            socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n")
          },
          closeCredential: (ended) => void closed.push(ended),
          stop: () => Promise.resolve(),
          connections: () => 0,
          open: () => [],
        },
        chat: NO_SOCKET,
        "socket-io": { ...NO_SOCKET, serve: (_request, response) => void response.writeHead(400).end() },
      },
      routes: yield* makeChatRoutes(telemetry),
      player,
      files: makeFileDoor(app, "0.0.0-test", reportTo(telemetry)),
      telemetry,
      operations,
    })
  })
  const { port, names } = await Effect.runPromise(
    Effect.flatMap(Layer.buildWithScope(memoryStore, scope), (store) =>
      program.pipe(Effect.provideService(Hub, fake.hub), Effect.provideContext(store), Scope.provide(scope)),
    ),
  )

  const send = (path: string, sent: Sent = {}): Promise<Answer> => sendTo(port, path, sent)
  const create = async (body: Record<string, unknown> = {}): Promise<string> => {
    const answer = await send("/api/sessions", { method: "POST", body: JSON.stringify({ kind: "terminal", ...body }) })
    return String(answer.json()["id"])
  }
  return {
    ...fake,
    telemetry,
    port,
    names,
    lines,
    upgrades,
    closed,
    clock,
    send,
    sendRaw: (text: string | Uint8Array) => sendRawTo(port, text),
    create,
    credentials: () => {
      if (credentials === undefined) throw new Error("not started")
      return credentials
    },
    stop: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

export type Door = Awaited<ReturnType<typeof startDoor>>
