/**
 * A page with the AI SDK's own `useChat`, in StrictMode: what tests open in a browser, and look at as React has rendered it.
 *
 * `kind`: `http` and `socket` are the stock transports on `/ai/chat`, `own` is our transport, `bound` a chat that is bound to
 * its session, with an outbox where `box` names one.
 */
import { Chat, useChat } from "@ai-sdk/react"
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses, WebSocketChatTransport } from "ai"
import { createElement, StrictMode, useEffect } from "react"
import { createRoot } from "react-dom/client"
import { Connection, browserSocket, socketUrl } from "@holdfast/client"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"

const helpers = new Map()
const mounts = new Map()
const roots = new Map()
const bindings = new Map()
/** Chats that are bound, made outside of components: they outlive them. */
const chats = new Map()
/** Each has one attachment per session. */
const connections = new Map()

function connectionOf(kind, key) {
  const open = browserSocket(WebSocket, socketUrl(location.origin), key)
  if (!connections.has(kind)) connections.set(kind, new Connection({ open, name: kind, backoff: { first: 20, most: 200 } }))
  return connections.get(kind)
}

function transportOf(kind, key) {
  if (kind === "http") return new DefaultChatTransport({ api: "/ai/chat", headers: { authorization: `Bearer ${key}` } })
  if (kind === "socket") {
    const url = `${location.origin.replace("http", "ws")}/ai/chat`
    return new WebSocketChatTransport({ url, protocols: ["holdfast.chat", `holdfast.key.${key}`] })
  }
  return new HoldfastChatTransport({ connection: connectionOf(kind, key) })
}

function boundChat(name, id, key, box) {
  const connection = connectionOf("bound", key)
  const kept = box === undefined ? {} : { outbox: openOutbox({ name: box, send: sendOnConnection(connection) }) }
  const transport = new HoldfastChatTransport({ connection, ...kept })
  const chat = new Chat({ id, transport })
  bindings.set(name, bindChat(chat, transport))
  chats.set(name, chat)
  return chat
}

function View({ name, options }) {
  const chat = useChat(options)
  helpers.set(name, chat)
  // In StrictMode a component is unmounted and mounted again at once, which stops what its chat reads.
  useEffect(() => void mounts.set(name, (mounts.get(name) ?? 0) + 1), [name])
  const { error, messages, status } = chat
  return createElement("output", { id: name }, JSON.stringify({ status, error: error?.message, messages }))
}

/** Mounts a chat under a name; resolves once it is there to stay. */
async function mount(name, { box, id, key, kind, resume = false }) {
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
  const options =
    kind === "bound"
      ? { chat: chats.get(name) ?? boundChat(name, id, key, box) }
      : { id, transport: transportOf(kind, key), resume, sendAutomaticallyWhen }
  const place = document.createElement("div")
  document.body.append(place)
  const root = createRoot(place)
  mounts.delete(name)
  roots.set(name, root)
  root.render(createElement(StrictMode, null, createElement(View, { name, options })))
  while ((mounts.get(name) ?? 0) < 2) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What React shows of a chat. */
function shown(name) {
  return JSON.parse(document.getElementById(name)?.textContent || "null")
}

function unmount(name) {
  roots.get(name)?.unmount()
}

/** Sends; resolves at once, as a button does. */
function send(name, text) {
  void helpers.get(name).sendMessage({ text })
}

/** The request that is shown, if there is one. */
function asking(name) {
  const parts = shown(name)?.messages.at(-1)?.parts ?? []
  return parts.find(({ state }) => state === "approval-requested")?.approval.id
}

/** Answers a request. */
function answer(name, id, approved) {
  void helpers.get(name).addToolApprovalResponse({ id, approved })
}

/** Reads the running turn, as a page does when its stream was torn. */
function resume(name) {
  void helpers.get(name).resumeStream()
}

const stop = (name) => bindings.get(name).stop()
const unsent = (name) => bindings.get(name).state.unsent.map(({ status }) => status)
Object.assign(window, { page: { mount, unmount, shown, send, asking, answer, resume, stop, unsent } })
