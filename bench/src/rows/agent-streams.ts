/**
 * Many agents at once: 20 sessions that stream 50 chunks a second each, with 2 subscribers each. The time of a word is
 * from the agent's process to the subscriber, through the runner's journal and the log.
 */
import { converse, openAgents } from "../ours/agents.ts"
import { openAiSdk } from "../peer/ai-sdk.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { value, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const SESSIONS = 20
const SUBSCRIBERS = 2
const MILLIS = 20

const words = (place: Place): number => place.size(250, 60)

/** The row. */
export const AGENT_STREAMS: Row = {
  id: "agent-streams",
  title: `a word of ${SESSIONS} streaming agents, 50/s each, at ${SUBSCRIBERS} subscribers each`,
  figures: [
    { id: "p50", title: "p50", unit: "ms", better: "less", goals: [value(5)] },
    { id: "p99", title: "p99", unit: "ms", better: "less", goals: [value(25)] },
    { id: "runner50", title: "of it process to runner, p50", unit: "ms", better: "less", goals: [] },
    { id: "runner99", title: "of it process to runner, p99", unit: "ms", better: "less", goals: [] },
    { id: "busy", title: "server's processor", unit: "% of a core", better: "less", goals: [] },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: async (place) => {
      const { hub, agents, end } = await openAgents(place, SESSIONS, SUBSCRIBERS)
      return {
        measure: async () => {
          const cpu = cpuMilliseconds(hub.pid)
          const began = performance.now()
          await converse(agents, `[[stamp ${words(place)} ${MILLIS}]]`)
          const busy = ((cpuMilliseconds(hub.pid) - cpu) / (performance.now() - began)) * 100
          const ears = agents.flatMap((agent) => agent.ears)
          const lags = ears.flatMap((ear) => ear.lags)
          if (lags.length !== words(place) * SESSIONS * SUBSCRIBERS) throw new Error(`${lags.length} words were heard`)
          const runner = ears.flatMap((ear) => ear.toRunner)
          return {
            p50: quantile(lags, 0.5),
            p99: quantile(lags, 0.99),
            runner50: quantile(runner, 0.5),
            runner99: quantile(runner, 0.99),
            busy,
          }
        },
        close: end,
      }
    },
  },
  peers: [
    {
      name: "AI SDK over HTTP",
      open: async (place) => {
        const { station, stream } = await openAiSdk()
        await stream(SESSIONS, SUBSCRIBERS, 20, 5)
        return {
          measure: async () => {
            const cpu = cpuMilliseconds(station.pid)
            const began = performance.now()
            const lags = await stream(SESSIONS, SUBSCRIBERS, words(place), MILLIS)
            const busy = ((cpuMilliseconds(station.pid) - cpu) / (performance.now() - began)) * 100
            return { p50: quantile(lags, 0.5), p99: quantile(lags, 0.99), busy }
          },
          close: station.end,
        }
      },
    },
  ],
}
