/** The AI SDK's stock transports against a hub: `DefaultChatTransport` over HTTP and `WebSocketChatTransport`. */
import {
  type ChatTransport,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
  WebSocketChatTransport,
} from "ai"
import { afterAll, beforeAll, describe, it } from "vitest"
import WebSocket from "ws"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { gatedTurn } from "../src/gated-turn.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { chatParts, chatText, NodeChat } from "../src/node-chat.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
})

const authorization = () => ({ authorization: `Bearer ${hub.token}` })
const closers: Array<() => void> = []

const overHttp = (body: object = {}): ChatTransport<UIMessage> =>
  new DefaultChatTransport({ api: `${hub.url()}/ai/chat`, headers: authorization, body })

const overSocket = (body: object = {}): ChatTransport<UIMessage> => {
  class Socket extends WebSocket {
    constructor(url: string | URL, protocols?: string | Array<string>) {
      super(url, protocols, { headers: authorization() })
    }
  }
  const transport = new WebSocketChatTransport<UIMessage>({ url: `${hub.url()}/ai/chat`, webSocket: Socket as never, body })
  closers.push(() => transport.close())
  return transport
}
afterAll(() => {
  for (const close of closers) close()
})

/** The agent's message that a session has stored last. */
const lastStored = async (id: string) => (await messagesOf(hub, id)).findLast(({ role }) => role === "assistant")

// Each has a session of its own, and what it waits for takes no processor.
describe.concurrent.each([
  ["HTTP", overHttp],
  ["WebSocket", overSocket],
])("a chat of the AI SDK over %s", (_name, transport) => {
  it("I-1 I-3 sends a message and shows the turn, part by part as it is stored", async ({ expect }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const chat = new NodeChat({ id, transport: transport() })
    await chat.sendMessage({
      text: "[[think hard about it]] [[say Hello there]] [[bash echo one]] [[say and]] [[write a.txt b]]",
    })
    expect(chat.status).toBe("ready")
    const stored = await lastStored(id)
    expect(chat.messages.map(({ role }) => role)).toEqual(["user", "assistant"])
    expect(chat.messages[1]?.id).toBe(stored?.id)
    expect(chatParts(chat.messages[1])).toEqual(chatParts(stored))
    const kinds = stored?.parts.map((part) => (part as { readonly type: string }).type)
    expect(kinds).toEqual(expect.arrayContaining(["reasoning", "text", "dynamic-tool", "step-start"]))
  })

  it("I-1 I-3 resumes a running turn from its start, and finds none when nothing runs", async ({ expect }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const turn = gatedTurn(hub)
    const idle = new NodeChat({ id, transport: transport() })
    await idle.resumeStream()
    expect([idle.status, idle.messages]).toEqual(["ready", []])
    const first = new NodeChat({ id, transport: transport() })
    const sending = first.sendMessage({ text: turn.text })
    await expect.poll(() => chatText(first.messages[1] ?? { id: "", role: "assistant", parts: [] })).toContain("word5")
    // It has half of the message already: the replay takes its place.
    const half = structuredClone(first.messages)
    const second = new NodeChat({ id, transport: transport(), messages: half })
    const resuming = second.resumeStream()
    await expect.poll(() => second.status).toBe("streaming")
    turn.open()
    await Promise.all([sending, resuming])
    const stored = await lastStored(id)
    for (const chat of [first, second]) expect(chatParts(chat.messages[1])).toEqual(chatParts(stored))
    expect(second.messages).toHaveLength(2)
  })

  it("I-2 a message sent again is one message, and what would rewrite the past is refused", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const chat = new NodeChat({ id, transport: transport() })
    const message = { id: `key-${_name}`, parts: [{ type: "text" as const, text: "[[say once]]" }] }
    await chat.sendMessage(message)
    await settledAgent(hub, id)
    const again = new NodeChat({ id, transport: transport() })
    await again.sendMessage(message)
    expect(again.status).toBe("ready")
    expect(chatParts(again.messages[1])).toEqual(chatParts(await lastStored(id)))
    expect(await messagesOf(hub, id)).toHaveLength(2)
    await again.regenerate()
    expect(again.status).toBe("error")
    expect(again.error?.message).toContain("cannot be rewritten")
    await chat.sendMessage({ text: "[[say changed]]", messageId: message.id })
    expect(chat.error?.message).toContain("cannot be rewritten")
    expect(await messagesOf(hub, id)).toHaveLength(2)
  })

  it("I-2 two messages sent at once are answered each in its own stream", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const chat = new NodeChat({ id, transport: transport() })
    await Promise.all([chat.sendMessage({ text: "[[slow 10 20]]" }), chat.sendMessage({ text: "[[say second]]" })])
    const stored = (await messagesOf(hub, id)).filter(({ role }) => role === "assistant")
    expect(stored).toHaveLength(2)
    for (const message of stored)
      expect(chatParts(chat.messages.find((shown) => shown.id === message.id))).toEqual(chatParts(message))
  })

  it("I-4 an interrupted turn aborts, a failed one is an error, and an aborted stream leaves its turn alone", async ({
    expect,
  }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const chat = new NodeChat({ id, transport: transport() })
    const sending = chat.sendMessage({ text: "[[slow 500 20]]" })
    await expect.poll(() => chat.messages[1]?.parts.length).toBeGreaterThan(1)
    await hub.call("POST", `/api/sessions/${id}/interrupt`)
    await sending
    expect(chat.status).toBe("ready")
    expect(chatParts(chat.messages[1])).toEqual(chatParts(await lastStored(id)))
    await chat.sendMessage({ text: "[[say before]] [[error 500]]" })
    expect(chat.status).toBe("error")
    expect(chat.error?.message).toContain("status 500")
    const turn = gatedTurn(hub)
    const left = chat.sendMessage({ text: turn.text })
    await expect.poll(() => chat.status).toBe("streaming")
    await chat.stop()
    await left
    turn.open()
    const record = await settledAgent(hub, id)
    expect(record.turn.status).toBe("idle")
    expect(chatText((await lastStored(id)) as unknown as UIMessage)).toContain("the end")
  })

  it("I-5 an approval ends the stream, and its answer continues the same turn", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
    const chat = new NodeChat({ id, transport: transport(), sendAutomaticallyWhen })
    await chat.sendMessage({ text: "[[say first]] [[bash echo allowed]] [[bash echo refused]] [[say last]]" })
    const asking = () =>
      chat.messages.at(-1)?.parts.findLast((part) => part.type === "dynamic-tool" && part.state === "approval-requested")
    for (const approved of [true, false]) {
      await expect.poll(() => [chat.status, asking()?.type]).toEqual(["ready", "dynamic-tool"])
      const part = asking()
      if (part?.type !== "dynamic-tool" || part.approval === undefined) throw new Error("nothing is asked")
      await chat.addToolApprovalResponse({ id: part.approval.id, approved, reason: approved ? "fine" : "not this" })
    }
    await settledAgent(hub, id)
    await expect.poll(() => chat.status).toBe("ready")
    const stored = await lastStored(id)
    await expect.poll(() => chatParts(chat.messages.at(-1))).toEqual(chatParts(stored))
    expect(chat.messages).toHaveLength(2)
  })

  it("I-5 calls that run beside one that asks do not hold up its answer, and who answers elsewhere is first", async ({
    expect,
  }) => {
    const { id } = await openAgent(hub)
    const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
    const chat = new NodeChat({ id, transport: transport(), sendAutomaticallyWhen })
    await chat.sendMessage({ text: "[[par]] [[bash echo a]] [[bash echo b]]" })
    const { permissions } = await recordOf(hub, id)
    const [first] = permissions
    if (first === undefined) throw new Error("nothing is asked")
    await hub.call("POST", `/api/sessions/${id}/permissions/${first.id}`, { optionId: "reject" })
    // The answer of this chat comes too late, and that of the other one is shown.
    for (let round = 0; round < 4 && (await recordOf(hub, id)).turn.status === "streaming"; round++) {
      const asked = chat.messages
        .at(-1)
        ?.parts.flatMap((part) => (part.type === "dynamic-tool" && part.state === "approval-requested" ? [part.approval.id] : []))
      for (const request of asked ?? []) await chat.addToolApprovalResponse({ id: request, approved: true })
      await expect.poll(() => chat.status, { timeout: 20_000 }).toBe("ready")
    }
    await settledAgent(hub, id)
    await expect.poll(async () => chatParts(chat.messages.at(-1))).toEqual(chatParts(await lastStored(id)))
  })

  it("I-6 a new chat opens a session when it says of what, and every tab finds the same one", async ({ expect }) => {
    const id = `new-${_name}-${Date.now()}`
    const lost = new NodeChat({ id, transport: transport() })
    await lost.sendMessage({ text: "hello" })
    expect(lost.status).toBe("error")
    expect(lost.error?.message).toContain("create")
    const create = { create: { agent: "scripted", options: { permissions: "allow" } } }
    const tabs = [1, 2].map(() => new NodeChat({ id, transport: transport(create) }))
    await Promise.all(tabs.map((chat, at) => chat.sendMessage({ text: `[[say tab ${at}]]` })))
    for (const chat of tabs) expect(chat.status).toBe("ready")
    const { body } = await hub.call<{ sessions: ReadonlyArray<{ id: string }> }>("GET", `/api/sessions?tag=chat:${id}`)
    expect(body.sessions).toHaveLength(1)
    expect(await messagesOf(hub, body.sessions[0]?.id ?? "")).toHaveLength(4)
    const wrong = new NodeChat({ id: "with blanks", transport: transport() })
    await wrong.sendMessage({ text: "x" })
    expect(wrong.error?.message).toContain("the id of a chat")
  })

  it("I-2 a message that waits for another turn streams its own, and a held queue says so", async ({ expect }) => {
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[slow 10 20]]")
    const chat = new NodeChat({ id, transport: transport() })
    await chat.sendMessage({ text: "[[say mine]]" })
    expect(chatText(chat.messages[1] as UIMessage)).toContain("mine")
    expect(chatText(chat.messages[1] as UIMessage)).not.toContain("word")
    await hub.call("POST", `/api/sessions/${id}/queue/hold`)
    await chat.sendMessage({ text: "[[say later]]" })
    expect(chat.status).toBe("error")
    expect(chat.error?.message).toContain("held")
  })
})

describe("a chat of the AI SDK", () => {
  it("I-1 the stream is marked as the AI SDK's, ends with [DONE], and needs what other routes need", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const post = (body: unknown, headers: Record<string, string> = authorization()) =>
      fetch(`${hub.url()}/ai/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      })
    const messages = [{ id: "m1", role: "user", parts: [{ type: "text", text: "[[say hi]]" }] }]
    const answer = await post({ id, messages })
    expect(answer.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1")
    const lines = (await answer.text()).split("\n\n").filter((line) => line.startsWith("data: "))
    expect(lines[0]).toContain('"type":"start"')
    expect(lines.slice(-2)).toEqual(['data: {"type":"finish","finishReason":"stop"}', "data: [DONE]"])
    expect((await post({ id, messages }, {})).status).toBe(401)
    expect((await post({ id, messages }, { ...authorization(), origin: "https://evil.example" })).status).toBe(403)
    const made = await hub.call<{ readonly secret: string }>("POST", "/api/tokens", { name: "reads", scope: "read" })
    expect((await post({ id, messages }, { authorization: `Bearer ${made.body.secret}` })).status).toBe(403)
    const missing = await fetch(`${hub.url()}/ai/chat/unknown/stream`, { headers: authorization() })
    expect(missing.status).toBe(204)
  })

  it("I-4 a hub that stops or is killed tears the stream, and afterwards the turn is resumed", async ({ expect }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const turn = gatedTurn(hub)
    const chat = new NodeChat({ id, transport: overHttp() })
    const sending = chat.sendMessage({ text: turn.text })
    await expect.poll(() => chatText(chat.messages[1] ?? { id: "", role: "assistant", parts: [] })).toContain("word5")
    await hub.kill("SIGTERM")
    await sending
    expect(chat.status).toBe("error")
    await hub.start()
    const resuming = chat.resumeStream()
    await expect.poll(() => chat.status).toBe("streaming")
    turn.open()
    await resuming
    expect(chat.status).toBe("ready")
    expect(chatParts(chat.messages.at(-1))).toEqual(chatParts(await lastStored(id)))
  })
})
