/**
 * Chats of the AI SDK, each with an agent that says a token each 5 ms: over our transport and our endpoint, beside the AI SDK's
 * own HTTP stream. How late each token is in the chat's message, and what it costs the server and the page.
 */
import { type ChatTransport, DefaultChatTransport, type UIMessage } from "ai"
import { HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { NodeChat } from "@holdfast/testkit/node-chat"
import { openConnection } from "@holdfast/testkit/reader"
import { now, stampsOf } from "../load/stamp.ts"
import { until } from "../load/until.ts"
import { createSession, openHub } from "../ours/hub.ts"
import { scripted } from "../ours/agents.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { figure, startStation } from "../process/station.ts"
import { type Figures, ofPeer, type Opened, type Place, type Row, value } from "../row.ts"
import { quantile } from "../statistics.ts"

const CHATS = 10
const MILLIS = 5
const PEER = "AI SDK over HTTP"

const words = (place: Place): number => place.size(400, 100)

/** A chat whose words are timed as its message gets them. */
interface TimedChat {
  readonly chat: NodeChat
  readonly lags: Array<number>
}

function timedChat(id: string, transport: ChatTransport<UIMessage>): TimedChat {
  const lags: Array<number> = []
  let seen = ""
  const chat = new NodeChat({ id, transport }, ({ role, parts }) => {
    if (role !== "assistant") return
    const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("")
    const arrived = now()
    if (text.length < seen.length) seen = ""
    for (const said of stampsOf(text.slice(seen.length))) lags.push(arrived - said)
    seen = text
  })
  return { chat, lags }
}

/** One turn in each chat; `begin` makes the speakers speak once all of them are listened to. */
async function turns(
  server: number,
  chats: ReadonlyArray<TimedChat>,
  count: number,
  begin: () => Promise<unknown>,
): Promise<Figures> {
  for (const { lags } of chats) lags.length = 0
  const before = { server: cpuMilliseconds(server), page: cpuMilliseconds(process.pid) }
  // The agents speak once every chat listens, as the peer's server does.
  const sent = chats.map(({ chat }) => chat.sendMessage({ text: `[[wait 500]] [[stamp ${count} ${MILLIS}]]` }))
  await begin()
  await Promise.all(sent)
  const lags = chats.flatMap((one) => one.lags)
  if (lags.length !== count * chats.length) throw new Error(`${lags.length} words were shown`)
  const each = 10_000 / lags.length
  return {
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    server: (cpuMilliseconds(server) - before.server) * each,
    page: (cpuMilliseconds(process.pid) - before.page) * each,
  }
}

/** Opens a hub with an agent for each chat, over a transport made for it. */
async function openOurs(
  place: Place,
  transportOf: (hub: Awaited<ReturnType<typeof openHub>>) => {
    readonly transport: ChatTransport<UIMessage>
    readonly close: () => void
  },
): Promise<Opened> {
  const hub = await openHub(place, { HOLDFAST_AGENTS_LIVE: String(CHATS + 1) })
  const sessions = await Promise.all(Array.from({ length: CHATS }, () => createSession(hub, scripted)))
  const made = sessions.map((session) => ({ session, ...transportOf(hub) }))
  const chats = made.map(({ session, transport }) => timedChat(session, transport))
  const nothing = (): Promise<void> => Promise.resolve()
  await turns(hub.pid, chats, 20, nothing)
  return {
    measure: () => turns(hub.pid, chats, words(place), nothing),
    close: async () => {
      for (const { close } of made) close()
      await hub.end()
    },
  }
}

async function openPeer(place: Place): Promise<Opened> {
  const station = startStation(new URL("../peer/ai-sdk-server.ts", import.meta.url))
  const port = figure(await station.call("port"), "port")
  const chats = Array.from({ length: CHATS }, (_, at) =>
    timedChat(`chat-${at}`, new DefaultChatTransport({ api: `http://127.0.0.1:${port}/?speech=${at}` })),
  )
  const speak = (count: number) => async (): Promise<void> => {
    const seated = until("every chat has its response", 10_000, () => chats.every(({ chat }) => chat.status === "streaming"))
    const timer = setInterval(seated.check, 2)
    await seated.reached
    clearInterval(timer)
    await station.call("say", { words: count, millis: MILLIS })
  }
  await turns(station.pid, chats, 20, speak(20))
  return { measure: () => turns(station.pid, chats, words(place), speak(words(place))), close: station.end }
}

/** The row. */
export const CHAT: Row = {
  id: "chat",
  title: `useChat: ${CHATS} chats, a token each ${MILLIS} ms`,
  figures: [
    { id: "p50", title: "late in the chat, p50", unit: "ms", better: "less", goals: [value(5)] },
    { id: "p99", title: "late in the chat, p99", unit: "ms", better: "less", goals: [value(30)] },
    { id: "server", title: "server's CPU for 10,000 tokens", unit: "ms", better: "less", goals: [] },
    { id: "page", title: "page's CPU for 10,000 tokens", unit: "ms", better: "less", goals: [ofPeer(PEER, 1.5)] },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: (place) =>
      openOurs(place, (hub) => {
        const connection = openConnection(() => hub.process.port(), hub.token)
        const transport = new HoldfastChatTransport<UIMessage>({ connection })
        return { transport, close: () => connection.close() }
      }),
  },
  peers: [
    { name: PEER, open: openPeer },
    {
      name: "holdfast, stock transport",
      open: (place) =>
        openOurs(place, (hub) => ({
          transport: new DefaultChatTransport({ api: `${hub.url}/ai/chat`, headers: { authorization: `Bearer ${hub.token}` } }),
          close: () => undefined,
        })),
    },
  ],
}
