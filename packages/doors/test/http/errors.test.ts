import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { OWNER, startDoor, type Door } from "./start.ts"

let door: Door
beforeAll(async () => {
  door = await startDoor({ bodyMax: 64 * 1024 })
})
afterAll(() => door.stop())

const post = (body: string | Uint8Array, path = "/api/sessions") => door.send(path, { method: "POST", body })
const head = `Host: 127.0.0.1:PORT\r\nAuthorization: Bearer ${OWNER}\r\n`
const raw = (text: string) => door.sendRaw(text.replaceAll("PORT", String(door.port)))

describe("errors over HTTP", () => {
  it("X-1 a body that does not fit is refused in the one shape, naming the field", async () => {
    const cases: ReadonlyArray<readonly [string, number, string, string?]> = [
      ["{", 400, "BadRequest"],
      ["[]", 400, "BadRequest"],
      ["null", 400, "BadRequest", "kind"],
      ["{}", 400, "BadRequest", "kind"],
      ['{"kind":"ship"}', 400, "BadRequest", "kind"],
      ['{"kind":"terminal","args":["a",3]}', 400, "BadRequest", "args.1"],
      ['{"kind":"terminal","colour":1}', 400, "BadRequest", "colour"],
      ['{"kind":"terminal","cols":"80"}', 400, "BadRequest", "cols"],
      ['{"kind":"terminal","cols":0}', 422, "InvalidSize"],
      ['{"kind":"terminal","rows":65535}', 422, "InvalidSize"],
      ['{"kind":"terminal","label":"a\\u001b[31m"}', 422, "Unprocessable", "label"],
      ['{"kind":"terminal","label":"a\\r\\nb"}', 422, "Unprocessable", "label"],
      ['{"kind":"terminal","key":""}', 422, "Unprocessable", "key"],
      ['{"kind":"terminal","cwd":"/nowhere"}', 422, "Unprocessable", "cwd"],
      ['{"kind":"terminal","__proto__":{"polluted":1}}', 400, "BadRequest"],
      ['{"kind":"terminal","kind":"agent"}', 400, "BadRequest"],
    ]
    const before = door.commands()
    for (const [body, status, tag, field] of cases) {
      const answer = await post(body)
      const { error } = answer.json()
      expect([body, answer.status, error?.["tag"], error?.["field"]]).toEqual([body, status, tag, field])
      expect(String(error?.["message"]).length).toBeGreaterThan(3)
    }
    expect(door.commands()).toBe(before)
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false)
  })

  it("X-1 a route without query or body refuses fields in either; a body of null is an empty one", async () => {
    const id = await door.create()
    const unknown = { status: 400, tag: "BadRequest" }
    for (const path of ["/api/agents", `/api/sessions/${id}`]) {
      const answer = await door.send(`${path}?colour=1`)
      expect({ status: answer.status, tag: answer.json().error?.["tag"] }).toEqual(unknown)
    }
    const refused = await post('{"colour":1}', "/api/links")
    expect({ status: refused.status, tag: refused.json().error?.["tag"] }).toEqual(unknown)
    for (const body of ["", "{}", "null"]) expect([body, (await post(body, "/api/links")).status]).toEqual([body, 201])
    for (const body of ["", "{}", "null"]) {
      expect([body, (await post(body, `/api/sessions/${id}/archive`)).status]).toEqual([body, 200])
    }
  })

  it("X-5 (fault:N50) anything that is not a number is refused where one is expected, as are names that cannot be kept or seen", async () => {
    const id = await door.create()
    for (const number of ["NaN", "Infinity", "-Infinity", "1e999", "", "%20", "0x10"]) {
      for (const query of ["activeSince", "createdSince", "createdBefore", "limit"])
        expect([query, number, (await door.send(`/api/sessions?${query}=${number}`)).status]).toEqual([query, number, 400])
      for (const path of [
        `${id}/events?limit=`,
        `${id}/events?after=`,
        `${id}/messages?before=`,
        `${id}/messages?limit=`,
        "stream?after=",
      ])
        expect([path, number, (await door.send(`/api/sessions/${path}${number}`)).status]).toEqual([path, number, 400])
    }
    expect((await post('{"cols":"NaN","rows":"Infinity"}', `/api/sessions/${id}/resize`)).status).toBe(400)
    const before = door.commands()
    const names = ["\\ud800", "a\\udc00b", " ", "\\u3000\\u00a0", "\\u200b\\u2060", "\\u3164"]
    for (const name of names) {
      for (const field of ['"label":"', '"tags":["'])
        expect([
          name,
          field,
          (await post(`{"kind":"terminal",${field}${name}"${field.includes("[") ? "]" : ""}}`)).status,
        ]).toEqual([name, field, 422])
      expect([name, (await post(`{"text":"${name}"}`, `/api/sessions/${id}/marks`)).status]).toEqual([name, 422])
      expect([name, (await post(`{"name":"${name}"}`, "/api/tokens")).status]).toEqual([name, 422])
    }
    const file = '{"parts":[{"type":"file","mediaType":"text/plain","url":"data:,a","filename":"a\\u0000"}]}'
    const answer = await post(file, `/api/sessions/${id}/messages`)
    expect([answer.status, answer.json().error?.["field"]]).toEqual([422, "parts.0.filename"])
    for (const field of ['"command":"', '"cwd":"', '"args":["'])
      expect([field, (await post(`{"kind":"terminal",${field}a\\ud800"${field.includes("[") ? "]" : ""}}`)).status]).toEqual([
        field,
        422,
      ])
    expect(door.commands()).toBe(before)
  })

  it("X-2 unknown routes are 404 and wrong methods 405 in the same shape", async () => {
    const missing = await door.send("/api/nothing")
    expect([missing.status, missing.json().error?.["tag"]]).toEqual([404, "NotFound"])
    const method = await door.send("/api/sessions", { method: "DELETE" })
    expect([method.status, method.json().error?.["tag"], method.headers.allow]).toEqual([405, "MethodNotAllowed", "POST, GET"])
    expect((await door.send("/api/sessions/%ff")).status).toBe(400)
    expect((await door.send("/api/sessions?stauts=active")).json().error?.["field"]).toBe("stauts")
  })

  it("G-4 a refusal for want of a credential is 401 in the same shape and says how to get in", async () => {
    const answer = await door.send("/api/sessions", { token: "" })
    expect([answer.status, answer.json().error?.["tag"], answer.headers["www-authenticate"]]).toEqual([
      401,
      "Unauthorized",
      'Bearer realm="holdfast"',
    ])
  })

  it("X-4 a defect is logged with a fingerprint; the caller gets the fingerprint and never a stack", async () => {
    door.failWith(new TypeError("secret detail"))
    const answer = await post('{"kind":"terminal"}')
    door.failWith(undefined)
    const { error } = answer.json()
    expect([answer.status, error?.["tag"]]).toEqual([500, "InternalError"])
    expect(answer.text).not.toContain("secret detail")
    const line = door.lines.find((text) => text.includes(String(error?.["fingerprint"])))
    expect(line).toContain("secret detail")
    expect(line).toContain('"level":"error"')
  })

  it("G-10 check:V5 a body over the limit is 413 before it is read, announced or chunked", async () => {
    const announced = await raw(
      `POST /api/sessions HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{`,
    )
    expect(announced).toContain("HTTP/1.1 413 ")
    expect(announced).toContain('"tag":"TooLarge"')
    const chunk = `4000\r\n${"a".repeat(0x4000)}\r\n`
    const chunked = await raw(
      `POST /api/sessions/batch HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
    )
    expect(chunked).toContain("HTTP/1.1 413 ")
    expect((await post(JSON.stringify({ kind: "terminal", env: { A: "x".repeat(60_000) } }))).status).toBe(201)
  })

  it("G-4 a large body without a credential is refused with an answer, not with a reset", async () => {
    const body = JSON.stringify({ kind: "terminal", env: { A: "x".repeat(3_000_000) } })
    for (let i = 0; i < 5; i++)
      expect((await door.send("/api/sessions", { method: "POST", body, token: "wrong" })).status).toBe(401)
  })

  it("check:V5 a compressed body is refused", async () => {
    const answer = await door.send("/api/sessions", { method: "POST", body: "x", headers: { "content-encoding": "gzip" } })
    expect(answer.status).toBe(400)
  })

  it("G-2 G-10 malformed requests, doubled and missing hosts, and too many headers end in an error and change nothing", async () => {
    const before = door.commands()
    const body = 'Content-Type: application/json\r\nContent-Length: 19\r\n\r\n{"kind":"terminal"}'
    const cases: ReadonlyArray<readonly [string, number]> = [
      [`POST /api/sessions HTTP/1.1\r\nAuthorization: Bearer ${OWNER}\r\n${body}`, 403],
      [`POST /api/sessions HTTP/1.0\r\nAuthorization: Bearer ${OWNER}\r\n${body}`, 403],
      [`POST /api/sessions HTTP/1.1\r\n${head}Host: evil.example\r\n${body}`, 403],
      [`POST http://127.0.0.1:PORT/api/sessions HTTP/1.1\r\n${head}${body}`, 400],
      [`POST /api/sessions HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
      [`POST /api/sessions HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`, 400],
      [`POST /api/sessions HTTP/1.1\r\n${head}Bad Header: x\r\n\r\n`, 400],
      [`GET /api/sessions HTTP/1.1\r\n${head}${"a:b\r\n".repeat(2000)}\r\n`, 431],
      [`GET /api/sessions HTTP/1.1\r\n${head}X: ${"y".repeat(20_000)}\r\n\r\n`, 431],
      [`GARBAGE\r\n\r\n`, 400],
      [
        `GET /api/socket HTTP/1.1\r\n${head}Connection: upgrade\r\nUpgrade: websocket\r\nOrigin: http://evil.example\r\n\r\n`,
        403,
      ],
      [`GET /api/socket HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`, 401],
      [`GET /health/live HTTP/1.1\r\n${head}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`, 400],
    ]
    for (const [text, status] of cases) {
      const answer = await raw(text)
      expect([text.slice(0, 60), Number(answer.slice(9, 12))]).toEqual([text.slice(0, 60), status])
      expect(answer).toContain('{"error":{"tag":')
    }
    expect([door.commands(), door.upgrades]).toEqual([before, []])
    await raw(`GET /api/socket HTTP/1.1\r\n${head}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`)
    expect(door.upgrades).toEqual(["owner"])
  })

  it("check:B1 mutated requests get a typed error or a close, and the door still serves", async () => {
    const text = `POST /api/sessions HTTP/1.1\r\n${head}Connection: close\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"kind":"terminal"}`
    const base = Buffer.from(text.replaceAll("PORT", String(door.port)))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (mutations) => {
          const mutated = Buffer.from(base)
          for (const [at, byte] of mutations) mutated[at] = byte
          // The end of the request may have moved: the rest closes it.
          const answer = await door.sendRaw(Buffer.concat([mutated, Buffer.from("\r\n\r\n\0\r\n\r\n")]))
          expect(answer === "" || /^HTTP\/1\.1 (201|4\d\d) /.test(answer), answer.slice(0, 200)).toBe(true)
        },
      ),
      { numRuns: 150, interruptAfterTimeLimit: 4000 },
    )
    expect((await door.send("/health/live")).status).toBe(200)
    expect(door.lines.filter((line) => line.includes('"level":"error"') && !line.includes("secret detail"))).toEqual([])
  }, 20_000)

  it("check:S10 no control character reaches the log or an answer raw", async () => {
    const nasty = "\u001b]0;x\u0007\r\n\u0085\u009b31m\u2028"
    await door.send(`/api/sessions/${encodeURIComponent(nasty)}`)
    await post(JSON.stringify({ kind: "terminal", [nasty]: 1 }))
    await post(JSON.stringify({ kind: "terminal", label: nasty }))
    // oxlint-disable-next-line no-control-regex
    for (const line of door.lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
  })
})
