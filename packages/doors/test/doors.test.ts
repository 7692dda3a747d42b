import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { request as httpRequest } from "node:http"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { resolveSettings } from "@holdfast/protocol/settings"
import { type OperationName, operationEntries, operationOf } from "@holdfast/protocol/operations"
import { errorsOf, splitRoute } from "@holdfast/protocol/operations/operation"
import { CHAT_ERRORS } from "@holdfast/protocol/chat/errors"
import { COMMAND_INPUTS } from "@holdfast/protocol/rpc"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { eventually } from "@holdfast/testkit/eventually"
import { OWNER as owner } from "@holdfast/testkit/hub/hub-calls"
import { RawClient } from "@holdfast/testkit/hub/socket-house"
import { makeRpcDoor } from "../src/rpc/makeRpcDoor.ts"
import { makeSocketDoor } from "../src/socket/makeSocketDoor.ts"
import { OWNER, startDoor, type Door } from "./http/start.ts"
import { LineClient } from "@holdfast/testkit/hub/rpc-house"

/** How an operation ended: the error, or nothing. */
type Ended = Readonly<Record<string, unknown>> | undefined
type Fields = Readonly<Record<string, unknown>>

/** One door, as the suite uses it. */
interface Way {
  readonly ask: (name: OperationName, input: Fields, reads?: boolean) => Promise<Ended>
  /** Attaches to a session, and goes away. */
  readonly leave: (session: string) => Promise<void>
}

let door: Door
let socket: { readonly port: (reads: boolean) => number; readonly close: () => Promise<void> }
const clients: Array<RawClient> = []

beforeAll(async () => {
  door = await startDoor()
  socket = await openSocketDoors(door)
})
afterAll(async () => {
  for (const client of clients) client.ws.terminate()
  await socket.close()
  await door.stop()
})

/** A socket for the owner, and one for whom may only read. */
async function openSocketDoors({ hub, telemetry }: Door): Promise<typeof socket> {
  const scope = Effect.runSync(Scope.make())
  const { values } = resolveSettings({}, {}, {})
  const served = await Effect.runPromise(
    makeSocketDoor(values, "0.0.0", telemetry).pipe(Effect.provideService(Hub, hub), Scope.provide(scope)),
  )
  const serve = async (principal: Principal): Promise<ReturnType<typeof createServer>> => {
    const server = createServer()
    server.on("upgrade", (request, duplex, head) => served.accept(request, duplex, head, principal))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return server
  }
  const [writing, reading] = [await serve(owner), await serve({ name: "reader", credential: "reader", scope: "read" })]
  return {
    port: (reads) => ((reads ? reading : writing).address() as AddressInfo).port,
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      for (const server of [writing, reading]) server.close()
    },
  }
}

/** The RPC door for the owner. */
async function openRpcDoor({ hub, telemetry }: Door): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const scope = Effect.runSync(Scope.make())
  const { values } = resolveSettings({}, {}, {})
  const made = makeRpcDoor(values, telemetry).pipe(Effect.provideService(Hub, hub), Scope.provide(scope))
  const served = await Effect.runPromise(made)
  const server = createServer()
  server.on("upgrade", (request, duplex, head) => served.accept(request, duplex, head, owner))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      server.close()
    },
  }
}

async function client(reads = false): Promise<RawClient> {
  const made = new RawClient(socket.port(reads))
  clients.push(made)
  await made.hello(`client-${clients.length}-name`)
  return made
}

const overSocket: Way = {
  ask: async (name, input, reads = false) => {
    const answer = await (await client(reads)).call(name, input)
    if (answer._tag === "Success") return undefined
    const { _tag: tag, ...fields } = answer.cause?.[0]?.error ?? {}
    return { tag, ...fields }
  },
  leave: async (session) => {
    const one = await client()
    await one.call("Attach", { session, mode: "viewer" })
    one.ws.close()
  },
}

const overHttp: Way = {
  ask: async (name, input, reads = false) => {
    const { method, path } = splitRoute(operationOf(name).http ?? "GET /")
    const rest: Record<string, unknown> = { ...input }
    const filled = path.replace(/:(\w+)/g, (_, part: string) => {
      const value = String(rest[part])
      delete rest[part]
      return value
    })
    const token = reads ? await readToken() : OWNER
    const answer = await door.send(filled, { method, token, ...(method === "GET" ? {} : { body: JSON.stringify(rest) }) })
    return answer.json().error
  },
  leave: (session) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${OWNER}` }
      const asked = httpRequest({ port: door.port, path: `/api/sessions/${session}/events/stream`, headers, agent: false })
      asked.on("error", reject)
      asked.on("response", (response) => {
        response.on("error", () => undefined)
        response.destroy()
        resolve()
      })
      asked.end()
    }),
}

const readToken = async (): Promise<string> => {
  const made = await door.send("/api/tokens", { method: "POST", body: '{"name":"reader","scope":"read"}' })
  return String(made.json()["secret"])
}

/** The lines of an operation, from a point on. */
const linesOf = (from: number, operation: string): ReadonlyArray<Fields> =>
  door.lines
    .slice(from)
    .map((line) => JSON.parse(line) as Fields)
    .filter((line) => line["operation"] === operation)

/** What the metrics say of an operation. */
const counted = async (operation: string, name: string, outcome: string): Promise<number> => {
  const { text } = await door.send("/metrics")
  const key = `holdfast_operations_total{operation="${operation}",door="${name}",outcome="${outcome}"} `
  const line = text.split("\n").find((one) => one.startsWith(key))
  return line === undefined ? 0 : Number(line.slice(key.length))
}

describe.each([
  ["socket", overSocket],
  ["http", overHttp],
] as const)("an operation through the door %s", (name, way) => {
  let id: string
  beforeAll(async () => {
    id = await door.create()
  })

  /** Asks, and answers with the line and by how much the count rose. */
  const told = async (operation: OperationName, input: Fields, outcome = "success", reads = false) => {
    const [from, before] = [door.lines.length, await counted(operation, name, outcome)]
    const ended = await way.ask(operation, input, reads)
    await eventually("the line of the end", 5000, () => linesOf(from, operation).some(({ level }) => level !== "debug"))
    const [end] = linesOf(from, operation).filter(({ level }) => level !== "debug")
    const begin = linesOf(from, operation).find(({ level }) => level === "debug")
    return { ended, begin, end, more: (await counted(operation, name, outcome)) - before }
  }

  it("X-15 that succeeds has a line for debugging when it begins, one at info when it ends, and is counted", async () => {
    const { ended, begin, end, more } = await told("log.mark", { session: id, text: "here" })
    expect(ended).toBeUndefined()
    expect(begin).toMatchObject({ level: "debug", message: "begins", session: id, door: name, client: "owner" })
    expect(end).toMatchObject({ level: "info", message: "done", session: id, count: 1, door: name, client: "owner" })
    expect(end?.["milliseconds"]).toBeTypeOf("number")
    expect(more).toBe(1)
  })

  it("X-15 names the session that it made", async () => {
    const from = door.lines.length
    await way.ask("sessions.create", { kind: "terminal" })
    const { text } = await door.send("/api/sessions")
    await eventually("the line", 5000, () => linesOf(from, "sessions.create").some(({ level }) => level === "info"))
    const line = linesOf(from, "sessions.create").find(({ level }) => level === "info")
    expect(text).toContain(String(line?.["session"]))
  })

  it.each([
    ["is refused", "sessions.get", "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70", {}, "SessionNotFound"],
    ["has no whole id", "sessions.get", "a-label", {}, "SessionNotFound"],
    ["cannot be read", "log.mark", undefined, { text: "x", colour: "red" }, "BadRequest"],
  ] as const)("X-15 that %s is warned of with its error, and counted", async (_, operation, session, input, tag) => {
    const { ended, end, more } = await told(operation, { session: session ?? id, ...input }, tag)
    expect(ended).toMatchObject({ tag })
    expect(end).toMatchObject({ level: "warn", error: tag, door: name, client: "owner", count: 1 })
    expect(more).toBe(1)
  })

  it("G-8 X-15 that the scope does not allow is refused with who, what and where, and is warned of", async () => {
    const denied = { session: id, user: "reader", action: "log.mark" }
    const { ended, end, more } = await told("log.mark", { session: id, text: "no" }, "SessionPermissionError", true)
    expect(ended).toMatchObject({ tag: "SessionPermissionError", ...denied })
    expect(end).toMatchObject({ level: "warn", error: "SessionPermissionError", session: id, client: "reader", door: name })
    expect(more).toBe(1)
  })

  it("X-4 X-15 that fails in the hub is an error with a fingerprint, which its caller gets too", async () => {
    door.failWith(new Error("a planted fault"))
    const { ended, end, more } = await told("sessions.create", { kind: "terminal" }, "InternalError").finally(() =>
      door.failWith(undefined),
    )
    expect(end).toMatchObject({ level: "error", error: "InternalError", message: expect.stringContaining("a planted fault") })
    expect(ended).toMatchObject({ tag: "InternalError", fingerprint: end?.["fingerprint"] })
    expect(more).toBe(1)
  })

  it("X-15 that ends an attachment has a line with the reason", async () => {
    const from = door.lines.length
    await way.leave(id)
    const ends = () => linesOf(from, "attach").filter(({ message }) => message === "ended")
    await eventually("the end", 5000, () => ends().length > 0)
    expect(ends()).toMatchObject([{ level: "info", session: id, door: name, client: "owner" }])
    expect(String(ends()[0]?.["reason"]).length).toBeGreaterThan(10)
  })
})

describe("an operation through the door rpc", () => {
  let rpc: { readonly url: string; readonly close: () => Promise<void> }
  let lines: LineClient
  beforeAll(async () => {
    rpc = await openRpcDoor(door)
    lines = await new LineClient(rpc.url).open()
  })
  afterAll(async () => {
    lines.ws.terminate()
    await rpc.close()
  })

  it.each([
    ["is refused", "chat.interrupt", "agent.interrupt", { session: "a-label" }, "SessionNotFound"],
    ["cannot be read", "chat.send", "messages.send", { session: "x", colour: "red" }, "BadRequest"],
    ["cannot be subscribed to", "chat.subscribe", "log.follow", { session: 1 }, "BadRequest"],
    ["has no state", "chat.getState", "messages.list", { session: "x", limit: 0 }, "Unprocessable"],
  ] as const)("X-15 that %s is warned of under its own name, and counted", async (id, call, operation, payload, tag) => {
    const [from, before] = [door.lines.length, await counted(operation, "rpc", tag)]
    lines.request(id, call, payload)
    expect(await lines.exit(id)).toMatchObject({ exit: { cause: [{ _tag: "Fail", error: { _tag: tag } }] } })
    await eventually("the line", 5000, () => linesOf(from, operation).some(({ level }) => level === "warn"))
    const end = linesOf(from, operation).find(({ level }) => level === "warn")
    expect(end).toMatchObject({ error: tag, door: "rpc", client: "owner", count: 1 })
    expect(await counted(operation, "rpc", tag)).toBe(before + 1)
  })

  it("J-1 ends with no error that its schema does not have", () => {
    const tags = new Set<string>(CHAT_ERRORS.map(({ identifier }) => identifier))
    for (const name of ["messages.send", "agent.interrupt", "queue.remove", "messages.list", "log.follow"] as const)
      expect([...errorsOf(operationOf(name))].filter((tag) => !tags.has(tag))).toEqual([])
  })
})

describe("the lines of operations", () => {
  it("X-15 put together what one client asks again and again, and lose none of it", async () => {
    const id = await door.create()
    const one = await client()
    const from = door.lines.length
    const calls = Array.from({ length: 200 }, (_, at) => one.start("log.mark", { session: id, text: `mark ${at}` }))
    await one.until("the answers", () => calls.every((call) => one.answerOf(call) !== undefined))
    const ended = () => linesOf(from, "log.mark").filter(({ level }) => level === "info")
    const sum = () => ended().reduce((all, { count }) => all + Number(count), 0)
    await eventually("all are told", 5000, () => sum() === 200)
    expect(ended().length).toBeLessThan(10)
    for (const { session } of ended()) expect(session).toBe(id)
  })
})

describe("a stream over HTTP", () => {
  it.each([
    ["log.follow", "/events/stream?after=x", "CursorInvalid"],
    ["log.export", "/export?format=md", "Unprocessable"],
    ["sessions.watch", undefined, "CursorInvalid"],
  ] as const)("X-15 of %s that the door refuses is warned of once, and counted", async (operation, path, tag) => {
    const id = await door.create()
    const [from, before] = [door.lines.length, await counted(operation, "http", tag)]
    const answer = await door.send(path === undefined ? "/api/sessions/stream?after=x" : `/api/sessions/${id}${path}`)
    expect(answer.json().error).toMatchObject({ tag })
    const ends = linesOf(from, operation).filter(({ level }) => level !== "debug")
    expect(ends).toMatchObject([{ level: "warn", error: tag, door: "http", client: "owner" }])
    expect(await counted(operation, "http", tag)).toBe(before + 1)
  })

  it("X-4 of a fault in the door itself is an error with the fingerprint that its caller gets", async () => {
    const id = await door.create()
    const { attach } = door.hub
    const from = door.lines.length
    Object.assign(door.hub, {
      attach: (...given: Parameters<typeof attach>) =>
        Effect.map(attach(...given), (attachment) => ({
          ...attachment,
          start: () => {
            throw new Error("a planted fault")
          },
        })),
    })
    try {
      const failed = await door.send(`/api/sessions/${id}/export?format=jsonl`).catch(String)
      expect(failed).toEqual(expect.stringMatching(/aborted|hang up|RESET/))
    } finally {
      Object.assign(door.hub, { attach })
    }
    await eventually("the line", 5000, () => linesOf(from, "log.export").some(({ level }) => level === "error"))
    const line = linesOf(from, "log.export").find(({ level }) => level === "error")
    expect(line).toMatchObject({ message: expect.stringContaining("a planted fault"), fingerprint: expect.any(String) })
  })
})

describe("the table of operations", () => {
  it("X-14 has one route and one summary for each name, and the fields of each path", () => {
    const routes = operationEntries.flatMap(([, { http }]) => http ?? [])
    expect(new Set(routes).size).toBe(routes.length)
    expect(new Set(operationEntries.map(([, { summary }]) => summary)).size).toBe(operationEntries.length)
    for (const [name, { http, params = {}, query, body, summary }] of operationEntries) {
      if (http !== undefined)
        expect([name, [...http.matchAll(/:(\w+)/g)].map(([, part]) => part)]).toEqual([name, Object.keys(params)])
      expect([name, query !== undefined && body !== undefined]).toEqual([name, false])
      expect(summary).toMatch(/^[A-Z].*[^.]$/)
    }
  })

  it("X-14 the socket has every operation that needs neither a response of its own nor a credential's door", () => {
    const named = operationEntries.flatMap(([name, { socket: has }]) => (has === false ? [] : [name]))
    for (const name of named) expect(COMMAND_INPUTS.has(name), name).toBe(true)
    for (const [name, { http }] of operationEntries) if (http === undefined) expect(named).toContain(name)
  })

  it("X-14 says which errors an operation has, and reading changes nothing", () => {
    for (const [name, definition] of operationEntries) {
      // Who may only read ends its own sign-in, and changes nothing else (G-26).
      expect([name, definition.changes && definition.scope === "read"]).toEqual([name, name === "signIn.end"])
      expect(errorsOf(definition).has("InternalError")).toBe(true)
    }
  })
})
