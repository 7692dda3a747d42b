/** What clients of a chat of the AI SDK can send that is wrong: each is told what it was, and nothing is lost or changed. */
import { once } from "node:events"
import type { UIMessage } from "ai"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { MESSAGE_BODY_MAX } from "@holdfast/protocol/agent/message"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

const FRAME_MAX = 256 * 1024

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_SOCKET_MAX_FRAME: String(FRAME_MAX) } })
})
afterAll(() => hub.stop())

type Fields = Readonly<Record<string, unknown>>
/** The refusal of a request. */
interface Refused {
  readonly error: { readonly tag: string; readonly message: string }
}

const said = (text: string, id = "a"): Fields => ({ id, role: "user", parts: [{ type: "text", text }] })
/** An agent's message that answers a request, beside other parts. */
const answering = (turn: string, request: string, ...parts: ReadonlyArray<unknown>): Fields => ({
  id: turn,
  role: "assistant",
  parts: [...parts, { ...CALL, state: "approval-responded", approval: { id: request, approved: true } }],
})
const CALL = { type: "dynamic-tool", toolName: "bash", toolCallId: "t", input: {} }

/** What is wrong with a body, its answer's status and tag, and a word of the message. */
type Bad = readonly [body: unknown, status: number, tag: string, says: string]

const wrong = (id: string, terminal: string): ReadonlyArray<Bad> => [
  [[], 400, "BadRequest", "not an object"],
  [{ messages: [said("x")] }, 400, "BadRequest", "id"],
  [{ id: 7, messages: [said("x")] }, 400, "BadRequest", "id"],
  [{ id: "with blanks", messages: [said("x")] }, 400, "BadRequest", "the id of a chat"],
  [{ id: "x".repeat(60), messages: [said("x")] }, 400, "BadRequest", "the id of a chat"],
  [{ id: "never-seen", messages: [said("x")] }, 404, "SessionNotFound", "create"],
  [{ id: "019aa000-0000-7000-8000-000000000000", messages: [said("x")] }, 404, "SessionNotFound", "019aa000"],
  [{ id: terminal, messages: [said("x")] }, 422, "Unprocessable", "a chat is with an agent"],
  [{ id }, 400, "BadRequest", "messages"],
  [{ id, messages: "x" }, 400, "BadRequest", "messages"],
  [{ id, messages: [null] }, 400, "BadRequest", "no UI message"],
  [{ id, messages: [{ id: "a", role: "user", parts: "x" }] }, 400, "BadRequest", "no UI message"],
  [{ id, messages: [{ id: "a", role: "user", parts: [] }] }, 422, "Unprocessable", "empty"],
  [{ id, messages: [said("x", "a b")] }, 400, "BadRequest", "key"],
  [{ id, messages: [said("x", "")] }, 400, "BadRequest", "key"],
  [{ id, messages: [{ id: "a", role: "user", parts: [{ type: "data-x", data: 1 }] }] }, 400, "BadRequest", "text and file"],
  [{ id, messages: [{ id: "a", role: "user", parts: [{ type: "text" }] }] }, 400, "BadRequest", "text and file"],
  [{ id, messages: [{ id: "a", role: "user", parts: [7] }] }, 400, "BadRequest", "text and file"],
  [{ id, messages: [{ id: "a", role: "system", parts: [] }] }, 400, "BadRequest", "user"],
  [{ id, messages: [{ id: "a", role: "assistant", parts: [] }] }, 422, "Unprocessable", "answers no permission request"],
  [{ id, trigger: "regenerate-message", messages: [said("x")] }, 422, "Unprocessable", "cannot be rewritten"],
  [{ id, trigger: "soon", messages: [said("x")] }, 400, "BadRequest", "trigger"],
  [{ id, model: "x", messages: [said("x")] }, 400, "BadRequest", "model"],
  [{ id, mode: "soon", messages: [said("x")] }, 400, "BadRequest", "mode"],
  [{ id: "new", create: "x", messages: [said("x")] }, 400, "BadRequest", "create"],
  [{ id: "new", create: { agent: "nobody" }, messages: [said("x")] }, 422, "AgentUnknown", "nobody"],
  [{ id: "new", create: { agnet: "x" }, messages: [said("x")] }, 400, "BadRequest", "agnet"],
]

/** A client that writes frames by hand, and keeps those that it gets. */
class Frames {
  readonly ws: WebSocket
  readonly got: Array<Fields> = []
  closed: readonly [number, string] | undefined

  constructor(token = hub.token) {
    this.ws = new WebSocket(`${hub.url().replace("http", "ws")}/ai/chat`, { headers: { authorization: `Bearer ${token}` } })
    this.ws.on("message", (data) => this.got.push(JSON.parse(String(data)) as Fields))
    this.ws.on("close", (code, reason) => (this.closed = [code, reason.toString()]))
  }

  static async open(token?: string): Promise<Frames> {
    const made = new Frames(token)
    await once(made.ws, "open")
    return made
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === "string" ? frame : JSON.stringify(frame))
  }

  /** The first frame with these fields. */
  until(wanted: Fields): Promise<Fields> {
    return eventually(`a frame with ${JSON.stringify(wanted)}`, 5000, () =>
      this.got.find((frame) => Object.entries(wanted).every(([name, value]) => frame[name] === value)),
    )
  }

  end(): Promise<readonly [number, string]> {
    return eventually("the connection is closed", 5000, () => this.closed)
  }
}

const post = (body: unknown) => hub.call<Refused>("POST", "/ai/chat", body)

/** An agent that waits for an answer. */
async function waiting(): Promise<{ readonly id: string; readonly turn: string; readonly request: string }> {
  const { id } = await openAgent(hub)
  await sendText(hub, id, "[[bash echo allowed]] [[say done]]")
  const record = await eventually("it asks", 5000, async () => {
    const read = await recordOf(hub, id)
    return read.permissions.length > 0 && read
  })
  return { id, turn: record.turn.id ?? "", request: record.permissions[0]?.id ?? "" }
}

/** It still waits, and continues when it is answered. */
async function answered({ id, request, turn }: Awaited<ReturnType<typeof waiting>>): Promise<void> {
  expect((await recordOf(hub, id)).permissions.map((open) => open.id)).toEqual([request])
  const answer = await hub.call<string>("POST", "/ai/chat", { id, messages: [answering(turn, request)] })
  expect(answer.status).toBe(200)
  await settledAgent(hub, id)
  expect((await messagesOf(hub, id)).map(({ outcome }) => outcome)).toEqual([undefined, "completed"])
}

describe("wrong requests of a chat of the AI SDK", () => {
  it("I-10 X-1 are told what is wrong over HTTP, and over the socket in the same words, and change nothing", async () => {
    const { id } = await openAgent(hub)
    const terminal = (await hub.call<{ id: string }>("POST", "/api/sessions", { kind: "terminal", command: "cat" })).body.id
    const frames = await Frames.open()
    for (const [at, [body, status, tag, says]] of wrong(id, terminal).entries()) {
      const answer = await post(body)
      expect([body, answer.status, answer.body.error.tag]).toEqual([body, status, tag])
      expect(answer.body.error.message).toContain(says)
      const { id: chat, messages, trigger, ...own } = body as Fields
      if (Array.isArray(body)) continue
      const known = { trigger: "submit-message", headers: {}, body: own }
      frames.send({
        type: "send",
        requestId: `r${at}`,
        ...known,
        id: chat,
        messages,
        ...(trigger === undefined ? {} : { trigger }),
      })
      const refused = await frames.until({ type: "error", requestId: `r${at}` })
      expect(refused).toMatchObject({ tag, errorText: answer.body.error.message })
    }
    frames.ws.close()
    expect((await recordOf(hub, id)).queue).toEqual([])
    expect(await messagesOf(hub, id)).toEqual([])
    expect((await hub.call<{ sessions: ReadonlyArray<unknown> }>("GET", "/api/sessions?tag=chat:new")).body.sessions).toEqual([])
  })

  it("I-10 X-5 JSON is refused as on every door, bodies that are too large too", async () => {
    const { id } = await openAgent(hub)
    const raw = (body: string) =>
      fetch(`${hub.url()}/ai/chat`, {
        method: "POST",
        headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json" },
        body,
      })
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`
    for (const body of [
      "",
      "{",
      `{"id":"${id}","id":"${id}","messages":[]}`,
      `{"id":"${id}","messages":${deep}}`,
      `{"id":"${id}","__proto__":{},"messages":[]}`,
      `{"id":"new","create":{"agent":"scripted","options":{"pace":9007199254740993}},"messages":[]}`,
    ]) {
      const answer = await raw(body)
      expect([body.slice(0, 60), answer.status, ((await answer.json()) as Refused).error.tag]).toEqual([
        body.slice(0, 60),
        400,
        "BadRequest",
      ])
    }
    const large = await raw(JSON.stringify({ id, messages: [said("x".repeat(MESSAGE_BODY_MAX))] }))
    expect([large.status, ((await large.json()) as Refused).error.tag]).toEqual([413, "TooLarge"])
    expect(await messagesOf(hub, id)).toEqual([])
  })

  it("I-5 I-10 an agent's message with parts that no agent made is refused, and the hub lives on", async () => {
    const asked = await waiting()
    const { id, request, turn } = asked
    const parts: ReadonlyArray<unknown> = [
      7,
      null,
      {},
      { type: "text" },
      { type: "text", text: { length: 3 } },
      { type: "reasoning", text: null },
      { type: "tool-bash", toolCallId: "t" },
      { type: "unheard-of" },
      { ...CALL, state: "asleep" },
      { ...CALL, state: "input-streaming", rawInput: {} },
      { ...CALL, state: "approval-requested", approval: null },
      { ...CALL, state: "approval-requested", approval: { id: 7 } },
      { ...CALL, state: "input-available", toolCallId: 7 },
      { type: "data-x", id: {}, data: 1 },
    ]
    const pid = hub.pid()
    for (const part of parts) {
      const answer = await post({ id, messages: [answering(turn, request, part)] })
      expect([part, answer.status, answer.body.error?.tag]).toEqual([part, 400, "BadRequest"])
    }
    expect((await hub.call("GET", "/health/ready")).status).toBe(200)
    expect(hub.pid()).toBe(pid)
    await answered(asked)
  })

  it("I-5 answers to requests and turns that are not there are left aside, and the open one still waits", async () => {
    const asked = await waiting()
    const { id, request, turn } = asked
    const stream = async (message: Fields) => (await hub.call<string>("POST", "/ai/chat", { id, messages: [message] })).body
    // Another request of this turn: it ends where the turn still asks.
    expect(await stream(answering(turn, "no-such-request"))).toContain(request)
    // Another turn, whose message could not be continued: the client is told to load the messages.
    const elsewhere = await stream(answering("019aa000-0000-7000-8000-000000000000", "no-such-request"))
    expect(elsewhere).toContain("no longer among the session's latest messages")
    await answered(asked)
    // The same answer again, and one to a request that is settled: the turn as it was stored.
    expect(await stream(answering(turn, request))).toContain("data: [DONE]")
    expect((await hub.call<Fields>("POST", `/api/sessions/${id}/interrupt`)).body).toEqual({ interrupted: false })
    expect(await messagesOf(hub, id)).toHaveLength(2)
  })

  it("X-5 large numbers that an agent wrote come back with its message, and the chat continues", async () => {
    const { id } = await openAgent(hub)
    const history = [said("before", "b"), { id: "t", role: "assistant", parts: [{ ...CALL, input: { n: 2 ** 60 } }] }]
    const stream = await hub.call<string>("POST", "/ai/chat", { id, messages: [...history, said("[[say fine]]")] })
    expect([stream.status, stream.body]).toEqual([200, expect.stringContaining("fine")])
  })
})

describe("wrong frames of a chat of the AI SDK", () => {
  it("I-10 are answered beside a stream that continues", async () => {
    const { id } = await openAgent(hub)
    const frames = await Frames.open()
    frames.send({ type: "send", requestId: "turn", id, trigger: "submit-message", messages: [said("[[slow 40 10]]")], body: {} })
    await frames.until({ type: "chunk", requestId: "turn", sequence: 5 })
    frames.send({ type: "dance", requestId: "r1" })
    expect(await frames.until({ type: "error", requestId: "r1" })).toMatchObject({ tag: "BadRequest" })
    frames.send('{"type":"resume","requestId":"r2","id":"a","id":"b"}')
    expect(await frames.until({ type: "error", requestId: "r2" })).toMatchObject({ errorText: expect.stringContaining("twice") })
    frames.send({ type: "send", requestId: "r3", id, messages: [said("x")], body: "x" })
    expect(await frames.until({ type: "error", requestId: "r3" })).toMatchObject({ errorText: expect.stringContaining("body") })
    frames.send({ type: "resume", requestId: "r4", id: 7 })
    expect(await frames.until({ type: "error", requestId: "r4" })).toMatchObject({ tag: "BadRequest" })
    frames.send({ type: "resume", requestId: "r5", id: "019aa000-0000-7000-8000-000000000000" })
    expect(await frames.until({ type: "error", requestId: "r5" })).toMatchObject({ tag: "SessionNotFound" })
    frames.send({ type: "resume", requestId: "r6", id: "never-seen" })
    await frames.until({ type: "no-active", requestId: "r6" })
    // Of what is over, or was never there, there is nothing to abort.
    for (const requestId of ["r6", "r7"]) frames.send({ type: "abort", requestId })
    for (let one = 0; one < 32; one++) frames.send({ type: "resume", requestId: `s${one}`, id })
    expect(await frames.until({ type: "error", requestId: "s31" })).toMatchObject({ tag: "Busy" })
    await frames.until({ type: "end", requestId: "turn" })
    const sequences = frames.got.filter(({ requestId, type }) => requestId === "turn" && type === "chunk")
    expect(sequences.map(({ sequence }) => sequence)).toEqual(sequences.map((_, at) => at))
    await settledAgent(hub, id)
    frames.send({ type: "resume", requestId: "r8", id })
    await frames.until({ type: "no-active", requestId: "r8" })
    frames.ws.close()
  })

  it("I-10 close the connection with the reason where they cannot be answered", async () => {
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[slow 2000 10]]")
    const bad: ReadonlyArray<readonly [unknown, number, string]> = [
      ["[]", 1008, "requestId"],
      ["nonsense", 1008, "not JSON"],
      [{ type: "resume", id }, 1008, "requestId"],
      [{ type: "send", requestId: "turn", id, messages: [said("x")], body: {} }, 1008, "under way"],
      [{ type: "dance", requestId: "turn" }, 1008, "under way"],
      [{ type: "send", requestId: "r", id, messages: [said("x".repeat(FRAME_MAX))] }, 1009, ""],
    ]
    for (const [frame, code, says] of bad) {
      const frames = await Frames.open()
      frames.send({ type: "resume", requestId: "turn", id })
      await frames.until({ type: "chunk", requestId: "turn", sequence: 3 })
      frames.send(frame)
      expect([frame, await frames.end()]).toEqual([frame, [code, expect.stringContaining(says)]])
    }
    const binary = await Frames.open()
    binary.ws.send(Buffer.from([1, 2, 3]))
    expect(await binary.end()).toEqual([1003, "frames are JSON text"])
    // The turn knows nothing of it.
    expect((await recordOf(hub, id)).turn.status).toBe("streaming")
    await hub.call("POST", `/api/sessions/${id}/interrupt`)
    await settledAgent(hub, id)
    expect((await messagesOf(hub, id)).map(({ outcome }) => outcome)).toEqual([undefined, "interrupted"])
  })

  it("I-1 I-10 what a token may not do is refused, and it may do the rest", async () => {
    const [{ id }, { id: other }] = [await openAgent(hub), await openAgent(hub)]
    const token = async (body: Fields) => (await hub.call<{ secret: string }>("POST", "/api/tokens", body)).body.secret
    const [reads, bound] = [await token({ name: "reads", scope: "read" }), await token({ name: "bound", sessions: [id] })]
    const ask = (frames: Frames, requestId: string, chat: string): void =>
      frames.send({ type: "send", requestId, id: chat, messages: [said("[[say hi]]")], body: {} })
    const [reader, builder] = [await Frames.open(reads), await Frames.open(bound)]
    ask(reader, "r1", id)
    expect((await reader.until({ type: "error", requestId: "r1" }))["tag"]).toBe("SessionPermissionError")
    reader.send({ type: "resume", requestId: "r2", id })
    await reader.until({ type: "no-active", requestId: "r2" })
    ask(builder, "r1", other)
    expect((await builder.until({ type: "error", requestId: "r1" }))["tag"]).toBe("SessionPermissionError")
    ask(builder, "r2", id)
    await builder.until({ type: "end", requestId: "r2" })
    for (const { ws } of [reader, builder]) ws.close()
    expect(await messagesOf(hub, other)).toEqual([])
    const [, message] = (await messagesOf(hub, id)) as ReadonlyArray<unknown> as ReadonlyArray<UIMessage>
    expect(message?.parts).toContainEqual(expect.objectContaining({ type: "text", text: expect.stringContaining("hi") }))
  })
})
