/** The real Claude in a chat of the AI SDK: bound to its session, and over the stock transport. */
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from "ai"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import WebSocket from "ws"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { Connection } from "@holdfast/client/Connection"
import { socketUrl, wsSocket } from "@holdfast/client/socket"
import { messagesOf, settledAgent } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { chatParts, NodeChat } from "../src/node-chat.ts"

type Shown = ReadonlyArray<{ readonly role: string; readonly parts: ReadonlyArray<unknown> }>
const shownOf = (messages: Shown): unknown => messages.map((message) => [message.role, chatParts(message)])

/** The request that a chat shows. */
const asked = ({ messages }: NodeChat): string | undefined =>
  messages
    .at(-1)
    ?.parts.flatMap((part) => (part.type === "dynamic-tool" && part.state === "approval-requested" ? [part.approval.id] : []))[0]

describe.skipIf(isElsewhere("claude"))("the real Claude in a chat of the AI SDK", () => {
  let claude: ClaudeHub
  beforeAll(async () => {
    claude = await startClaudeHub()
  })
  afterAll(() => claude.stop())

  it("I-3 I-5 I-8 calls tools, is allowed one and refused another, and the chat shows what is stored", async () => {
    const { hub } = claude
    const connection = new Connection({ open: wsSocket(WebSocket as never, socketUrl(hub.url()), hub.token), name: "page" })
    const create = { agent: "claude", cwd: claude.directory() }
    const transport = new HoldfastChatTransport<UIMessage>({ connection, create })
    const chat = new NodeChat({ id: "with-claude", transport })
    const binding = bindChat(chat, transport)
    const sending = chat.sendMessage({
      text: "[[think let me see]][[say I will look]][[bash touch made; echo allowed]][[say done]]",
    })
    await expect.poll(() => asked(chat), { timeout: 60_000 }).toBeTypeOf("string")
    await chat.addToolApprovalResponse({ id: asked(chat) ?? "", approved: true })
    await sending
    const session = binding.state.session ?? ""
    await expect.poll(async () => shownOf(chat.messages)).toEqual(shownOf(await messagesOf(hub, session)))
    const kinds = chat.messages.at(-1)?.parts.map(({ type }) => type)
    expect(kinds).toEqual(["step-start", "reasoning", "text", "dynamic-tool", "step-start", "text", "text"])
    expect(JSON.stringify(chat.messages)).toContain('"output":"allowed"')

    const stock = new NodeChat({
      id: "with-claude",
      messages: structuredClone(chat.messages),
      transport: new DefaultChatTransport({ api: `${hub.url()}/ai/chat`, headers: { authorization: `Bearer ${hub.token}` } }),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    })
    await stock.sendMessage({ text: "[[bash touch other]][[say so be it]]" })
    expect(stock.status).toBe("ready")
    await stock.addToolApprovalResponse({ id: asked(stock) ?? "", approved: false, reason: "not here" })
    await settledAgent(hub, session)
    for (const one of [stock, chat])
      await expect.poll(async () => shownOf(one.messages), { timeout: 60_000 }).toEqual(shownOf(await messagesOf(hub, session)))
    expect(JSON.stringify(stock.messages.at(-1)?.parts)).toContain('"state":"output-denied"')
    binding.close()
    connection.close()
  })
})
