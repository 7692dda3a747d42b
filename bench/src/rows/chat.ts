/**
 * Chats of the AI SDK, each with an agent that says a token each 5 ms: over our transport, and with the AI SDK's own transport at
 * our endpoint, beside the AI SDK's own HTTP stream. How late each token is in the chat's message, and what it costs the server
 * and the page.
 */
import { join } from "node:path"
import { scripted } from "../ours/agents.ts"
import { createSession, type Hub, openHub } from "../ours/hub.ts"
import { type Fields, figure, startStation } from "../process/station.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { type Contestant, type Figures, ofLimit, type Opened, overLimit, overPeer, type Place, type Row } from "../row.ts"

const CHATS = 10
const MILLIS = 5
const PEER = "AI SDK over HTTP"

/** Words that bring server and page to their working speed. */
const WARM = 100

interface Server {
  readonly pid: number
  /** What the page opens its chats with. */
  readonly fields: Fields
  /** Has the speakers speak, once every chat listens. */
  readonly speak: (words: number) => Promise<unknown>
  readonly end: () => Promise<void>
}

/** Opens the page, and brings both sides to their working speed. */
async function opened(place: Place, { end, fields, pid, speak }: Server): Promise<Opened> {
  const page = startStation(new URL("../load/chat-page.ts", import.meta.url))
  const turns = async (words: number): Promise<Figures> => {
    const before = { server: cpuMilliseconds(pid), page: cpuMilliseconds(page.pid) }
    // The agents wait until every chat listens.
    await page.call("ask", { text: `[[wait 300]] [[stamp ${words} ${MILLIS}]]` })
    await speak(words)
    const shown = await page.call("shown", { words })
    const each = 10_000 / figure(shown, "words")
    return {
      p50: figure(shown, "p50"),
      p99: figure(shown, "p99"),
      server: (cpuMilliseconds(pid) - before.server) * each,
      page: (cpuMilliseconds(page.pid) - before.page) * each,
    }
  }
  const close = async (): Promise<void> => {
    await page.end()
    await end()
  }
  try {
    await page.call("open", fields)
    await turns(WARM)
  } catch (error) {
    await close()
    throw error
  }
  return { measure: () => turns(place.size(400, 200)), close }
}

/** A hub with an agent for each chat. */
const ours = (fieldsOf: (hub: Hub) => Fields): Contestant => ({
  name: "holdfast",
  open: async (place) => {
    const hub = await openHub(place, { HOLDFAST_AGENTS_LIVE: String(CHATS + 1) })
    const sessions = await Promise.all(Array.from({ length: CHATS }, () => createSession(hub, scripted)))
    return opened(place, {
      pid: hub.pid,
      fields: { ...fieldsOf(hub), token: hub.token, chats: sessions.join(" ") },
      speak: () => Promise.resolve(),
      end: hub.end,
    })
  },
})

/** The AI SDK's own stream; a durable one has each word in a synced file before it goes out. */
const aiSdk = (name: string, isDurable: boolean): Contestant => ({
  name,
  open: async (place) => {
    const station = startStation(new URL("../peer/ai-sdk-server.ts", import.meta.url))
    const port = figure(await station.call("port"), "port")
    if (isDurable) await station.call("durable", { file: join(place.directory, "synced") })
    return opened(place, {
      pid: station.pid,
      fields: {
        url: `http://127.0.0.1:${port}/?speech={chat}`,
        chats: Array.from({ length: CHATS }, (_, at) => `chat-${at}`).join(" "),
      },
      speak: (words) => station.call("say", { words, millis: MILLIS }),
      end: station.end,
    })
  },
})

const figures = (page: Row["figures"][number]["goals"]): Row["figures"] => [
  // As much as a token over the stream socket may be late.
  { id: "p50", title: "late in the chat, p50", unit: "ms", better: "less", goals: [overLimit(2), overPeer(PEER, 4)] },
  { id: "p99", title: "late in the chat, p99", unit: "ms", better: "less", goals: [overLimit(10)] },
  // With one reader it is the append that counts, which may take three times what a file takes.
  { id: "server", title: "server's CPU for 10,000 tokens", unit: "ms", better: "less", goals: [ofLimit(3, 2)] },
  { id: "page", title: "page's CPU for 10,000 tokens", unit: "ms", better: "less", goals: page },
]

/** Our transport. */
export const CHAT: Row = {
  id: "chat",
  title: `useChat over our transport: ${CHATS} chats, a token each ${MILLIS} ms`,
  figures: figures([ofLimit(1.5, 1.1)]),
  shortRounds: 2,
  ours: ours((hub) => ({ port: hub.process.port() })),
  limit: aiSdk("AI SDK behind fdatasync", true),
  peers: [aiSdk(PEER, false)],
}

/** Our endpoint. */
export const CHAT_ENDPOINT: Row = {
  id: "chat-endpoint",
  title: `useChat at our endpoint: ${CHATS} chats, a token each ${MILLIS} ms`,
  // The same client on both sides.
  figures: figures([]),
  shortRounds: 2,
  ours: ours((hub) => ({ url: `${hub.url}/ai/chat` })),
  limit: aiSdk("AI SDK behind fdatasync", true),
  peers: [aiSdk(PEER, false)],
}
