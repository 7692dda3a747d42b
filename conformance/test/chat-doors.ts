/** Chats of the AI SDK as doors: its stock transports, ours, and a chat that is bound to its session. */
import {
  type ChatTransport,
  DefaultChatTransport,
  readUIMessageStream,
  type UIMessage,
  type UIMessageChunk,
  WebSocketChatTransport,
} from "ai"
import WebSocket, { type ClientOptions } from "ws"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { Connection } from "@holdfast/client/Connection"
import { HoldfastError } from "@holdfast/client/errors"
import { socketUrl, wsSocket } from "@holdfast/client/socket"
import { NodeChat } from "@holdfast/testkit/node-chat"
import { type AttachWith, type DoorReader, DoorRefused, type DoorUnderTest, refusalIn, type ShownMessage } from "../src/door.ts"
import type { HubUnderTest } from "../src/hub.ts"
import { ItemQueue } from "../src/item-queue.ts"

const POST = { method: "POST", path: "/ai/chat", body: '{"id":":session","messages":[]}' }
const STREAM = { method: "GET", path: "/ai/chat/:session/stream" }
const UPGRADE = { method: "GET", path: "/ai/chat", upgrade: ["holdfast.chat"] }
const OWN = { method: "GET", path: "/api/socket", upgrade: ["holdfast.1"] }

/** A transport for one reader, and how its connection is broken and closed. */
interface Opened {
  readonly transport: ChatTransport<UIMessage>
  readonly cut: () => void
  readonly close: () => void
  /** Whether it comes back by itself after a cut. */
  readonly resumes?: true
  /** Tag of an error that the transport made a text of. */
  readonly tag?: () => string | undefined
}

type Open = (hub: HubUnderTest, token: string) => Opened

const shownOf = ({ id, parts }: UIMessage): ShownMessage => JSON.parse(JSON.stringify({ id, parts })) as ShownMessage

/** A refusal as a transport tells it. */
function refusal(error: unknown, { tag }: Opened): DoorRefused {
  if (error instanceof HoldfastError) return new DoorRefused(error.tag, error.message)
  const message = error instanceof Error ? error.message : String(error)
  const told = tag?.()
  if (told !== undefined) return new DoorRefused(told, message)
  try {
    return refusalIn(JSON.parse(message), "the answer")
  } catch {
    return new DoorRefused("ConnectionLost", message)
  }
}

/** Reads a stream of chunks as the AI SDK does. */
async function pump(stream: ReadableStream<UIMessageChunk>, queue: ItemQueue): Promise<void> {
  let end: UIMessageChunk | undefined
  let last: UIMessage | undefined
  const seen = stream.pipeThrough(
    new TransformStream<UIMessageChunk, UIMessageChunk>({
      transform: (chunk, controller) => {
        if (chunk.type === "finish" || chunk.type === "abort" || chunk.type === "error") end = chunk
        controller.enqueue(chunk)
      },
    }),
  )
  try {
    for await (const message of readUIMessageStream({ stream: seen, terminateOnError: true })) {
      last = message
      queue.push({ kind: "message", message: shownOf(message), done: false })
    }
  } catch (error) {
    const tag = end?.type === "error" ? "TurnFailed" : "ConnectionLost"
    return queue.push({ kind: "ended", tag, message: String(error) })
  }
  if (end === undefined || last === undefined) return queue.endQuietly()
  queue.push({ kind: "message", message: shownOf(last), done: true })
  queue.push({ kind: "ended", tag: "Over", message: "the stream of the turn is over" })
}

/** What a page loads where no turn runs: the stored messages. */
async function history(hub: HubUnderTest, session: string, token: string, queue: ItemQueue): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const page = await fetch(`${hub.url}/api/sessions/${session}/messages`, { headers })
  const { messages } = (await page.json()) as { readonly messages: ReadonlyArray<UIMessage> }
  for (const message of messages)
    if (message.role === "assistant") queue.push({ kind: "message", message: shownOf(message), done: true })
  queue.push({ kind: "ended", tag: "Idle", message: "no turn runs" })
}

async function attach(open: Open, hub: HubUnderTest, { session, token }: AttachWith): Promise<DoorReader> {
  const opened = open(hub, token)
  const queue = new ItemQueue()
  const stream = await opened.transport.reconnectToStream({ chatId: session }).catch((error: unknown) => {
    opened.close()
    throw refusal(error, opened)
  })
  if (stream === null) await history(hub, session, token, queue)
  else void pump(stream, queue)
  let isCut = false
  const cut = (): void => {
    isCut = opened.resumes !== true
    opened.cut()
  }
  const next = async (): ReturnType<DoorReader["next"]> => {
    for (;;) {
      const item = await queue.next()
      // What was not read when the connection broke is lost.
      if (!isCut || item?.kind !== "message") return item
    }
  }
  return { next, cut, pause: () => undefined, resume: () => undefined, close: opened.close }
}

/** A door that is a transport. Sending answers with the turn that the message got. */
const transportDoor =
  (name: string, entries: DoorUnderTest["entries"], open: Open) =>
  (hub: HubUnderTest): DoorUnderTest => ({
    name,
    shows: "messages",
    entries,
    attach: (request) => attach(open, hub, request),
    send: async ({ key, session, text, token }) => {
      const opened = open(hub, token)
      try {
        const stream = await opened.transport.sendMessages({
          trigger: "submit-message",
          chatId: session,
          messageId: undefined,
          messages: [{ id: key, role: "user", parts: [{ type: "text", text }] }],
          abortSignal: undefined,
        })
        const reader = stream.getReader()
        const { value } = await reader.read()
        await reader.cancel()
        return value
      } catch (error) {
        throw refusal(error, opened)
      } finally {
        opened.close()
      }
    },
  })

const overHttp: Open = (hub, token) => {
  const cutting = new AbortController()
  const broken = (url: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> =>
    fetch(url, { ...init, signal: cutting.signal })
  const headers = { authorization: `Bearer ${token}` }
  const cut = (): void => cutting.abort(new Error("the connection was cut"))
  return { transport: new DefaultChatTransport({ api: `${hub.url}/ai/chat`, headers, fetch: broken }), cut, close: cut }
}

const overSocket: Open = (hub, token) => {
  let tag: string | undefined
  const sockets: Array<WebSocket> = []
  class Tapped extends WebSocket {
    constructor(url: string | URL) {
      super(url, [], { headers: { authorization: `Bearer ${token}` } })
      sockets.push(this)
      this.on("message", (data) => {
        const frame = JSON.parse(String(data)) as { readonly type: string; readonly tag?: string }
        if (frame.type === "error") tag = frame.tag
      })
      this.on("unexpected-response", (request, response) => {
        tag = response.statusCode === 401 ? "Unauthorized" : "Forbidden"
        request.destroy()
        this.emit("close", 1006, "")
      })
    }
  }
  const transport = new WebSocketChatTransport<UIMessage>({ url: `${hub.url}/ai/chat`, webSocket: Tapped as never })
  const cut = (): void => sockets.forEach((socket) => socket.terminate())
  return { transport, cut, close: () => transport.close(), tag: () => tag }
}

/** A connection of the client library that can be cut, and comes back. */
function connect(hub: HubUnderTest, token: string): { readonly connection: Connection; readonly cut: () => void } {
  const sockets: Array<WebSocket> = []
  class Kept extends WebSocket {
    constructor(url: string, protocols: string, options: ClientOptions) {
      super(url, protocols, options)
      sockets.push(this)
    }
  }
  const open = wsSocket(Kept as never, socketUrl(hub.url), token)
  const connection = new Connection({ open, name: "suite", backoff: { first: 20, most: 200 } })
  return { connection, cut: () => sockets.forEach((socket) => socket.terminate()) }
}

const overOurs: Open = (hub, token) => {
  const { connection, cut } = connect(hub, token)
  const transport = new HoldfastChatTransport<UIMessage>({ connection })
  return { transport, cut, close: () => connection.close(), resumes: true }
}

function attachBound(hub: HubUnderTest, { session, token }: AttachWith): Promise<DoorReader> {
  const { connection, cut } = connect(hub, token)
  const transport = new HoldfastChatTransport<UIMessage>({ connection })
  const queue = new ItemQueue()
  const show = (message: UIMessage | undefined, done: boolean): void => {
    if (message?.role === "assistant") queue.push({ kind: "message", message: shownOf(message), done })
  }
  const chat = new NodeChat({ id: session, transport }, (message) => show(message, false))
  const binding = bindChat(chat, transport)
  let turn: string | undefined
  binding.subscribe(() => {
    const { error } = binding.state
    if (error !== undefined) return queue.push({ kind: "ended", tag: error.tag, message: error.message })
    for (const message of chat.messages) show(message, false)
    if (turn !== undefined && binding.state.turn !== turn) {
      // The chat has what it was given a moment before.
      const over = turn
      connection.timers.after(50, () =>
        show(
          chat.messages.find(({ id }) => id === over),
          true,
        ),
      )
    }
    turn = binding.state.turn
  })
  const close = (): void => {
    binding.close()
    connection.close()
  }
  return Promise.resolve({ next: () => queue.next(), cut, pause: () => undefined, resume: () => undefined, close })
}

/** The doors, the smallest layer first. */
export const httpChatDoor = transportDoor("chat over HTTP", [POST, STREAM], overHttp)
export const socketChatDoor = transportDoor("chat over a WebSocket", [UPGRADE], overSocket)
export const ownChatDoor = transportDoor("chat on our transport", [OWN], overOurs)

/** A bound chat, which sends as the transport does that it is bound to. */
export function boundChatDoor(hub: HubUnderTest): DoorUnderTest {
  return { ...ownChatDoor(hub), name: "bound chat", attach: (request) => attachBound(hub, request) }
}
