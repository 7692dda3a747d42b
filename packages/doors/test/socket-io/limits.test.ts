/** What the Socket.IO door bounds and refuses: back-pressure, credentials, strict JSON, floods, and its end. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { io } from "socket.io-client"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { createTerminal, type House, openHouse, testDirectory, testSettings } from "@holdfast/testkit/hub/hub-house"
import { eventually } from "@holdfast/testkit/eventually"
import { makeEngine } from "../../src/socket-io/engine.ts"
import { IoFlow } from "../../src/socket-io/IoFlow.ts"
import { noticePacket } from "../../src/socket-io/run-events.ts"
import { startDoor } from "../http/start.ts"
import { IoClient, type IoHouse, openIo } from "./io-house.ts"

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let door: IoHouse
const clients: Array<IoClient> = []
const client = (options: object = {}): IoClient => {
  const made = new IoClient(door.port, options)
  clients.push(made)
  return made
}

beforeEach(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path })
  door = await openIo(house, { attachmentsMax: 2 })
})
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await door.close()
  await house.close()
  await directory.remove()
})

/** A client that speaks packets by hand. */
class RawIo {
  readonly packets: Array<string> = []
  readonly ws: WebSocket
  isClosed = false

  constructor(port: number) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
    this.ws.on("message", (data: Buffer) => this.packets.push(data.toString()))
    this.ws.on("open", () => this.ws.send("40"))
    this.ws.on("close", () => {
      this.isClosed = true
    })
    this.ws.on("error", () => undefined)
  }

  async until(what: string, start: string): Promise<string> {
    return eventually(what, 5000, () => this.packets.find((packet) => packet.startsWith(start)))
  }
}

describe("an event that is too large", () => {
  const MAX = 64 * 1024

  it.each([["websocket"], ["polling"]] as const)(
    "K-10 is acknowledged with TooLarge over %s, and beyond twice the limit says why",
    async (transport) => {
      const narrow = await openIo(house, { socketMaxFrame: MAX })
      const one = new IoClient(narrow.port, { transports: [transport], reconnection: false })
      clients.push(one)
      const ended = new Promise<unknown>((resolve) => one.socket.once("disconnect", (_, details) => resolve(details)))
      const { id } = await createTerminal(house, { command: "cat" })
      const tooLarge = {
        error: { tag: "TooLarge", limit: MAX, message: expect.stringContaining(`at most ${MAX} bytes`) as string },
      }
      for (const data of ["x".repeat(MAX), "\u20ac".repeat(MAX / 3), new Uint8Array(MAX + 1)])
        expect(await one.ask("run:input", { runId: id, key: "k", data })).toMatchObject(tooLarge)
      expect(await one.ask("run:input", { runId: id, key: "k", data: "x" })).not.toHaveProperty("error")
      one.socket.emit("run:input", { runId: id, key: "l", data: "x".repeat(9_000_000) })
      await one.until("it has ended", ({ disconnected }) => disconnected !== undefined)
      const details = (await ended) as {
        readonly description: unknown
        readonly context: { readonly code?: number; readonly status?: number }
      }
      if (transport === "websocket")
        expect(details.context).toMatchObject({ code: 1009, reason: `a message has at most ${2 * MAX} bytes` })
      else expect(details.description).toBe(413)
      await narrow.close()
    },
  )
})

describe("what a client does not read", () => {
  it.each([["websocket"], ["polling"]] as const)(
    "K-6 is bounded over %s: it counts what is queued, and says when there is room",
    async (transport) => {
      const server = createServer((request, response) => engine.handleRequest(request as never, response as never))
      const { promise, resolve } = Promise.withResolvers<IoFlow>()
      let drained = 0
      const { engine, io: sockets } = makeEngine(testSettings(), () => undefined)
      sockets.on("connection", (socket) => resolve(new IoFlow(socket.conn, () => void drained++)))
      server.on("upgrade", (request, socket, head) => engine.handleUpgrade(request as never, socket, head))
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
      const { port } = server.address() as AddressInfo
      const socket = io(`http://127.0.0.1:${port}`, { transports: [transport], forceNew: true, reconnection: false })
      let heard = 0
      socket.on("run:event", () => void heard++)
      const flow = await promise
      await eventually("the client is connected", 5000, () => socket.connected)
      const under = socket.io.engine.transport as unknown as { readonly ws?: WebSocket; doPoll?: () => void }
      const poll = under.doPoll?.bind(under)
      under.ws?.pause()
      under.doPoll = () => undefined
      const packet = noticePacket("run", "filler", { text: "x".repeat(1000) })
      let written = 0
      await eventually("it is full", 20_000, () => {
        for (let i = 0; i < 64 && !flow.full; i++, written++) flow.write(packet)
        return flow.full
      })
      const { unread } = flow
      expect(unread).toBeGreaterThan(64 * 1024)
      expect(unread).toBeLessThan(64 * 1024 + 4 * packet.text.length)
      const before = drained
      under.ws?.resume()
      if (poll !== undefined) {
        under.doPoll = poll
        poll()
      }
      await eventually("everything was read", 20_000, () => heard === written && !flow.full && drained > before)
      socket.disconnect()
      engine.close()
      server.closeAllConnections()
      server.close()
    },
  )

  it("K-6 check:V1 stops the reading of the log, and nothing is missing once it is read", async () => {
    const { id } = await createTerminal(house, {
      command: "sh",
      args: ["-c", "read go; yes 0123456789 | head -c 8000000; echo over; sleep 60"],
    })
    const one = client()
    await one.ask("run:attach", { runId: id, after: 0 })
    await one.until("it is up to date", ({ events }) => events.some(({ name }) => name === "synced"))
    const { ws } = one.socket.io.engine.transport as unknown as { readonly ws: WebSocket }
    ws.pause()
    await house.run(house.hub.input(id, "go", Buffer.from("go\r"), { name: "owner", credential: "owner", scope: "all" }))
    await eventually("all of it is stored", 30_000, async () =>
      JSON.stringify(await house.run(house.hub.screen(id))).includes("over"),
    )
    ws.resume()
    await one.until("the end of the output", ({ events }) => events.slice(-3).some(({ data }) => data?.text?.includes("over")))
    let last = 0
    for (const { name, seq = 0, from = seq } of one.events) {
      if (name === "synced") continue
      expect(from).toBe(last + 1)
      last = seq
    }
  })
})

describe("a connection", () => {
  it("K-7 is its credential's own: a request or an upgrade with another one is refused", async () => {
    const base = `http://127.0.0.1:${door.port}/socket.io/?EIO=4&transport=polling`
    const opened = await (await fetch(base, { headers: { authorization: "one" } })).text()
    const { sid } = JSON.parse(opened.slice(1)) as { readonly sid: string }
    const other = await fetch(`${base}&sid=${sid}`, { method: "POST", headers: { authorization: "another" }, body: "40" })
    expect([other.status, ((await other.json()) as { error: { tag: string } }).error.tag]).toEqual([403, "Forbidden"])
    const upgrade = new WebSocket(`ws://127.0.0.1:${door.port}/socket.io/?EIO=4&transport=websocket&sid=${sid}`, {
      headers: { authorization: "another" },
    })
    const status = await new Promise((resolve) => {
      upgrade.on("unexpected-response", (request, response) => {
        resolve(response.statusCode)
        request.destroy()
      })
      upgrade.on("error", () => undefined)
    })
    expect(status).toBe(403)
    expect((await fetch(`${base}&sid=${sid}`, { method: "POST", headers: { authorization: "one" }, body: "40" })).status).toBe(
      200,
    )
  })

  it("K-7 of a revoked credential says why on each attachment, and does not come back by itself", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = client({ extraHeaders: { authorization: "lost" } })
    const other = client()
    for (const each of [one, other]) await each.ask("run:attach", { runId: id, after: 0 })
    door.door.closeCredential("lost", "the credential was revoked")
    await one.until("the end", ({ disconnected }) => disconnected !== undefined)
    expect(one.events.at(-1)).toMatchObject({
      runId: id,
      channel: "system:status",
      name: "detached",
      reason: "the credential was revoked",
    })
    expect(one.disconnected).toBe("io server disconnect")
    expect(one.socket.active).toBe(false)
    expect(other.disconnected).toBeUndefined()
    await eventually("it is gone", 5000, async () => (await house.run(house.hub.viewers(id)))[0]?.viewers.length === 1)
  })

  it("K-7 of a hub that stops says so, and its client tries again", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = client()
    await one.ask("run:attach", { runId: id, after: 0 })
    await door.door.stop()
    await one.until("the end", ({ disconnected }) => disconnected !== undefined)
    expect(one.events.at(-1)).toMatchObject({ name: "detached", reason: "the hub is stopping" })
    expect(one.disconnected).toBe("transport close")
    expect(one.socket.active).toBe(true)
  })

  it("K-8 reads JSON as strictly as every door, and answers what it refuses", async () => {
    const raw = new RawIo(door.port)
    await raw.until("it is connected", "40")
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`
    const bad = [
      '{"runId":"a","runId":"b"}',
      '{"runId":"a","__proto__":{"x":1}}',
      '{"runId":"a","after":9007199254740993}',
      `{"runId":"a","log":${deep}}`,
      '{"runId":',
    ]
    for (const [at, json] of bad.entries()) raw.ws.send(`42${at}["run:attach",${json}]`)
    for (const at of bad.keys()) {
      const [, answer = ""] = /^43\d+(.*)$/.exec(await raw.until(`the answer ${at}`, `43${at}[`)) ?? []
      expect(JSON.parse(answer)).toMatchObject([{ error: { tag: "BadRequest" } }])
    }
    expect(({} as { x?: number }).x).toBeUndefined()
    raw.ws.send('42["run:close",{"runId":"a"}]')
    await raw.until("it still answers", '42["run:event",{"runId":"a"')
    raw.ws.send("4nonsense")
    await eventually("it is closed", 5000, () => raw.isClosed)
  })

  it("K-8 is one client: who joins twice, or joins what is not there, gets nothing more", async () => {
    const raw = new RawIo(door.port)
    await raw.until("it is connected", "40")
    raw.ws.send("40/other,")
    expect(await raw.until("the refusal", "44/other,")).toContain("Invalid namespace")
    raw.ws.send("40")
    await eventually("it is closed", 5000, () => raw.isClosed)
    expect(door.door.connections()).toBe(0)
  })

  it("K-8 has bounds: attachments, and events under way", async () => {
    const ids = [await createTerminal(house), await createTerminal(house), await createTerminal(house)].map(({ id }) => id)
    const one = client()
    const acks = await Promise.all(ids.map((runId) => one.ask("run:attach", { runId, after: 0 })))
    expect(acks.map(({ error }) => error?.tag)).toEqual([undefined, undefined, "Busy"])
    const flood = await Promise.all(
      Array.from({ length: 400 }, (_, i) => one.ask("run:input", { runId: ids[0], key: `k-${i}`, data: "x" })),
    )
    const busy = flood.filter(({ error }) => error?.tag === "Busy").length
    expect(flood.filter(({ error }) => error === undefined || error.tag === "Busy")).toHaveLength(400)
    expect(busy).toBeLessThan(400)
  })
})

describe("the door", () => {
  it("K-9 is not there when the setting `socketIo` is off", async () => {
    const served = await startDoor({ socketIo: false })
    const answer = await served.send("/socket.io/?EIO=4&transport=polling")
    expect([answer.status, answer.json().error?.["tag"]]).toEqual([404, "NotFound"])
    await served.stop()
  })
})
