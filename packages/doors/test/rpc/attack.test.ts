/** What no well-meant client does to the RPC door, in one house: after each of it nothing is left of who did it, and the agents worked on. */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { createAgent, messages, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { LineClient, openRpc, type RpcHouse } from "@holdfast/testkit/hub/rpc-house"

/** The smallest that can be set. */
const FRAME_MAX = 64 * 1024

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let rpc: RpcHouse
const clients: Array<LineClient> = []

beforeAll(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path })
  rpc = await openRpc(house, { socketMaxFrame: FRAME_MAX, attachmentsMax: 1000 })
})
afterAll(async () => {
  await rpc.close()
  await house.close()
  await directory.remove()
})

const attachments = async (): Promise<number> => (await house.run(house.hub.health)).attachments
let before: number
beforeEach(async () => {
  before = await attachments()
})
afterEach(async () => {
  for (const { ws } of clients.splice(0)) ws.terminate()
  await expect.poll(() => rpc.door.connections()).toBe(0)
})

const open = async (): Promise<LineClient> => {
  const client = await new LineClient(rpc.url).open()
  clients.push(client)
  return client
}

/** Nothing is attached that was not before, but for so many readers of the test's own. */
const expectNothingLeft = (own = 1) => expect.poll(attachments).toBe(before + own)

interface Told {
  readonly _tag: string
  readonly from?: number
  readonly seq: number
}
const chunksOf = ({ messages: got }: LineClient, id: string): ReadonlyArray<ReadonlyArray<Told>> =>
  got.flatMap((one) => (one._tag === "Chunk" && one["requestId"] === id ? [one["values"] as ReadonlyArray<Told>] : []))

const failed = (tag: string) => ({ exit: { _tag: "Failure", cause: [{ _tag: "Fail", error: { _tag: tag } }] } })

/** The door's WebSocket by hand: its bytes go out as they are. */
async function rawSocket(): Promise<Socket> {
  const { hostname, port } = new URL(rpc.url)
  const socket = connect(Number(port), hostname)
  socket.on("error", () => undefined)
  const key = Buffer.alloc(16, 7).toString("base64")
  socket.write(
    `GET /rpc HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once("data", resolve))
  return socket
}

/** A masked text frame, its mask being zero. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 0xff, 0, 0, 0, 0]), body])
}

describe("an attack on the RPC door", () => {
  it("J-9 what is longer than a frame may be, in one piece or in several, closes the connection and says so", async () => {
    const { id: session } = await createAgent(house)
    // The longest is not sent whole when it is refused: its client must not be reset before it has read why.
    const long = 9_000_000
    for (const pieces of [["x".repeat(long)], ["x".repeat(FRAME_MAX + 1)], ["x".repeat(FRAME_MAX - 1), "y".repeat(10)]]) {
      const client = await open()
      client.request("1", "chat.subscribe", { session })
      await client.until("the state", () => chunksOf(client, "1").length > 0)
      for (const piece of pieces) client.send(piece)
      await client.until("it is closed", () => client.closed !== undefined)
      expect(client.closed).toEqual({ code: 1009, reason: expect.stringContaining(`at most ${FRAME_MAX}`) as string })
      await expectNothingLeft()
    }
  })

  it("J-8 a cut in the middle of a frame, and a frame that breaks the protocol, end this connection alone", async () => {
    const { id: session, reader } = await createAgent(house)
    const beside = await open()
    beside.request("1", "chat.subscribe", { session })
    const subscribe = `${JSON.stringify({ _tag: "Request", id: "1", tag: "chat.subscribe", payload: { session }, headers: [] })}\n`
    const half = await rawSocket()
    const broken = await rawSocket()
    for (const socket of [half, broken]) socket.write(frame(subscribe))
    await expect.poll(attachments).toBe(before + 4)
    const sent = frame(subscribe.replace('"1"', '"2"').replace("chat.subscribe", "chat.interrupt"))
    half.write(sent.subarray(0, sent.length / 2))
    await send(house, session, "[[slow 20 5]] done")
    half.destroy()
    // Not masked, and of a kind that is reserved.
    broken.write(Buffer.from([0x83, 0x00]))
    await expectNothingLeft(2)
    await turnsEnded(reader, 1)
    expect((await messages(house, session)).at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
    broken.destroy()
    beside.ws.terminate()
    await expectNothingLeft()
  })

  it("J-7 a thousand subscribers see each event once and in order; those that stopped have one chunk; all leave nothing", async () => {
    const { id: session, reader } = await createAgent(house)
    const last = new Map<string, number>()
    const wrong: Array<string> = []
    const crowd = await Promise.all(Array.from({ length: 5 }, open))
    for (const [at, client] of crowd.entries()) {
      client.ws.on("message", (data: Buffer) => {
        const acks: Array<string> = []
        for (const line of data.toString().split("\n")) {
          const { _tag, requestId = "", values = [] } = JSON.parse(line || "{}") as Partial<Record<string, never>>
          if (_tag !== "Chunk") continue
          const name = `${at}/${requestId}`
          for (const { from, seq } of values as ReadonlyArray<Told>) {
            if (from !== undefined && from !== (last.get(name) ?? 0) + 1) wrong.push(`${name}: ${from} after ${last.get(name)}`)
            last.set(name, seq)
          }
          if (!String(requestId).startsWith("stopped")) acks.push(`${JSON.stringify({ _tag: "Ack", requestId })}\n`)
        }
        if (acks.length > 0) client.send(acks.join(""))
      })
      const payload = { session }
      const requests = Array.from({ length: 200 }, (_, one) => (one % 20 === 0 ? `stopped-${one}` : `${one}`)).map((id) =>
        JSON.stringify({ _tag: "Request", id, tag: "chat.subscribe", payload, headers: [] }),
      )
      client.send(`${requests.join("\n")}\n`)
    }
    await expect.poll(() => last.size).toBe(1000)
    await expect.poll(attachments).toBe(before + 1001)
    await send(house, session, "[[slow 10 2]] [[say to all of you]]")
    await turnsEnded(reader, 1)
    const end = reader.list.find(({ channel, type }) => channel === "turn" && type === "ended")?.seq ?? Infinity
    const live = () => [...last].filter(([name, seq]) => !name.includes("stopped") && seq >= end).length
    await expect.poll(live).toBe(950)
    expect(wrong).toEqual([])
    for (const client of crowd) expect(chunksOf(client, "stopped-0").length).toBe(1)
    for (const { ws } of crowd) ws.terminate()
    await expectNothingLeft()
  })

  it("J-5 a cursor of another session, with its log, begins again with the state", async () => {
    const one = await createAgent(house)
    const other = await createAgent(house)
    const client = await open()
    client.request("1", "chat.subscribe", { session: other.id })
    const tags = (id: string) => chunksOf(client, id).flatMap((values) => values.map(({ _tag }) => _tag))
    await client.until("the state", () => tags("1").length > 0)
    const [{ log }] = chunksOf(client, "1").flat() as unknown as [{ readonly log: string }]
    client.request("2", "chat.subscribe", { session: one.id, after: 1, log })
    await client.until("the state", () => tags("2").length > 0)
    expect(chunksOf(client, "2").flat()[0]).toMatchObject({ _tag: "InitialState", reason: "reset", session: one.id })
  })

  it("J-2 J-6 a session in the trash is shown and takes no message; each call says so, and a subscription stays", async () => {
    const { id: session } = await createAgent(house)
    await house.run(house.hub.remove(session, undefined, OWNER))
    const client = await open()
    client.request("1", "chat.subscribe", { session })
    await client.until("the state", () => chunksOf(client, "1").length > 0)
    expect(chunksOf(client, "1").flat()[0]).toMatchObject({ _tag: "InitialState", status: "deleted" })
    client.request("2", "chat.send", { session, text: "hello" })
    expect(await client.exit("2")).toMatchObject(failed("SessionNotReady"))
    client.request("3", "chat.getState", { session })
    expect(await client.exit("3")).toMatchObject({ exit: { _tag: "Success", value: { status: "deleted" } } })
    await house.run(house.hub.restore(session, undefined, OWNER))
    client.send({ _tag: "Ack", requestId: "1" })
    await client.until("it is restored", () => JSON.stringify(chunksOf(client, "1")).includes("SessionRestored"))
  })

  it("J-9 lines that hold nothing are answered a hundred times in a row and then no more, and ids have an end", async () => {
    const { id: session } = await createAgent(house)
    const client = await open()
    client.request("x".repeat(300), "chat.getState", { session })
    await client.until("a defect", () => client.messages.at(-1)?._tag === "Defect")
    client.send("hello\n".repeat(100))
    client.request("1", "chat.getState", { session })
    expect(await client.exit("1")).toMatchObject({ exit: { _tag: "Success" } })
    client.send("hello\n".repeat(1000))
    await client.until("it is closed", () => client.closed !== undefined)
    expect(client.closed).toEqual({ code: 1008, reason: "this is not Effect RPC" })
    expect(client.messages.filter(({ _tag }) => _tag === "Defect").length).toBe(202)
    await expectNothingLeft()
  })

  it("J-9 a line of many messages whose answers would be far larger ends its connection", async () => {
    const wide = await openRpc(house)
    const ws = new WebSocket(wide.url)
    const name = "x".repeat(80)
    ws.on("open", () => ws.send(`[{"${name}":1,"${name}":1}${',{"id":1}'.repeat(250_000)}]\n`))
    let bytes = 0
    ws.on("message", (data: Buffer) => (bytes += data.length))
    const [code, reason] = await once(ws, "close")
    expect([code, String(reason)]).toEqual([1008, "the client asks for far more than it reads"])
    expect(bytes).toBeLessThan(40 * 1024 * 1024)
    await wide.close()
  })

  it("J-2 a line that comes byte by byte is read as one", async () => {
    const { id: session } = await createAgent(house)
    const client = await open()
    const text = JSON.stringify({ _tag: "Request", id: "1", tag: "chat.getState", payload: { session }, headers: [] })
    for (const byte of `${text}\n${text.replace('"1"', '"2"')}\n`) client.send(byte)
    for (const id of ["1", "2"]) expect(await client.exit(id)).toMatchObject({ exit: { _tag: "Success" } })
  })

  it("J-9 a call beyond those that a connection may have under way is refused, and the others continue", async () => {
    const { id: session } = await createAgent(house)
    const client = await open()
    for (let at = 0; at < 257; at++) client.request(`${at}`, "chat.subscribe", { session })
    expect(await client.exit("256")).toMatchObject(failed("Busy"))
    await client.until("the others have the state", () => chunksOf(client, "255").length === 1)
    for (let at = 0; at < 256; at++) client.send({ _tag: "Interrupt", requestId: `${at}` })
    await client.exit("255")
    client.request("257", "chat.getState", { session })
    expect(await client.exit("257")).toMatchObject({ exit: { _tag: "Success" } })
    await expectNothingLeft()
  })
})
