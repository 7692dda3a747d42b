/// <reference types="node" />
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { makeClientId } from "../src/client-id.ts"
import { makeApi } from "../src/http/api.ts"
import type { HttpOptions } from "../src/http/request.ts"
import { sseEvents, SseParser } from "../src/http/sse.ts"
import type { Hub } from "../src/model/Hub.ts"
import { sessionService } from "../src/model/session-service.ts"
import { sendOverHttp } from "../src/outbox/send.ts"
import { Connection } from "../src/Connection.ts"
import { wsSocket } from "../src/socket.ts"
import { sendAndFollow } from "../src/turn.ts"

type Answering = (response: ServerResponse, request: IncomingMessage) => void

/** What the server does with its requests, the last one for all that follow; and their addresses. */
let answers: Array<Answering>
let asked: Array<string>
let origin: string

const server = createServer((request, response) => {
  asked.push(String(request.url))
  const answer = answers.length > 1 ? answers.shift() : answers[0]
  answer?.(response, request)
})

beforeEach(async () => {
  answers = []
  asked = []
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  vi.unstubAllGlobals()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const options = (change: Partial<HttpOptions> = {}): HttpOptions => ({ origin, fetch: globalThis.fetch, ...change })

const stream =
  (text: string | Uint8Array, end: "cut" | "end" | "open"): Answering =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(text, () => {
      if (end === "cut") response.destroy()
      else if (end === "end") response.end()
    })
  }

const refusal =
  (status: number, tag: string, fields: object = {}): Answering =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" })
    response.end(JSON.stringify({ error: { tag, message: "no", ...fields } }))
  }

const event = (id: number): string => `event: event\nid: ${id}\ndata: {"seq":${id}}\n\n`

describe("a call over HTTP", () => {
  it("C-14 (fault:N66) calls what it was given on its own, as a browser's fetch demands", async () => {
    answers = [refusal(404, "SessionNotFound")]
    const receivers: Array<unknown> = []
    const picky: HttpOptions["fetch"] = function (this: unknown, url, sent) {
      receivers.push(this)
      if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation")
      return globalThis.fetch(url, sent)
    }
    await expect(makeApi(options({ fetch: picky, origin: `${origin}/` })).get("x")).rejects.toMatchObject({
      tag: "SessionNotFound",
    })
    expect(receivers).toEqual([undefined])
    expect(asked).toEqual(["/api/sessions/x"])
  })

  it.each([
    ["no address", { origin: "not an address" }],
    ["a relative address where there is no page", { origin: "" }],
    ["a token that no header can hold", { token: "two\nlines" }],
    ["no function", { fetch: "fetch" as never }],
    ["a function that is called wrongly", { fetch: () => Promise.reject(new TypeError("Illegal invocation")) }],
    ["a function with a fault", { fetch: () => Promise.reject(new ReferenceError("nothing is not defined")) }],
  ])("C-14 (fault:N66) does not report a mistake of the program as Unreachable: %s", async (_, change) => {
    await expect(makeApi(options(change)).live()).rejects.toMatchObject({ tag: "InvalidCall" })
    expect(asked).toEqual([])
  })

  it("C-14 does not call what no id, value or route can be, nor another route in its place", async () => {
    const api = makeApi(options())
    const wrong = [
      api.get(""),
      api.get(".."),
      api.remove(undefined as unknown as string),
      api.get("\ud800"),
      api.exists(""),
      api.mark("x", { text: 1n as unknown as string }),
      api.followEvents("..").next(),
    ]
    for (const call of wrong) await expect(call).rejects.toMatchObject({ tag: "InvalidCall" })
    expect(asked).toEqual([])
  })

  it("C-14 an answer that is begun and not ended is not waited for forever", async () => {
    const api = makeApi(options({ timeout: 40 }))
    const begun = (status: number) => (response: ServerResponse) => void response.writeHead(status).write('{"sessions":[')
    answers = [begun(200)]
    await expect(api.list()).rejects.toMatchObject({ tag: "ConnectionLost", retryable: true })
    answers = [begun(500)]
    await expect(api.list()).rejects.toMatchObject({ tag: "TimedOut", retryable: true })
    const ending = new AbortController()
    const given = api.list({}, ending)
    ending.abort()
    await expect(given).rejects.toMatchObject({ tag: "Aborted" })
  })

  it("C-34 is given up at once while its credential is waited for", async () => {
    const ending = new AbortController()
    const call = makeApi(options({ token: () => new Promise<string>(() => undefined) })).list({}, ending)
    ending.abort()
    await expect(call).rejects.toMatchObject({ tag: "Aborted" })
    expect(asked).toEqual([])
  })

  it("C-14 a hub that is not there is Unreachable", async () => {
    await expect(makeApi(options({ origin: "http://127.0.0.1:1" })).live()).rejects.toMatchObject({ tag: "Unreachable" })
  })

  it("C-14 an answer that is not the hub's own is Unreachable from 500 on, and HttpError below", async () => {
    for (const status of [500, 502, 503, 504, 521]) {
      answers = [(response) => response.writeHead(status).end("<html>")]
      const failed = expect(makeApi(options()).live()).rejects
      await failed.toMatchObject({
        tag: "Unreachable",
        status,
        retryable: true,
        message: expect.stringContaining("cannot be reached"),
      })
    }
    for (const status of [302, 404, 413]) {
      answers = [(response) => response.writeHead(status).end("<html>")]
      const failed = expect(makeApi(options()).live()).rejects
      await failed.toMatchObject({
        tag: "HttpError",
        status,
        retryable: false,
        message: expect.stringContaining("not the hub's"),
      })
    }
    answers = [refusal(503, "Unavailable")]
    await expect(makeApi(options()).live()).rejects.toMatchObject({ tag: "Unavailable", status: 503, message: "no" })
  })

  it("C-14 a socket that cannot be tried at all is refused at once", async () => {
    const { WebSocket } = await import("ws")
    const connection = new Connection({ open: wsSocket(WebSocket, "ws://127.0.0.1:1/", "two\nlines"), name: "test" })
    await expect(connection.online()).rejects.toMatchObject({ tag: "InvalidCall" })
  })
})

describe("a stream of server-sent events", () => {
  const follow = async (count: number, from?: number, ending = new AbortController()): Promise<ReadonlyArray<string>> => {
    const ids: Array<string> = []
    for await (const { id } of makeApi(options()).followEvents("x", from === undefined ? {} : { after: from }, {
      signal: ending.signal,
    })) {
      ids.push(id)
      if (ids.length === count) ending.abort()
    }
    return ids
  }

  it("C-15 (fault:N68) resumes from its cursor after a cut in the middle of an event, a clean end, and a hub that is away", async () => {
    answers = [
      stream(`${event(4)}${event(5)}event: event\nid: 6\nda`, "cut"),
      refusal(503, "Unavailable"),
      (response) => response.destroy(),
      (response) => response.writeHead(502).end("<html>"),
      stream(`${event(6)}event: synced\nid: 6\ndata: {"seq":6,"log":"L"}\n\n\n`, "end"),
      stream(`${event(7)}id: 9\n\n`, "cut"),
      stream(event(10), "open"),
    ]
    expect(await follow(6, 3)).toEqual(["4", "5", "6", "6", "7", "10"])
    const path = "/api/sessions/x/events/stream"
    expect(asked).toEqual([
      `${path}?after=3`,
      ...Array.from({ length: 4 }, () => `${path}?after=5`),
      `${path}?after=6&log=L`,
      `${path}?after=9&log=L`,
    ])
  })

  it("C-15 the feed resumes with the cursor that names its store", async () => {
    answers = [stream(`event: session\nid: 7@F\ndata: {}\n\n`, "cut"), stream(`event: session\nid: 8@F\ndata: {}\n\n`, "open")]
    const ids: Array<string> = []
    for await (const { id } of makeApi(options()).followSessions(6)) {
      ids.push(id)
      if (id === "8@F") break
    }
    expect(ids).toEqual(["7@F", "8@F"])
    expect(asked).toEqual(["/api/sessions/stream?after=6", "/api/sessions/stream?after=7%40F"])
  })

  it("C-15 ends with the hub's refusal, and with the first failure as any call", async () => {
    answers = [stream(event(1), "cut"), refusal(401, "Unauthorized")]
    await expect(follow(9)).rejects.toMatchObject({ tag: "Unauthorized", status: 401 })
    answers = [refusal(503, "Unavailable")]
    await expect(follow(9)).rejects.toMatchObject({ tag: "Unavailable" })
    expect(asked).toHaveLength(3)
  })

  it("C-15 what is not the hub's protocol ends it with a typed error", async () => {
    answers = [stream("event: synced\ndata: {nothing\n\n", "open")]
    await expect(makeApi(options()).followEvents("x").next()).rejects.toMatchObject({ tag: "ProtocolBroken" })
    answers = [stream("event: event\nid: 1\ndata: nothing\n\n", "open")]
    const sent = answers
    answers = [(response) => (response.end('{"messageId":"m","seq":1,"status":"started"}'), void (answers = sent))]
    await expect(sendAndFollow({ http: options() }, "x", "hello").next()).rejects.toMatchObject({ tag: "ProtocolBroken" })
  })

  it("C-15 ends without an error when it is aborted, also before and between connections", async () => {
    const before = new AbortController()
    before.abort()
    expect(await follow(9, 1, before)).toEqual([])
    const between = new AbortController()
    answers = [stream(event(1), "cut"), (response) => void (between.abort(), response.destroy())]
    expect(await follow(9, 0, between)).toEqual(["1"])
  })

  it("C-15 reads byte order marks, retry, ids alone, and lines however they are ended and cut", async () => {
    const text = "\ufeffevent: a\r\nretry: 25\r\nid: 1\r\ndata: x\rdata: ü\n\nretry: soon\nid: 2\n\nid: 3\0\ndata:\n\n"
    const bytes = new TextEncoder().encode(text)
    for (const step of [1, 2, 3, bytes.length]) {
      const parser = new SseParser()
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
      })()
      const seen = []
      for await (const one of sseEvents({ body: chunks }, parser)) seen.push(one)
      expect(seen).toEqual([
        { event: "a", id: "1", data: "x\nü" },
        { event: "message", id: "2", data: "" },
      ])
      expect([parser.id, parser.retry]).toEqual(["2", 25])
    }
  })

  it("C-15 a stream that falls silent is lost, not waited for", async () => {
    const body = (async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(event(1))
      await new Promise(() => undefined)
    })()
    const events = sseEvents({ body }, new SseParser(), 20)
    expect((await events.next()).value).toMatchObject({ id: "1" })
    await expect(events.next()).rejects.toMatchObject({ tag: "ConnectionLost" })
  })

  it("C-15 an event that is too long is reported as such", async () => {
    const chunk = new Uint8Array(8 * 1024 * 1024).fill(120)
    const body = (async function* () {
      for (let i = 0; i < 5; i++) yield chunk
    })()
    await expect(sseEvents({ body }).next()).rejects.toMatchObject({ tag: "ProtocolBroken" })
  })
})

describe("what is made of calls", () => {
  it("C-40 an outbox that sends over HTTP says what kind of client creates a session, as other calls do", async () => {
    const bodies: Array<unknown> = []
    answers = [
      async (response, request) => {
        let text = ""
        for await (const chunk of request) text += String(chunk)
        bodies.push(JSON.parse(text))
        response.end("{}")
      },
    ]
    const send = sendOverHttp(options({ createdBy: "mobile" }))
    const { signal } = new AbortController()
    await send("sessions.create", { kind: "agent" }, signal)
    await send("sessions.create", { kind: "agent", createdBy: "cli" }, signal)
    await send("messages.send", { session: "x", text: "y" }, signal)
    expect(bodies).toEqual([{ kind: "agent", createdBy: "mobile" }, { kind: "agent", createdBy: "cli" }, { text: "y" }])
  })

  it("U-8 a create that failed says whether the same one may succeed later", async () => {
    const service = sessionService(() => ({ sessions: makeApi(options()) }) as unknown as Hub)
    const failed = async (status: number, tag: string): Promise<unknown> => {
      answers = [refusal(status, tag)]
      return service.create({ kind: "agent" }).catch((error: unknown) => error)
    }
    expect(await failed(503, "Unavailable")).toMatchObject({
      tag: "SessionCreationError",
      reason: "Unavailable",
      retryable: true,
    })
    expect(await failed(422, "CommandNotFound")).toMatchObject({ reason: "CommandNotFound", retryable: false })
  })
})

describe("an older platform", () => {
  it("C-17 (fault:N70) client ids and aborts need neither crypto nor AbortSignal.any", async () => {
    vi.stubGlobal("crypto", undefined)
    vi.stubGlobal("AbortSignal", class {})
    const ids = new Set(Array.from({ length: 1000 }, makeClientId))
    expect(ids.size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
    const ending = new AbortController()
    answers = [() => ending.abort()]
    const stream = makeApi(options()).followEvents("x", {}, { signal: ending.signal })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})
