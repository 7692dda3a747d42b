/**
 * A station: a page's side of chats of the AI SDK, each over a transport of its own, as many people have them. Words are times, and
 * their lateness is taken where the chat's message gets them.
 */
import { type ChatTransport, DefaultChatTransport, type UIMessage } from "ai"
import { HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { NodeChat } from "@holdfast/testkit/node-chat"
import { openConnection } from "@holdfast/testkit/reader"
import { answer, figure, type Fields } from "../process/station.ts"
import { quantile } from "../statistics.ts"
import { now, stampsOf } from "./stamp.ts"
import { until } from "./until.ts"

let chats: ReadonlyArray<NodeChat> = []
/** Chats whose answer has begun. */
const begun = new Set<string>()
let lags: Array<number> = []
let asked: Promise<unknown> = Promise.resolve()

function timedChat(id: string, transport: ChatTransport<UIMessage>): NodeChat {
  let seen = ""
  return new NodeChat({ id, transport }, ({ parts, role }) => {
    if (role !== "assistant") return
    begun.add(id)
    const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("")
    const arrived = now()
    if (text.length < seen.length) seen = ""
    for (const said of stampsOf(text.slice(seen.length))) lags.push(arrived - said)
    seen = text
  })
}

/** The transport of a chat: our own over a socket, or the AI SDK's to an address. */
function transportOf({ port, token, url }: Fields, chat: string): ChatTransport<UIMessage> {
  if (url === undefined) {
    return new HoldfastChatTransport<UIMessage>({ connection: openConnection(() => Number(port), String(token)) })
  }
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new DefaultChatTransport({ api: String(url).replace("{chat}", chat), headers })
}

answer({
  /** Opens a chat for each id. */
  open: (fields) => {
    chats = String(fields["chats"])
      .split(" ")
      .map((chat) => timedChat(chat, transportOf(fields, chat)))
    return {}
  },
  /** Sends a message in each chat; answers once each has the beginning of its answer. */
  ask: async (fields) => {
    lags = []
    begun.clear()
    const all = until("every chat has the beginning of its answer", 20_000, () => begun.size === chats.length)
    const timer = setInterval(all.check, 2)
    asked = Promise.all(chats.map((chat) => chat.sendMessage({ text: String(fields["text"]) })))
    await all.reached.finally(() => clearInterval(timer))
    return {}
  },
  /** Answers once each chat has all of its answer of `words` words. */
  shown: async (fields) => {
    await asked
    if (lags.length !== figure(fields, "words") * chats.length) throw new Error(`${lags.length} words were shown`)
    return { words: lags.length, p50: quantile(lags, 0.5), p99: quantile(lags, 0.99) }
  },
})
