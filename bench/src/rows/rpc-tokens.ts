/**
 * The RPC door beside stock RPC streaming: one agent that says a token each 5 ms, at 50 readers. Ours comes from an agent's
 * process through a journal and a durable log; the peer makes its words itself and keeps nothing.
 */
import { openRpcEars, type RpcEars } from "../load/rpc-ears.ts"
import { openAgents } from "../ours/agents.ts"
import { STOCK_RPC } from "../peer/audience.ts"
import { figure, startStation } from "../process/station.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { type Figures, type Place, type Row, value } from "../row.ts"
import { quantile } from "../statistics.ts"

const READERS = 50
const MILLIS = 5

const words = (place: Place): number => place.size(400, 100)

/** Measures one speech: how late its words are, and the server's processor time for 10,000 of them. */
async function measure(ears: RpcEars, pid: number, count: number, say: () => Promise<unknown>): Promise<Figures> {
  ears.forget()
  const cpu = cpuMilliseconds(pid)
  const heard = ears.heard(count * READERS)
  await say()
  await heard
  const lags = ears.lags()
  if (lags.length !== count * READERS) throw new Error(`${lags.length} words were heard`)
  return {
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    cpu: ((cpuMilliseconds(pid) - cpu) / lags.length) * 10_000,
  }
}

/** The row. */
export const RPC_TOKENS: Row = {
  id: "rpc-tokens",
  title: `a token each ${MILLIS} ms over Effect RPC, at ${READERS} readers`,
  figures: [
    { id: "p50", title: "late, p50", unit: "ms", better: "less", goals: [value(5)] },
    { id: "p99", title: "late, p99", unit: "ms", better: "less", goals: [value(25)] },
    { id: "cpu", title: "server's CPU for 10,000 deliveries", unit: "ms", better: "less", goals: [] },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: async (place) => {
      const { hub, agents, end } = await openAgents(place, 1, 1)
      const [agent] = agents
      if (agent === undefined) throw new Error("there is no agent")
      const ears = await openRpcEars({
        url: `${hub.url.replace("http", "ws")}/rpc`,
        headers: { authorization: `Bearer ${hub.token}` },
        count: READERS,
        tag: "chat.subscribe",
        payload: { session: agent.session },
        wordsOf: ({ _tag, event }: { readonly _tag: string; readonly event?: { readonly delta?: string } }) =>
          _tag === "StreamEvent" ? event?.delta : undefined,
        isReady: ({ _tag }: { readonly _tag: string }) => _tag === "Synced",
      })
      const say = async (count: number): Promise<void> => {
        const ended = agent.ended()
        await agent.send(`[[stamp ${count} ${MILLIS}]]`)
        await ended
      }
      await measure(ears, hub.pid, 20, () => say(20))
      return {
        measure: () => measure(ears, hub.pid, words(place), () => say(words(place))),
        close: async () => {
          ears.close()
          await end()
        },
      }
    },
  },
  peers: [
    {
      name: "stock Effect RPC",
      open: async (place) => {
        const station = startStation(STOCK_RPC)
        const port = figure(await station.call("port"), "port")
        const ears = await openRpcEars({
          url: `ws://127.0.0.1:${port}/rpc`,
          count: READERS,
          tag: "Listen",
          payload: null,
          wordsOf: ({ text }: { readonly text: string }) => text,
          isReady: ({ text }: { readonly text: string }) => text === "",
        })
        const say = (count: number) => station.call("say", { words: count, millis: MILLIS })
        await measure(ears, station.pid, 20, () => say(20))
        return {
          measure: () => measure(ears, station.pid, words(place), () => say(words(place))),
          close: async () => {
            ears.close()
            await station.end()
          },
        }
      },
    },
  ],
}
