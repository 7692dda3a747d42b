/** What a client may do to the connection of `WebSocketChatTransport`: how long its ids are, and that it need not read. */
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { noTelemetry } from "@holdfast/hub/Telemetry"
import { type Attachment, type AttachmentSink, Hub, type Performed } from "@holdfast/hub/Hub"
import { BadRequest } from "@holdfast/protocol/errors"
import { encodeEvent } from "@holdfast/protocol/record"
import { eventually } from "@holdfast/testkit/eventually"
import { makeFakeHub } from "@holdfast/testkit/hub/FakeHub"
import { OWNER, testSettings } from "@holdfast/testkit/hub/hub-house"
import { makeChatSocket } from "../../src/ai-sdk/makeChatSocket.ts"

const UNREAD_MAX = 16 * 1024 * 1024
const settings = testSettings()

const server = createServer()
let scope: Scope.Closeable
let hubEnd: Socket
/** What the hub answers everything with; without it, it does not answer. */
let answer: Performed<unknown> | undefined
/** Attachments in their order: where their events go, and what was acknowledged. */
let attached: Array<{ readonly sink: AttachmentSink; readonly acknowledged: Array<number> }>
let client: WebSocket

beforeEach(async () => {
  answer = undefined
  attached = []
  const perform: Hub["Service"]["perform"] = (_name, _input, _by, done) =>
    answer === undefined ? undefined : void done(answer as Parameters<typeof done>[0])
  const attach: Hub["Service"]["attach"] = (_request, sink) =>
    Effect.sync(() => {
      const acknowledged: Array<number> = []
      attached.push({ sink, acknowledged })
      const held = { acknowledge: (seq: number) => void acknowledged.push(seq), start: () => {}, detach: () => {} }
      // A chat uses no more of it.
      return held as unknown as Attachment
    })
  const hub = { ...makeFakeHub(noTelemetry).hub, perform, attach }
  scope = Scope.makeUnsafe()
  const door = await Effect.runPromise(
    makeChatSocket(settings).pipe(Effect.provideService(Hub, hub), Effect.provideService(Scope.Scope, scope)),
  )
  server.on("upgrade", (request, socket, head) => {
    hubEnd = socket as Socket
    door.accept(request, socket, head, OWNER)
  })
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ai/chat`)
  await new Promise((resolve) => client.once("open", resolve))
})
afterEach(async () => {
  server.removeAllListeners("upgrade")
  client.terminate()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})
afterAll(() => void server.close())

describe("a connection of a chat", () => {
  it("I-1 ends when the id of a request is longer than its chunks may repeat it", async () => {
    const closed = new Promise<number>((resolve) => client.once("close", resolve))
    client.send(JSON.stringify({ type: "resume", requestId: "x".repeat(201), id: "chat" }))
    expect(await closed).toBe(1008)
  })

  it("I-1 W-11 is not heard while its client reads no answers, and loses none of them", async () => {
    let answers = 0
    client.on("message", () => answers++)
    client.pause()
    answer = { _tag: "Refused", error: new BadRequest({ message: "x".repeat(64 * 1024) }) }
    const sent = 600
    const padding = "x".repeat(4096)
    for (let i = 0; i < sent; i++) client.send(JSON.stringify({ type: "resume", requestId: String(i), id: "a-chat", padding }))
    await eventually("the hub stops reading", 20_000, () => hubEnd.isPaused())
    expect(hubEnd.writableLength).toBeLessThan(UNREAD_MAX + settings.subscriberWindow + 2 * 1024 * 1024)
    client.resume()
    await eventually("every request is answered", 20_000, () => answers === sent)
    expect(hubEnd.isPaused()).toBe(false)
  })

  it("I-1 counts a request that was aborted for as long as it is under way, and says no more of it", async () => {
    const frames: Array<{ readonly type: string; readonly requestId: string; readonly tag?: string }> = []
    client.on("message", (data: Buffer) => frames.push(JSON.parse(data.toString("utf8"))))
    const resume = (requestId: string) => client.send(JSON.stringify({ type: "resume", requestId, id: "a-chat" }))
    for (let i = 0; i < 40; i++) {
      resume(`aborted ${i}`)
      client.send(JSON.stringify({ type: "abort", requestId: `aborted ${i}` }))
    }
    resume("last")
    await eventually("the last one is answered", 5000, () => frames.some(({ requestId }) => requestId === "last"))
    expect(frames.map(({ requestId, tag }) => [requestId, tag])).toEqual(
      [...Array.from({ length: 8 }, (_, i) => `aborted ${i + 32}`), "last"].map((id) => [id, "Busy"]),
    )
  })

  it("I-4 a stream that waited because another one was not read continues when the client reads", async () => {
    const id = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"
    answer = { _tag: "Success", value: { id, kind: "agent" } }
    for (const requestId of ["first", "second"]) client.send(JSON.stringify({ type: "resume", requestId, id }))
    await eventually("both are attached", 5000, () => attached.length === 2)
    const [first, second] = attached
    const told = (seq: number, channel: "agent" | "turn", type: string, data: object) =>
      first?.sink.events([encodeEvent({ seq, time: 1, channel, type, turn: "t", data: data as never }).bytes], seq)
    client.pause()
    told(1, "turn", "started", { turn: "t" })
    told(2, "agent", "text-start", { id: "a" })
    const delta = "x".repeat(200_000)
    for (let seq = 3; second?.sink.full?.() !== true || seq < 80; seq++) told(seq, "agent", "text-delta", { id: "a", delta })
    expect(second.acknowledged).toEqual([])
    client.resume()
    await eventually("the second one may continue", 5000, () => second.acknowledged.length > 0)
    expect(second.sink.full?.()).toBe(false)
  })
})
