import { request, type ClientRequest, type IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import { afterEach, describe, expect, it } from "vitest"
import { performed } from "@holdfast/hub/Hub"
import { OWNER as owner } from "@holdfast/testkit/hub/hub-calls"
import { OWNER, startDoor, type Door } from "./start.ts"

const doors: Array<Door> = []
const requests: Array<ClientRequest> = []
afterEach(async () => {
  for (const open of requests.splice(0)) open.destroy()
  await Promise.all(doors.splice(0).map((door) => door.stop()))
})
const opened = async (options: Record<string, unknown> = {}): Promise<Door> => {
  const door = await startDoor(options)
  doors.push(door)
  return door
}

interface Message {
  readonly event?: string
  readonly id?: string
  readonly data?: Record<string, unknown>
}

const parse = (block: string): Message => {
  const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]))
  const [event, id, data] = [fields.get("event"), fields.get("id"), fields.get("data")]
  return {
    ...(event === undefined ? {} : { event }),
    ...(id === undefined ? {} : { id }),
    ...(data === undefined ? {} : { data: JSON.parse(data) as Record<string, unknown> }),
  }
}

/** Opens a stream. `until` waits for the first message that fits, and gives all messages so far. */
const follow = async (door: Door, path: string, headers: Record<string, string> = {}) => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const open = request({
    host: "127.0.0.1",
    port: door.port,
    path,
    agent: false,
    headers: { authorization: `Bearer ${OWNER}`, ...headers },
  })
  requests.push(open)
  open.once("response", resolve).on("error", reject).end()
  const response = await promise
  const messages: Array<Message> = []
  let waiting: { readonly fits: (message: Message) => boolean; readonly done: () => void } | undefined
  let rest = ""
  const listen = () =>
    response
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        const blocks = (rest + chunk).split("\n\n")
        rest = blocks.pop() ?? ""
        for (const block of blocks) {
          if (block.startsWith(":")) continue
          const message = parse(block)
          messages.push(message)
          if (waiting?.fits(message) === true) waiting.done()
        }
      })
      .resume()
  const closed = new Promise<void>((done) => response.once("close", done))
  response.on("error", () => undefined)
  return {
    response,
    messages,
    listen,
    closed,
    until: async (fits: (message: Message) => boolean): Promise<ReadonlyArray<Message>> => {
      if (!messages.some(fits)) await new Promise<void>((done) => (waiting = { fits, done }))
      return messages
    },
    leave: () => open.destroy(),
  }
}
const synced = (message: Message): boolean => message.event === "synced"
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("a log as server-sent events", () => {
  it("H-6 D-2 D-3 a cursor gets what lies after it, then synced once, then what is new, each with its seq as id", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, `/api/sessions/${id}/events/stream?after=1`)
    expect(stream.response.headers["content-type"]).toBe("text/event-stream; charset=utf-8")
    stream.listen()
    await stream.until(synced)
    door.output(id, bytes("live"))
    const messages = await stream.until((message) => message.id === "3")
    expect(messages.map(({ event, id: seq }) => [event, seq])).toEqual([
      ["event", "2"],
      ["synced", "2"],
      ["event", "3"],
    ])
    expect(messages.at(-1)?.data).toMatchObject({ seq: 3, channel: "terminal", type: "output", data: { text: "live" } })
  })

  it("H-6 D-4 without a cursor the stream starts with a snapshot", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, `/api/sessions/${id}/events/stream`)
    stream.listen()
    const [first] = await stream.until(synced)
    expect(first).toMatchObject({ event: "snapshot", id: "2", data: { reason: "fresh", cols: 80, screen: { text: "screen" } } })
  })

  it("H-6 a snapshot of an agent is data: its messages and its turn as JSON, not as a text in it (fault:N75)", async () => {
    const door = await opened()
    const made = await door.send("/api/sessions", { method: "POST", body: '{"kind":"agent"}' })
    const id = String(made.json()["id"])
    const stream = await follow(door, `/api/sessions/${id}/events/stream`)
    stream.listen()
    const [first] = await stream.until(synced)
    expect(first).toMatchObject({
      event: "snapshot",
      data: { seq: 2, reason: "fresh", kind: "agent", agent: { messages: [], before: null }, session: { id } },
    })
    expect(first?.data).not.toHaveProperty("screen")
  })

  it("H-24 D-15 a stream of several channels or types has only these, and its cursor moves past the others (fault:N75)", async () => {
    const door = await opened()
    const id = await door.create()
    door.output(id, bytes("out"))
    for (const [query, types] of [
      ["channel=terminal,session", ["created", "started", "output"]],
      ["channel=session&channel=turn", ["created"]],
      ["type=created,output", ["created", "output"]],
      ["channel=terminal&type=started", ["started"]],
    ] as const) {
      const stream = await follow(door, `/api/sessions/${id}/events/stream?after=0&${query}`)
      stream.listen()
      const messages = await stream.until(synced)
      const events = messages.filter(({ event }) => event === "event")
      expect([query, events.map(({ data }) => data?.["type"])]).toEqual([query, types])
      expect(messages.at(-1)).toMatchObject({ event: "synced", id: "3" })
      stream.leave()
    }
  })

  it("H-6 D-7 trap:2 Last-Event-ID wins over after, so that a reconnect gets exactly what it missed", async () => {
    const door = await opened()
    const id = await door.create()
    for (let i = 0; i < 50; i++) door.output(id, bytes(`${i}`))
    for (const last of [0, 1, 17, 51, 52]) {
      const stream = await follow(door, `/api/sessions/${id}/events/stream?after=3`, { "last-event-id": String(last) })
      stream.listen()
      const messages = await stream.until(synced)
      expect(messages.filter(({ event }) => event === "event").map(({ id: seq }) => Number(seq))).toEqual(
        Array.from({ length: 52 - last }, (_, i) => last + 1 + i),
      )
      stream.leave()
    }
  })

  it("D-5 D-6 a cursor beyond the head gets a snapshot with the reason reset; anything that is not a cursor is refused", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, `/api/sessions/${id}/events/stream?after=99`)
    stream.listen()
    const [first] = await stream.until(synced)
    expect(first).toMatchObject({ event: "snapshot", data: { reason: "reset" } })
    for (const after of ["-1", "x", "9007199254740993"]) {
      expect((await door.send(`/api/sessions/${id}/events/stream?after=${after}`)).json().error?.["tag"]).toBe("CursorInvalid")
    }
    expect((await door.send("/api/sessions/none/events/stream")).status).toBe(404)
  })

  it("D-10 check:V1 a reader that stops reading holds a bounded amount, and gets all of it once when it continues", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, `/api/sessions/${id}/events/stream?after=2`)
    stream.response.pause()
    const piece = bytes("x".repeat(8 * 1024))
    const before = process.memoryUsage().rss
    for (let i = 0; i < 2000; i++) door.output(id, piece)
    await door.send("/health/live")
    expect(door.largestUnacknowledged()).toBeLessThan(80 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    stream.listen()
    const messages = await stream.until((message) => message.id === "2002")
    expect(messages.filter(({ event }) => event === "event").map(({ id: seq }) => Number(seq))).toEqual(
      Array.from({ length: 2000 }, (_, i) => i + 3),
    )
  }, 20_000)

  it("a reader that leaves is detached", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, `/api/sessions/${id}/events/stream?after=0`)
    stream.listen()
    await stream.until(synced)
    expect(door.attachments()).toBe(1)
    stream.leave()
    await stream.closed
    for (let i = 0; i < 100 && door.attachments() > 0; i++) await door.send("/health/live")
    expect(door.attachments()).toBe(0)
  })

  it("G-7 check:S5 streams end when their credential is replaced", async () => {
    const door = await opened()
    const id = await door.create()
    const events = await follow(door, `/api/sessions/${id}/events/stream?after=0`)
    const sessions = await follow(door, "/api/sessions/stream?after=0")
    for (const stream of [events, sessions]) stream.listen()
    await Promise.all([events.until(synced), sessions.until(synced)])
    expect((await door.send("/api/credential/rotate", { method: "POST" })).status).toBe(200)
    await Promise.all([events.closed, sessions.closed])
    expect(door.dropped).toEqual(door.closed)
    expect((await door.send("/api/sessions")).status).toBe(401)
  })
})

describe("the feed of sessions as server-sent events", () => {
  it("H-12 D-12 sends what changed, says when it has caught up, and resumes from a change number", async () => {
    const door = await opened()
    const first = await door.create()
    const stream = await follow(door, "/api/sessions/stream?after=0")
    stream.listen()
    await stream.until(synced)
    const second = await door.create()
    const messages = await stream.until((message) => message.event === "session" && message.data?.["id"] === second)
    expect(messages[0]).toMatchObject({ event: "session", data: { id: first } })
    const last = messages.findLast((message) => message.id !== undefined)?.id ?? ""
    stream.leave()
    await door.create({ label: "third" })
    const resumed = await follow(door, "/api/sessions/stream", { "last-event-id": last })
    resumed.listen()
    const missed = await resumed.until(synced)
    expect(missed.filter(({ event }) => event === "session").map(({ data }) => data?.["label"])).toEqual(["third"])
  })

  it("H-12 D-12 (fault:N72) a cursor of another store or beyond the head starts the feed over, and the stream says so", async () => {
    const door = await opened()
    const id = await door.create()
    const one = await follow(door, "/api/sessions/stream?after=0")
    one.listen()
    const { id: last, data } = (await one.until(synced)).at(-1) ?? {}
    const feed = String(data?.["feed"])
    expect(last).toBe(`${String(data?.["change"])}@${feed}`)
    for (const cursor of [`1@other`, `999999@${feed}`, "999999"]) {
      const again = await follow(door, "/api/sessions/stream", { "last-event-id": cursor })
      again.listen()
      const messages = await again.until(synced)
      expect(messages[0]).toMatchObject({ event: "reset", id: `0@${feed}`, data: { feed } })
      expect(messages[1]).toMatchObject({ event: "session", data: { id } })
    }
    const same = await follow(door, `/api/sessions/stream?after=${last}`)
    same.listen()
    expect((await same.until(synced)).map(({ event }) => event)).toEqual(["synced"])
    for (const cursor of ["x", "1@", "1@a b", "-1@a"])
      expect((await door.send(`/api/sessions/stream?after=${encodeURIComponent(cursor)}`)).status).toBe(400)
  })

  it("D-12 a feed that is not read is paused, and continues from the last change that was sent", async () => {
    const door = await opened()
    const id = await door.create()
    const stream = await follow(door, "/api/sessions/stream?after=0")
    stream.response.pause()
    const updates = 20_000
    for (let i = 1; i <= updates; i++) {
      await Effect.runPromise(performed(door.hub, "sessions.update", { session: id, label: `${i} ${"x".repeat(150)}` }, owner))
    }
    stream.listen()
    const messages = await stream.until(({ data }) => String(data?.["label"]).startsWith(`${updates} `))
    const changes = messages.filter(({ event }) => event === "session").map(({ data }) => Number(data?.["change"]))
    expect(changes.length).toBeLessThan(updates)
    expect(changes).toEqual([...new Set(changes)].sort((a, b) => a - b))
    expect(messages.filter(synced)).toHaveLength(1)
  }, 20_000)
})

describe("export", () => {
  it("H-10 cast holds output, sizes and marks, with characters that were cut between events whole", async () => {
    const door = await opened()
    const id = await door.create({ cols: 100, rows: 30, label: "demo" })
    const euro = bytes("€")
    door.output(id, euro.subarray(0, 2))
    door.output(id, euro.subarray(2))
    await door.send(`/api/sessions/${id}/marks`, { method: "POST", body: '{"text":"here"}' })
    await door.send(`/api/sessions/${id}/resize`, { method: "POST", body: '{"cols":120,"rows":40}' })
    const cast = await door.send(`/api/sessions/${id}/export?format=cast`)
    expect(cast.headers["content-disposition"]).toContain(`${id}.cast`)
    const [header, ...events] = cast.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown)
    expect(header).toMatchObject({ version: 3, term: { cols: 100, rows: 30 }, title: "demo" })
    expect(events.every((event) => Number((event as ReadonlyArray<unknown>)[0]) >= 0)).toBe(true)
    expect(events.map((event) => (event as ReadonlyArray<unknown>).slice(1))).toEqual([
      ["o", "€"],
      ["m", "here"],
      ["r", "120x40"],
    ])
  })

  it("H-10 jsonl is every event, lossless, however slowly it is read", async () => {
    const door = await opened()
    const id = await door.create()
    for (let i = 0; i < 500; i++) door.output(id, new Uint8Array([0xff, i % 256, 0x80]))
    const lines = (await door.send(`/api/sessions/${id}/export?format=jsonl`)).text.trim().split("\n")
    const events = lines.map((line) => JSON.parse(line) as { seq: number; data: { base64?: string } })
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 502 }, (_, i) => i + 1))
    expect(Buffer.from(events[300]?.data.base64 ?? "", "base64")).toEqual(Buffer.from([0xff, 298 % 256, 0x80]))
    expect(door.attachments()).toBe(0)
    expect((await door.send(`/api/sessions/${id}/export?format=gif`)).status).toBe(400)
  })
})
