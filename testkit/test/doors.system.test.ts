/**
 * What every door promises, seen from outside: a real hub, real children, HTTP and the stream socket.
 */
import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import type { Session, SessionPage } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"
import { startReader } from "../src/reader.ts"
import { openTerminal } from "../src/terminal-session.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
})

const create = (body: object): Promise<Session> => openTerminal(hub, { command: "cat", ...body })

describe("events and lists", () => {
  it("E-2 an event has seq, time, channel, type and data, and an author if a person or program acted", async () => {
    const before = Date.now()
    const { id } = await create({ label: "shape" })
    await hub.call("POST", `/api/sessions/${id}/marks`, { text: "here" })
    const log = await wholeLog(hub, id)
    for (const event of log) {
      expect(
        Object.keys(event).filter((key) => !["seq", "from", "time", "channel", "type", "turn", "by", "data"].includes(key)),
      ).toEqual([])
      expect(event.time).toBeGreaterThanOrEqual(before)
      expect(event.time).toBeLessThanOrEqual(Date.now())
    }
    const marked = log.find((event) => event.type === "marked")
    expect(marked).toMatchObject({ channel: "session", data: { text: "here" } })
    expect(marked?.by).toBeTruthy()
  })

  it("H-2 the list filters, sorts, pages and puts the last active first", async () => {
    const made: Array<string> = []
    for (const [label, tags] of [
      ["alpha one", ["red"]],
      ["beta two", ["red", "blue"]],
      ["gamma one", ["blue"]],
    ] as const) {
      made.push((await create({ label, tags })).id)
    }
    const list = async (query: string): Promise<SessionPage> => {
      const { status, body } = await hub.call<SessionPage>("GET", `/api/sessions?${query}`)
      expect(status).toBe(200)
      return body
    }
    const labels = async (query: string): Promise<ReadonlyArray<string>> => (await list(query)).sessions.map(({ label }) => label)
    expect(await labels("tag=red&sort=label")).toEqual(["alpha one", "beta two"])
    expect(await labels("tag=blue&sort=created")).toEqual(["gamma one", "beta two"])
    expect(await labels("q=ONE&sort=label")).toEqual(["alpha one", "gamma one"])
    expect(await labels(`kind=terminal&tag=red&status=active&sort=label`)).toHaveLength(2)
    expect(await labels("kind=agent")).toEqual([])
    const first = await list("sort=label&limit=2")
    expect(first.total).toBeGreaterThanOrEqual(3)
    const second = await list(`sort=label&limit=2&cursor=${encodeURIComponent(first.next ?? "")}`)
    expect(new Set([...first.sessions, ...second.sessions].map(({ id }) => id)).size).toBe(
      first.sessions.length + second.sessions.length,
    )
    const foreign = await hub.call<{ error: { tag: string } }>(
      "GET",
      `/api/sessions?sort=created&cursor=${encodeURIComponent(first.next ?? "")}`,
    )
    expect([foreign.status, foreign.body.error.tag]).toEqual([400, "BadRequest"])
    const active = (await list("")).sessions.map(({ lastActiveAt }) => lastActiveAt)
    expect(active).toEqual([...active].sort((a, b) => b - a))
    for (const id of made) expect((await hub.call("DELETE", `/api/sessions/${id}`)).status).toBe(200)
    expect(await labels("tag=red")).toEqual([])
    expect(await labels("status=deleted&tag=red&sort=label")).toEqual(["alpha one", "beta two"])
  })
})

describe("bad input", () => {
  it("X-3 T-7 what is refused changes nothing: not the log, not the record, not what others see", async () => {
    const { id } = await create({ label: "steady" })
    const viewer = startReader({ port: hub.port(), token: hub.token, session: id, after: 0 })
    await eventually("the viewer is synced", 10_000, () => viewer.attachment.synced)
    const before = await wholeLog(hub, id)
    const bad: ReadonlyArray<readonly [string, string, unknown, number]> = [
      ["PATCH", `/api/sessions/${id}`, { label: "" }, 422],
      ["PATCH", `/api/sessions/${id}`, { label: "a\u001b[31m" }, 422],
      ["PATCH", `/api/sessions/${id}`, { tags: ["no spaces allowed"] }, 422],
      ["PATCH", `/api/sessions/${id}`, { pinned: "yes" }, 400],
      ["POST", `/api/sessions/${id}/resize`, { cols: 0, rows: 24 }, 422],
      ["POST", `/api/sessions/${id}/resize`, { cols: 80, rows: 65_535 }, 422],
      ["POST", `/api/sessions/${id}/resize`, { cols: "80", rows: 24 }, 400],
      ["POST", `/api/sessions/${id}/signal`, { signal: "SIGNOTHING" }, 400],
      ["POST", `/api/sessions/${id}/input`, { key: "a b", text: "x" }, 400],
      ["POST", `/api/sessions/${id}/input`, { key: "k", base64: "***" }, 400],
      ["POST", `/api/sessions/${id}/marks`, { text: "" }, 422],
      ["POST", "/api/sessions", { kind: "terminal", command: "holdfast-no-such-program" }, 422],
      ["POST", "/api/sessions", { kind: "terminal", cwd: "/no/such/directory" }, 422],
      ["POST", "/api/sessions", { kind: "spaceship" }, 400],
      ["POST", "/api/sessions", { kind: "terminal", cols: 5000, rows: 24 }, 422],
      ["GET", `/api/sessions/${id}/events?after=-1`, undefined, 400],
      ["GET", `/api/sessions/${id}/events?after=99999`, undefined, 409],
      ["GET", "/api/sessions/01890000-0000-7000-8000-00000000dead", undefined, 404],
    ]
    const total = (await hub.call<SessionPage>("GET", "/api/sessions")).body.total
    for (const [method, path, body, status] of bad) {
      const answer = await hub.call<{ error: { tag: string; message: string } }>(method, path, body)
      // A value of the right type outside its range may be told as malformed or as not to be carried out.
      const allowed = status === 422 || status === 400 ? [400, 422] : [status]
      expect([method, path, JSON.stringify(body), allowed.includes(answer.status), answer.status]).toEqual([
        method,
        path,
        JSON.stringify(body),
        true,
        answer.status,
      ])
      expect(answer.body.error.tag).toMatch(/^[A-Z]/)
      expect(answer.body.error.message.length).toBeGreaterThan(10)
      expect(answer.body.error.message).not.toMatch(/node_modules|\.ts:\d|at .*\(/)
    }
    expect(await wholeLog(hub, id)).toEqual(before)
    expect((await hub.call<SessionPage>("GET", "/api/sessions")).body.total).toBe(total)
    await hub.call("POST", `/api/sessions/${id}/marks`, { text: "still here" })
    await viewer.reached(before.length + 1, 10_000)
    expect(viewer.breaches).toEqual([])
    viewer.close()
  })
})

describe("the stream socket", () => {
  it("W-10 compression is not negotiated, also when a client offers it", async () => {
    const socket = connect(hub.port(), "127.0.0.1")
    let received = ""
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1")
    })
    socket.write(
      `GET /api/socket HTTP/1.1\r\nHost: 127.0.0.1:${hub.port()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.1\r\n` +
        `Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nAuthorization: Bearer ${hub.token}\r\n\r\n`,
    )
    await eventually("the upgrade is answered", 5000, () => received.includes("\r\n\r\n"))
    expect(received).toMatch(/^HTTP\/1\.1 101/)
    expect(received).toMatch(/sec-websocket-protocol: holdfast\.1/i)
    expect(received).not.toMatch(/sec-websocket-extensions/i)
    socket.destroy()
  })

  it("W-9 trap:8 a closed connection ends nothing: the child keeps running and the log continues", async () => {
    const { id } = await create({ command: "sh", args: ["-c", "while :; do echo tick; sleep 0.05; done"] })
    const viewer = startReader({
      port: hub.port(),
      token: hub.token,
      session: id,
      after: 0,
      mode: "interactive",
      cols: 80,
      rows: 24,
    })
    await viewer.reached(5, 10_000)
    viewer.connection.close()
    const { lastSeq } = (await hub.call<Session>("GET", `/api/sessions/${id}`)).body
    const later = await eventually("the log goes on", 10_000, async () => {
      const { body } = await hub.call<Session>("GET", `/api/sessions/${id}`)
      return body.lastSeq > lastSeq + 5 ? body : undefined
    })
    expect(later.process).toBe("running")
    await hub.call("DELETE", `/api/sessions/${id}`)
  })

  it("D-11 trap:19 a long replay does not hold up heartbeats or other readers", async () => {
    const { id } = await create({ command: "sh", args: ["-c", "seq 1 4000000; sleep 60"] })
    await eventually("the output is stored", 60_000, async () => {
      const { body } = await hub.call<{ events: ReadonlyArray<Event>; lastSeq: number }>("GET", `/api/sessions/${id}/screen`)
      return JSON.stringify(body).includes("4000000")
    })
    const quiet = (await create({})).id
    const other = startReader({ port: hub.port(), token: hub.token, session: quiet, after: 0 })
    await eventually("the other is synced", 10_000, () => other.attachment.synced)
    const replay = startReader({ port: hub.port(), token: hub.token, session: id, after: 0 })
    let slowest = 0
    for (let n = 0; n < 20 && !replay.attachment.synced; n++) {
      const began = performance.now()
      const { body } = await hub.call<{ seq: number }>("POST", `/api/sessions/${quiet}/marks`, { text: `during ${n}` })
      await other.reached(body.seq, 5000)
      slowest = Math.max(slowest, performance.now() - began)
    }
    process.stdout.write(`D-11: an event reached another reader within ${slowest.toFixed(0)} ms during a replay\n`)
    expect(slowest).toBeLessThan(1000)
    await eventually("the replay is complete", 30_000, () => replay.attachment.synced)
    expect(replay.breaches).toEqual([])
    replay.close()
    other.close()
  })
})
