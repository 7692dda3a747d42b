/**
 * The doors for Effect RPC and for Socket.IO, each beside its library alone: one agent that says a token each 5 ms, at 50 readers.
 * Ours comes from an agent's process through a journal and a durable log; the library makes its words itself and keeps nothing, or, as
 * the limit, has each in a synced file before it goes out.
 */
import { join } from "node:path"
import type { Ears } from "../load/ears.ts"
import { openIoEars } from "../load/io-ears.ts"
import { openRpcEars } from "../load/rpc-ears.ts"
import { openAgents } from "../ours/agents.ts"
import type { Hub } from "../ours/hub.ts"
import { SOCKET_IO, STOCK_RPC } from "../peer/audience.ts"
import { figure, startStation } from "../process/station.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { type Contestant, type Figures, ofLimit, type Opened, overLimit, overPeer, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const READERS = 50
const MILLIS = 5

/** Words that bring server and readers to their working speed. */
const WARM = 100

/** One speech at some readers: how late its words are, and the server's processor time for 10,000 deliveries. */
async function speech(ears: Ears, pid: number, count: number, say: (words: number) => Promise<unknown>): Promise<Figures> {
  ears.forget()
  const cpu = cpuMilliseconds(pid)
  const heard = ears.heard(count * READERS)
  await say(count)
  await heard
  const lags = ears.lags()
  if (lags.length !== count * READERS) throw new Error(`${lags.length} words were heard`)
  return {
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    cpu: ((cpuMilliseconds(pid) - cpu) / lags.length) * 10_000,
  }
}

interface Speaker {
  readonly pid: number
  readonly ears: Ears
  readonly say: (words: number) => Promise<unknown>
  readonly end: () => Promise<void>
}

async function opened(place: Place, { ears, end, pid, say }: Speaker): Promise<Opened> {
  await speech(ears, pid, WARM, say)
  return {
    measure: () => speech(ears, pid, place.size(400, 200), say),
    close: async () => {
      ears.close()
      await end()
    },
  }
}

const ours = (listen: (hub: Hub, session: string) => Promise<Ears>): Contestant => ({
  name: "holdfast",
  open: async (place) => {
    const { agents, end, hub } = await openAgents(place, 1, 1)
    const [agent] = agents
    if (agent === undefined) throw new Error("there is no agent")
    const say = async (words: number): Promise<void> => {
      const ended = agent.ended()
      await agent.send(`[[stamp ${words} ${MILLIS}]]`)
      await ended
    }
    return opened(place, { pid: hub.pid, ears: await listen(hub, agent.session), say, end })
  },
})

/** A library alone; a durable one has each word in a synced file before it goes out. */
const alone = (name: string, server: URL, listen: (port: number) => Promise<Ears>, isDurable: boolean): Contestant => ({
  name,
  open: async (place) => {
    const station = startStation(server)
    if (isDurable) await station.call("durable", { file: join(place.directory, "synced") })
    const ears = await listen(figure(await station.call("port"), "port"))
    return opened(place, {
      pid: station.pid,
      ears,
      say: (words) => station.call("say", { words, millis: MILLIS }),
      end: station.end,
    })
  },
})

const authorization = ({ token }: Hub): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

type Told = { readonly _tag: string; readonly event?: { readonly delta?: string } }

const overRpc = (hub: Hub, session: string): Promise<Ears> =>
  openRpcEars(READERS, {
    url: `${hub.url.replace("http", "ws")}/rpc`,
    headers: authorization(hub),
    tag: "chat.subscribe",
    payload: { session },
    wordsOf: ({ _tag, event }: Told) => (_tag === "StreamEvent" ? event?.delta : undefined),
    isReady: ({ _tag }: Told) => _tag === "Synced",
  })

const overStockRpc = (port: number): Promise<Ears> =>
  openRpcEars(READERS, {
    url: `ws://127.0.0.1:${port}/rpc`,
    tag: "Listen",
    payload: null,
    wordsOf: ({ text }: { readonly text: string }) => (text === "" ? undefined : text),
    isReady: ({ text }: { readonly text: string }) => text === "",
  })

type Delta = { readonly name?: string; readonly data: { readonly delta?: string } }

const overIo = (hub: Hub, session: string): Promise<Ears> =>
  openIoEars(READERS, {
    url: hub.url,
    headers: authorization(hub),
    event: "run:event",
    wordsOf: ({ data, name }: Delta) => (name === "agent/text-delta" ? data.delta : undefined),
    join: async (socket) => {
      const answer = (await socket.emitWithAck("run:attach", { runId: session })) as {
        readonly error?: { readonly message: string }
      }
      if (answer.error !== undefined) throw new Error(answer.error.message)
    },
  })

const overBareIo = (port: number): Promise<Ears> =>
  openIoEars(READERS, {
    url: `http://127.0.0.1:${port}`,
    event: "event",
    wordsOf: ({ data }: Delta) => data.delta,
    join: (socket) => socket.emitWithAck("subscribe"),
  })

const figures = (peer: string, reach: number, target: number): Row["figures"] => [
  // As much as a token over the stream socket may be late.
  { id: "p50", title: "late, p50", unit: "ms", better: "less", goals: [overLimit(2), overPeer(peer, 4)] },
  { id: "p99", title: "late, p99", unit: "ms", better: "less", goals: [overLimit(10)] },
  { id: "cpu", title: "server's CPU for 10,000 deliveries", unit: "ms", better: "less", goals: [ofLimit(reach, target)] },
]

const RPC = "stock Effect RPC"
const IO = "socket.io"

/** The door for Effect RPC. */
export const RPC_TOKENS: Row = {
  id: "rpc-tokens",
  title: `a token each ${MILLIS} ms over Effect RPC, at ${READERS} readers`,
  figures: figures(RPC, 1.1, 0.9),
  shortRounds: 2,
  ours: ours(overRpc),
  limit: alone(`${RPC} behind fdatasync`, STOCK_RPC, overStockRpc, true),
  peers: [alone(RPC, STOCK_RPC, overStockRpc, false)],
}

/** The door for Socket.IO. */
export const IO_TOKENS: Row = {
  id: "io-tokens",
  title: `a token each ${MILLIS} ms over Socket.IO, at ${READERS} readers`,
  figures: figures(IO, 1.5, 1.2),
  shortRounds: 2,
  ours: ours(overIo),
  limit: alone(`${IO} behind fdatasync`, SOCKET_IO, overBareIo, true),
  peers: [alone(IO, SOCKET_IO, overBareIo, false)],
}
