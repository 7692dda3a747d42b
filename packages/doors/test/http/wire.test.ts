import { connect } from "node:net"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { handlerOf } from "@holdfast/testkit/hub/hub-calls"
import { OWNER, startDoor, type Door } from "./start.ts"

let door: Door
beforeAll(async () => {
  door = await startDoor()
})
afterAll(() => door.stop())

const head = () => `Host: 127.0.0.1:${door.port}\r\nAuthorization: Bearer ${OWNER}\r\n`
const revoke = (token = "") => door.send(`/api/tokens/${token}`, { method: "DELETE" })
const errorIn = (answer: string): { readonly status: number; readonly tag: string } => ({
  status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
  tag: (JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as { error: { tag: string } }).error.tag,
})

describe("requests as they come off the wire", () => {
  it("X-7 (fault:N60) a path or query of any length is refused in the one shape, and the log stays short", async () => {
    const before = door.lines.length
    const paths = [
      ...[257, 3000, 5000, 8000].map((length) => `/api/sessions/${"a".repeat(length)}`),
      `/api/sessions/${"%C3%A9".repeat(1200)}`,
      `/api/sessions/${"|".repeat(5000)}/events`,
      `/api/sessions?q=${"a".repeat(9000)}`,
      `/api/sessions/${"a".repeat(9000)}`,
      `/${"a/".repeat(3000)}`,
      "/api/sessions/..",
      "/api/sessions/%2e%2e/events",
      "/api/sessions/../../x",
    ]
    for (const path of paths) {
      const answer = await door.send(path)
      expect([path.slice(0, 40), answer.status]).toEqual([path.slice(0, 40), expect.toBeOneOf([400, 404, 414])])
      expect(answer.json().error).toMatchObject({ tag: expect.any(String), message: expect.any(String) })
    }
    const huge = await door.sendRaw(`GET /${"a".repeat(100_000)} HTTP/1.1\r\n${head()}\r\n`)
    expect(errorIn(huge)).toEqual({ status: 414, tag: "TargetTooLong" })
    const headers = await door.sendRaw(`GET / HTTP/1.1\r\n${head()}X: ${"a".repeat(100_000)}\r\n\r\n`)
    expect(errorIn(headers)).toEqual({ status: 431, tag: "HeadersTooLarge" })
    const lines = door.lines.slice(before)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1000)
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  it("X-8 (fault:N52) an unknown expectation is refused in the error shape, after the guard", async () => {
    const ask = (credential: string) =>
      door.sendRaw(`GET /api/sessions HTTP/1.1\r\n${credential}Expect: x\r\nConnection: close\r\n\r\n`)
    expect(errorIn(await ask(head()))).toEqual({ status: 417, tag: "ExpectationFailed" })
    expect(errorIn(await ask(`Host: 127.0.0.1:${door.port}\r\n`))).toEqual({ status: 401, tag: "Unauthorized" })
  })

  it("X-9 (fault:N52) an offer to speak another protocol is answered in HTTP/1.1", async () => {
    for (const offer of ["h2c", "TLS/1.0", "foo, bar"]) {
      const answer = await door.sendRaw(
        `GET /api/sessions HTTP/1.1\r\n${head()}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: ${offer}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
      )
      expect([offer, answer.slice(0, 12)]).toEqual([offer, "HTTP/1.1 200"])
    }
    const socket = await door.sendRaw(`GET /api/sessions HTTP/1.1\r\n${head()}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    expect(errorIn(socket)).toEqual({ status: 400, tag: "BadRequest" })
  })

  it("G-15 X-20 (fault:N52) details of what is wrong are shown only to a client with a credential for all sessions", async () => {
    const { health } = door.hub
    const body = JSON.stringify({ name: "bound", scope: "read", sessions: [await door.create()] })
    const bound = (await door.send("/api/tokens", { method: "POST", body })).json()["secret"] as string
    const problem = "the store failed: /home/somebody/.local/share/holdfast/holdfast.db is damaged"
    Object.assign(door.hub, {
      health: Effect.map(health, (report) => ({ ...report, ready: false, store: "failed", problems: [problem] })),
    })
    const open = await door.send("/health/ready", { token: "" })
    const partly = await door.send("/health/ready", { token: bound })
    const owner = await door.send("/health/ready")
    Object.assign(door.hub, { health })
    expect([open.status, open.json()["store"], open.json()["problems"]]).toEqual([503, "failed", []])
    expect([partly.status, partly.json()["problems"]]).toEqual([503, []])
    expect([owner.status, owner.json()["problems"]]).toEqual([503, [problem]])
  })

  it("G-13 (fault:N44) pipelined requests begin when the answer before them has left, and others are served", async () => {
    const size = 1024 * 1024
    let begun = 0
    door.operations.add<"sessions.list">({
      "sessions.list": handlerOf(() =>
        Effect.sync(() => {
          begun++
          return { sessions: [], total: 0, more: false, next: "x".repeat(size) }
        }),
      ),
    })
    const requests = 100
    const socket = connect(door.port, "127.0.0.1").pause()
    socket.write(`GET /api/sessions HTTP/1.1\r\n${head()}\r\n`.repeat(requests - 1))
    socket.write(`GET /api/sessions HTTP/1.1\r\n${head()}Connection: close\r\n\r\n`)
    await eventually("one began", 5000, () => begun > 0)
    for (let i = 0; i < 30; i++) expect((await door.send("/health/live")).status).toBe(200)
    // What the system's buffers on both sides hold, and one more.
    expect(begun).toBeLessThan(16)
    let bytes = 0
    let answers = 0
    socket.on("data", (chunk) => {
      bytes += chunk.length
      answers += chunk.toString("latin1").split("HTTP/1.1 200").length - 1
    })
    socket.resume()
    await new Promise((resolve) => socket.once("close", resolve))
    expect(begun).toBe(requests)
    expect(bytes).toBeGreaterThan(requests * size)
    expect(answers).toBeGreaterThan(requests * 0.9)
  })

  it("G-13 (fault:N44) a connection is not read from while its requests wait", async () => {
    let begun = 0
    door.operations.add<"sessions.list">({
      "sessions.list": handlerOf(() => Effect.suspend(() => (begun++, Effect.never))),
    })
    const socket = connect(door.port, "127.0.0.1").on("error", () => {})
    const request = `GET /api/sessions HTTP/1.1\r\n${head()}X: ${"a".repeat(12_000)}\r\n\r\n`
    const sent = 40 * 1024 * 1024
    socket.write(request.repeat(Math.ceil(sent / request.length)))
    await eventually("one began", 5000, () => begun > 0)
    for (let i = 0; i < 200; i++) expect((await door.send("/health/live")).status).toBe(200)
    const unread = socket.writableLength
    socket.destroy()
    expect(begun).toBe(1)
    // The rest is in the buffers of the system, on both sides.
    expect(unread).toBeGreaterThan(sent / 2)
  })

  it.each([
    ["G-7 a request whose credential is revoked", "token"],
    ["G-26 a request of a browser that signs out", "browser"],
  ])("%s while its body is on its way is not carried out", async (_, kind) => {
    const id = await door.create()
    const credentials = door.credentials()
    const made = await door.send("/api/tokens", { method: "POST", body: '{"name":"old","scope":"write"}' })
    const { id: token, secret: program } = made.json() as { readonly id?: string; readonly secret?: string }
    const browser = await Effect.runPromise(credentials.redeem(credentials.makeLink(credentials.owner()).secret))
    const secret = kind === "browser" ? browser : program
    const socket = connect(door.port, "127.0.0.1")
    let got = ""
    const closed = new Promise((resolve) => socket.on("data", (chunk) => (got += chunk.toString())).on("close", resolve))
    const body = '{"text":"too late"}'
    socket.write(
      `POST /api/sessions/${id}/marks HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer ${secret}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    )
    await eventually("the guard let it through", 5000, () => got.includes("100 Continue"))
    const ending = kind === "browser" ? door.send("/api/sign-in", { method: "DELETE", token: browser }) : revoke(token)
    expect((await ending).status).toBe(200)
    const before = await door.send(`/api/sessions/${id}`)
    got = ""
    socket.write(body)
    await closed
    expect(errorIn(got)).toEqual({ status: 401, tag: "Unauthorized" })
    expect((await door.send(`/api/sessions/${id}`)).json()["lastSeq"]).toBe(before.json()["lastSeq"])
  })

  it("G-26 a stream that opens only after its browser has signed out ends at once", async () => {
    const id = await door.create()
    const credentials = door.credentials()
    const browser = (await Effect.runPromise(credentials.redeem(credentials.makeLink(credentials.owner()).secret))) ?? ""
    const principal = credentials.authenticate(browser)
    const { attach } = door.hub
    const [asked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const held: typeof attach = (...given) => {
      asked.resolve()
      return Effect.andThen(
        Effect.promise(() => free.promise),
        attach(...given),
      )
    }
    Object.assign(door.hub, { attach: held })
    try {
      const socket = connect(door.port, "127.0.0.1")
      const closed = new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve))
      socket
        .resume()
        .write(
          `GET /api/sessions/${id}/events/stream HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer ${browser}\r\n\r\n`,
        )
      await asked.promise
      expect((await door.send("/api/sign-in", { method: "DELETE", token: browser })).status).toBe(200)
      await eventually("what it had open was closed", 5000, () => door.closed.includes(principal ?? ""))
      free.resolve()
      await closed
    } finally {
      Object.assign(door.hub, { attach })
    }
    await eventually("it is not attached", 5000, () => door.attachments() === 0)
  })
})
