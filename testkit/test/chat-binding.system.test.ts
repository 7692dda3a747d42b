/** Chats of the AI SDK on our own transport, alone and bound to their session. */
import type { ChatTransport, UIMessage } from "ai"
import { lastAssistantMessageIsCompleteWithApprovalResponses } from "ai"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { Connection } from "@holdfast/client/Connection"
import { wsSocket } from "@holdfast/client/socket"
import { afterAll, beforeAll, describe, it } from "vitest"
import WebSocket, { type ClientOptions } from "ws"
import { messagesOf, openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { type FaultProxy, startFaultProxy } from "../src/fault-proxy.ts"
import { gatedTurn } from "../src/gated-turn.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { chatParts, chatText, NodeChat } from "../src/node-chat.ts"

let hub: HubProcess
let proxy: FaultProxy
const closers: Array<() => void> = []
beforeAll(async () => {
  hub = await startHub()
  proxy = await startFaultProxy(() => hub.port())
})
afterAll(async () => {
  for (const close of closers) close()
  await proxy.stop()
  await hub.stop()
})

/** A connection of a page of its own, through the proxy. */
function connect(): Connection {
  class Addressed extends WebSocket {
    constructor(url: string, protocols: string, options: ClientOptions) {
      super(url, protocols, { ...options, headers: { ...options.headers, host: `127.0.0.1:${hub.port()}` } })
    }
  }
  const open = wsSocket(Addressed as never, `ws://127.0.0.1:${proxy.port}/api/socket`, hub.token)
  const connection = new Connection({ open, name: "page", backoff: { first: 20, most: 100 } })
  closers.push(() => connection.close())
  return connection
}

const pageOf = (id: string, options: { readonly create?: object; readonly messages?: Array<UIMessage> } = {}) => {
  const transport = new HoldfastChatTransport<UIMessage>({ connection: connect(), ...options })
  const chat = new NodeChat({ id, transport, ...(options.messages === undefined ? {} : { messages: options.messages }) })
  return { transport, chat }
}

/** A page whose chat is bound. */
const boundPage = (id: string) => {
  const { chat, transport } = pageOf(id)
  const binding = bindChat(chat, transport)
  closers.push(binding.close)
  return { chat, transport, binding }
}

const lastStored = async (id: string) => (await messagesOf(hub, id)).findLast(({ role }) => role === "assistant")
/** Role and parts of messages, to compare those of a chat with the stored ones. */
const shownOf = (messages: ReadonlyArray<{ readonly role: string; readonly parts: ReadonlyArray<unknown> }>): unknown =>
  messages.map((message) => [message.role, chatParts(message)])

// Each has a session of its own, and what it waits for takes no processor.
describe.concurrent("our transport for a chat of the AI SDK", () => {
  it("I-7 I-9 is a ChatTransport of the AI SDK, and shows a turn part by part as it is stored", async ({ expect }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const { chat, transport } = pageOf(id)
    transport satisfies ChatTransport<UIMessage>
    await chat.sendMessage({ text: "[[think hard]] [[say Hello there]] [[bash echo one]] [[say and]] [[write a.txt b]]" })
    expect(chat.status).toBe("ready")
    expect(shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
    expect(chat.messages[1]?.id).toBe((await lastStored(id))?.id)
    await chat.regenerate()
    expect(chat.error?.message).toContain("cannot be rewritten")
  })

  it("I-7 resuming waits for a turn that is about to start, is null when there is none, and an abort leaves the turn alone", async ({
    expect,
  }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const turn = gatedTurn(hub)
    const { chat, transport } = pageOf(id)
    expect(await transport.reconnectToStream({ chatId: id })).toBeNull()
    expect(await transport.reconnectToStream({ chatId: "unknown-chat" })).toBeNull()
    await sendText(hub, id, turn.text)
    const resuming = chat.resumeStream()
    await expect.poll(() => chat.status).toBe("streaming")
    await chat.stop()
    await resuming
    const both = Promise.all([chat.resumeStream(), chat.resumeStream()])
    await expect.poll(() => chat.status).toBe("streaming")
    turn.open()
    await both
    await settledAgent(hub, id)
    expect(chatParts(chat.messages.at(-1))).toEqual(chatParts(await lastStored(id)))
  })

  it("I-5 I-7 unbound, an approval ends the stream and its answer continues the turn", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const transport = new HoldfastChatTransport<UIMessage>({ connection: connect() })
    const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
    const chat = new NodeChat({ id, transport, sendAutomaticallyWhen })
    await chat.sendMessage({ text: "[[say first]] [[bash echo allowed]] [[say last]]" })
    const part = chat.messages.at(-1)?.parts.findLast((one) => one.type === "dynamic-tool")
    if (part?.type !== "dynamic-tool" || part.approval === undefined) throw new Error("nothing is asked")
    await chat.addToolApprovalResponse({ id: part.approval.id, approved: true })
    await settledAgent(hub, id)
    await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
  })

  it("I-6 I-7 a new chat opens a session when it says of what", async ({ expect }) => {
    const id = `page-${Date.now()}`
    const { chat: lost } = pageOf(id)
    await lost.sendMessage({ text: "hello" })
    expect(lost.error?.message).toContain("create")
    const create = { agent: "scripted", options: { permissions: "allow" } }
    const [one, other] = [pageOf(id, { create }), pageOf(id, { create })]
    await Promise.all([one.chat.sendMessage({ text: "[[say a]]" }), other.chat.sendMessage({ text: "[[say b]]" })])
    const { body } = await hub.call<{ sessions: ReadonlyArray<{ id: string }> }>("GET", `/api/sessions?tag=chat:${id}`)
    expect(body.sessions).toHaveLength(1)
    expect(await messagesOf(hub, body.sessions[0]?.id ?? "")).toHaveLength(4)
  })
})

describe.concurrent("a bound chat of the AI SDK", () => {
  it("I-8 shows what is stored, what others send and what the agent answers them, as it comes", async ({ expect }) => {
    const { id } = await openAgent(hub, { options: { permissions: "allow" } })
    const turn = gatedTurn(hub)
    await sendText(hub, id, "[[say before]]")
    await settledAgent(hub, id)
    const { chat, binding } = boundPage(id)
    await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
    await sendText(hub, id, turn.text)
    await expect.poll(() => chatText(chat.messages[3] ?? { id: "", role: "assistant", parts: [] })).toContain("word4 ")
    expect(chat.messages[2]).toMatchObject({ role: "user", parts: [{ text: turn.text }] })
    expect(binding.state.turn).toBeDefined()
    turn.open()
    await settledAgent(hub, id)
    await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
    await expect.poll(() => [chat.status, binding.state.turn]).toEqual(["ready", undefined])
  })

  it("I-8 answers at once on an open stream, here and elsewhere", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const [here, there] = [boundPage(id), boundPage(id)]
    const sending = here.chat.sendMessage({ text: "[[bash echo one]] [[bash echo two]] [[say done]]" })
    const answered = new Set<string>()
    const asked = (chat: NodeChat) =>
      chat.messages
        .at(-1)
        ?.parts.flatMap((part) => (part.type === "dynamic-tool" && part.state === "approval-requested" ? [part.approval.id] : []))
        .filter((request) => !answered.has(request))
    for (const page of [here, there]) {
      await expect.poll(() => asked(page.chat)).toHaveLength(1)
      expect(page.chat.status).toBe("streaming")
      const [request = ""] = asked(page.chat) ?? []
      answered.add(request)
      await page.chat.addToolApprovalResponse({ id: request, approved: page === here })
    }
    await sending
    await settledAgent(hub, id)
    for (const { chat } of [here, there]) {
      await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
      await expect.poll(() => chat.status).toBe("ready")
    }
  })

  it("I-8 stops the turn, answers questions in full, and loads what came earlier", async ({ expect }) => {
    const { id } = await openAgent(hub)
    for (let turn = 0; turn < 30; turn++) await sendText(hub, id, `[[say turn ${turn}]]`)
    await settledAgent(hub, id)
    const { chat, binding } = boundPage(id)
    await expect.poll(() => chat.messages.length).toBe(50)
    expect(binding.state.hasEarlier).toBe(true)
    await binding.loadEarlier()
    expect(binding.state.hasEarlier).toBe(false)
    expect(shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
    const asking = chat.sendMessage({ text: "[[ask Which one?|Red|Blue]]" })
    await expect.poll(() => binding.state.permissions.length).toBe(1)
    const [question] = binding.state.permissions
    await binding.answer(question?.id ?? "", { optionId: "answer", answers: { "Which one?": "Blue" } })
    await asking
    expect(chatText(chat.messages.at(-1) as UIMessage)).toContain("you chose Blue")
    const running = chat.sendMessage({ text: "[[slow 500 20]]" })
    await expect.poll(() => chat.status).toBe("streaming")
    await binding.stop()
    await running
    expect(chat.status).toBe("ready")
    expect((await lastStored(id))?.outcome).toBe("interrupted")
    await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
  })
})

describe("chats of the AI SDK whose connection is lost", () => {
  it("I-7 a stream lasts over cuts and kills of the hub, and neither loses nor doubles anything", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const { chat } = pageOf(id)
    const sending = chat.sendMessage({ text: "[[slow 80 25]]" })
    const text = () => chatText(chat.messages[1] ?? { id: "", role: "assistant", parts: [] })
    await expect.poll(text).toContain("word5 ")
    proxy.cut("rst")
    await expect.poll(text).toContain("word20 ")
    await hub.kill("SIGKILL")
    await hub.start()
    await sending
    expect(chat.status).toBe("ready")
    expect(shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
    expect(text()).toContain("word79")
  })

  it("I-7 a chat that is away while its turn ends and folds gets what it lacks", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const { chat } = pageOf(id)
    const sending = chat.sendMessage({ text: "[[slow 20 30]] [[say the end]]" })
    await expect.poll(() => chatText(chat.messages[1] ?? { id: "", role: "assistant", parts: [] })).toContain("word3 ")
    proxy.refuse()
    proxy.cut("rst")
    await settledAgent(hub, id)
    await expect
      .poll(
        async () =>
          (await hub.call<{ events: ReadonlyArray<unknown> }>("GET", `/api/sessions/${id}/events?type=folded`)).body.events
            .length,
      )
      .toBeGreaterThan(0)
    proxy.allow()
    await sending
    expect(chat.status).toBe("ready")
    expect(shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, id)))
  })

  it("I-8 two chats that send at once, and cuts meanwhile, end with the same messages as the session", async ({ expect }) => {
    const { id } = await openAgent(hub)
    const pages = [boundPage(id), boundPage(id)]
    const sends = pages.flatMap(({ chat }, at) =>
      [1, 2].map((n) => chat.sendMessage({ text: `[[slow 8 20]] [[say page ${at} ${n}]]` })),
    )
    for (let cut = 0; cut < 3; cut++) {
      const { lastSeq } = await recordOf(hub, id)
      const isFurther = async () => {
        const record = await recordOf(hub, id)
        return record.lastSeq > lastSeq + 5 || record.turn.status === "idle"
      }
      await expect.poll(isFurther).toBe(true)
      proxy.cut(cut === 1 ? "fin" : "rst")
    }
    await Promise.all(sends)
    await settledAgent(hub, id)
    const stored = await messagesOf(hub, id)
    expect(stored).toHaveLength(8)
    for (const { chat } of pages) await expect.poll(() => shownOf(chat.messages)).toEqual(shownOf(stored))
  })

  it("I-8 a turn is stopped as soon as there is a connection, and no other turn in its place", async ({ expect }) => {
    const [{ id }, { id: other }] = [await openAgent(hub), await openAgent(hub)]
    const [stays, ends] = [boundPage(id), boundPage(other)]
    for (const { chat } of [stays, ends]) void chat.sendMessage({ text: "[[slow 5000 20]]" })
    for (const { chat } of [stays, ends]) await expect.poll(() => chat.status).toBe("streaming")
    proxy.refuse()
    proxy.cut("rst")
    for (const { transport } of [stays, ends]) await expect.poll(() => transport.connection.state._tag).toBe("Reconnecting")
    const stopping = [stays.binding.stop(), ends.binding.stop()]
    await hub.call("POST", `/api/sessions/${other}/interrupt`)
    await settledAgent(hub, other)
    await sendText(hub, other, "[[slow 20 20]]")
    proxy.allow()
    await Promise.all(stopping)
    const outcomes = async (session: string) => (await messagesOf(hub, session)).flatMap(({ outcome }) => outcome ?? [])
    await expect.poll(() => outcomes(id)).toEqual(["interrupted"])
    await expect.poll(() => outcomes(other)).toEqual(["interrupted", "completed"])
    // What is over cannot be stopped, and that is no failure.
    await ends.binding.stop()
    for (const { chat } of [stays, ends]) await expect.poll(() => chat.status).toBe("ready")
  })
})
