/** Chats of the AI SDK whose messages are kept in an outbox until the hub has them: pages that end while it is away. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { UIMessage } from "ai"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { Connection } from "@holdfast/client/Connection"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"
import { wsSocket } from "@holdfast/client/socket"
import type { Session } from "@holdfast/protocol/session"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import WebSocket, { type ClientOptions } from "ws"
import { messagesOf, openAgent, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { type FaultProxy, startFaultProxy } from "../src/fault-proxy.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { chatText, NodeChat } from "../src/node-chat.ts"

const folder = mkdtempSync(join(tmpdir(), "holdfast-chat-outbox-"))
let hub: HubProcess
let proxy: FaultProxy
const pages: Array<{ readonly end: () => void }> = []
beforeAll(async () => {
  hub = await startHub()
  proxy = await startFaultProxy(() => hub.port())
})
afterEach(() => {
  for (const page of pages.splice(0)) page.end()
  proxy.allow()
})
afterAll(async () => {
  await proxy.stop()
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A page with a bound chat. All with one `box` share it; `end` ends a page as its reload does. */
async function openPage(id: string, box: string, create?: object) {
  class Addressed extends WebSocket {
    constructor(url: string, protocols: string, options: ClientOptions) {
      super(url, protocols, { ...options, headers: { ...options.headers, host: `127.0.0.1:${hub.port()}` } })
    }
  }
  const open = wsSocket(Addressed as never, `ws://127.0.0.1:${proxy.port}/api/socket`, hub.token)
  const connection = new Connection({ open, name: "page", backoff: { first: 20, most: 100 } })
  const outbox = await openOutbox({ name: box, file: join(folder, box), send: sendOnConnection(connection) })
  const transport = new HoldfastChatTransport<UIMessage>({ connection, outbox, ...(create === undefined ? {} : { create }) })
  const chat = new NodeChat({ id, transport })
  const binding = bindChat(chat, transport)
  const end = (): void => {
    binding.close()
    outbox.close()
    connection.close()
  }
  pages.push({ end })
  return { chat, binding, outbox, end }
}
type ChatPage = Awaited<ReturnType<typeof openPage>>

const goAway = (): void => {
  proxy.refuse()
  proxy.cut("rst")
}
const said = ({ chat }: ChatPage, role = "user") => chat.messages.filter((one) => one.role === role).map(chatText)
const unsent = ({ binding }: ChatPage) => binding.state.unsent.map(({ failure, status }) => [status, failure?.tag])
const storedOf = async (id: string) => (await messagesOf(hub, id)).filter(({ role }) => role === "user").map(textOf)
const WITHIN = { timeout: 20_000 }

describe("a chat of the AI SDK with an outbox", () => {
  it("I-11 what was sent while the hub was away is shown by the next page as not sent, and is there once, in order", async () => {
    const { id } = await openAgent(hub)
    const first = await openPage(id, "kept")
    await first.chat.sendMessage({ text: "[[say before]]" })
    expect([said(first, "assistant"), unsent(first)]).toEqual([["before"], []])
    goAway()
    for (const text of ["[[say one]]", "[[say two]]"]) void first.chat.sendMessage({ text })
    await expect.poll(() => first.outbox.state.counts.pending, WITHIN).toBe(2)
    expect(unsent(first).map(([status]) => status)).toEqual(["offline", "offline"])
    first.end()
    const second = await openPage(id, "kept")
    await expect.poll(() => said(second), WITHIN).toEqual(["[[say one]]", "[[say two]]"])
    expect(second.binding.state.unsent.map(({ key }) => key)).toEqual(second.chat.messages.map((message) => message.id))
    proxy.allow()
    await expect.poll(() => said(second, "assistant"), WITHIN).toEqual(["before", "one", "two"])
    await settledAgent(hub, id)
    expect(await storedOf(id)).toEqual(["[[say before]]", "[[say one]]", "[[say two]]"])
    await expect.poll(() => [said(second), unsent(second)], WITHIN).toEqual([await storedOf(id), []])
  })

  it("I-6 I-11 a chat that begins while the hub is away gets its session, or the one that another page created meanwhile", async () => {
    const [own, theirs] = [`own-${Date.now()}`, `theirs-${Date.now()}`]
    const create = { agent: "scripted", label: "mine" }
    goAway()
    const before = [await openPage(own, "own", create), await openPage(theirs, "theirs", create)]
    for (const { chat } of before) void chat.sendMessage({ text: "[[say late]]" })
    for (const { outbox } of before) await expect.poll(() => outbox.state.counts.pending, WITHIN).toBe(2)
    for (const page of before) page.end()
    const made = await hub.call<Session>("POST", "/api/sessions", {
      kind: "agent",
      agent: "scripted",
      label: "another",
      tags: [`chat:${theirs}`],
      key: `chat:${theirs}`,
    })
    await sendText(hub, made.body.id, "[[say early]]")
    const after = [await openPage(own, "own", create), await openPage(theirs, "theirs", create)]
    for (const page of after) await expect.poll(() => said(page), WITHIN).toEqual(["[[say late]]"])
    proxy.allow()
    const [mine, other] = after as [ChatPage, ChatPage]
    await expect.poll(() => said(mine, "assistant"), WITHIN).toEqual(["late"])
    await expect.poll(() => said(other, "assistant"), WITHIN).toEqual(["early", "late"])
    expect([mine, other].map(({ binding }) => binding.state.session)).toEqual([expect.any(String), made.body.id])
    await expect.poll(() => [unsent(mine), unsent(other)], WITHIN).toEqual([[], []])
  })

  it("I-11 a message that is refused stays with the reason until it is sent again or dropped, and one that waits is taken back", async () => {
    const id = `refused-${Date.now()}`
    const page = await openPage(id, "refused", { agent: "no-such-agent" })
    await page.chat.sendMessage({ text: "hello" })
    expect(page.chat.error?.message).toContain("no-such-agent")
    await expect.poll(() => unsent(page), WITHIN).toEqual([["failed", "SessionNotCreated"]])
    const [message] = page.chat.messages
    await page.binding.retry(message?.id ?? "")
    await expect.poll(() => unsent(page), WITHIN).toEqual([["failed", "SessionNotCreated"]])
    await page.binding.drop(message?.id ?? "")
    await expect.poll(() => [said(page), unsent(page)], WITHIN).toEqual([[], []])
    page.end()
    goAway()
    const { id: session } = await openAgent(hub)
    const other = await openPage(session, "refused")
    void other.chat.sendMessage({ text: "never" })
    await expect.poll(() => unsent(other), WITHIN).toEqual([["offline", undefined]])
    await other.binding.drop(other.chat.messages[0]?.id ?? "")
    await expect.poll(() => [said(other), other.chat.status], WITHIN).toEqual([[], "ready"])
    proxy.allow()
    await other.chat.sendMessage({ text: "[[say after]]" })
    expect(await storedOf(session)).toEqual(["[[say after]]"])
  })
})
