/**
 * One agent that says a token each 5 ms, at 1 and at 50 subscribers: how late each token is, what the deliveries cost
 * the hub, and what someone who comes in the middle of the block sees.
 */
import { until } from "../load/until.ts"
import { openAgents, turnEnds, type OurAgent, type OurAgents } from "../ours/agents.ts"
import { forget, listen, type Ear } from "../ours/ear.ts"
import { openAiSdk } from "../peer/ai-sdk.ts"
import { cpuMilliseconds } from "../process/usage.ts"
import { value, type Figures, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

const SUBSCRIBERS = 50
const MILLIS = 5
/** Newcomers, and words between them. */
const NEWCOMERS = 5
const EVERY = 25

const words = (place: Place): number => place.size(200, 100)

/** Milliseconds of processor time per 10,000 deliveries. */
const perTenThousand = (milliseconds: number, deliveries: number): number => (milliseconds / deliveries) * 10_000

/** The lags of one turn at these ears, and the hub's processor time. */
async function turn(
  hub: OurAgents["hub"],
  { send }: OurAgent,
  ears: ReadonlyArray<Ear>,
  count: number,
): Promise<{ readonly lags: ReadonlyArray<number>; readonly cpu: number }> {
  ears.forEach(forget)
  const cpu = cpuMilliseconds(hub.pid)
  const ended = turnEnds(ears)
  await send(`[[stamp ${count} ${MILLIS}]]`)
  await ended
  const lags = ears.flatMap((ear) => ear.lags)
  if (lags.length !== count * ears.length) throw new Error(`${lags.length} words were heard`)
  return { lags, cpu: cpuMilliseconds(hub.pid) - cpu }
}

/** Percent of the words said so far that someone has who attaches in the middle of a turn: the least of some. */
async function newcomers({ connect }: OurAgents, { session, send, ears }: OurAgent): Promise<number> {
  const [first] = ears
  if (first === undefined) throw new Error("nobody listens")
  let least = 100
  forget(first)
  const ended = turnEnds([first])
  const end = first.changed
  await send(`[[stamp ${(NEWCOMERS + 1) * EVERY} ${MILLIS}]]`)
  for (let at = 1; at <= NEWCOMERS; at++) {
    const middle = until("the agent speaks", 20_000, () => first.words >= at * EVERY)
    first.changed = () => {
      end()
      middle.check()
    }
    middle.check()
    await middle.reached
    const said = first.words
    const wire = await connect()
    least = Math.min(least, ((await shownTo(await listen(wire, session))) / said) * 100)
    await wire.close()
  }
  await ended
  return least
}

/** Words of the streaming turn that a newcomer has when it is told that it has all. */
async function shownTo(ear: Ear): Promise<number> {
  const synced = until("the newcomer has all", 20_000, () => ear.stream?.synced === true)
  ear.changed = synced.check
  synced.check()
  await synced.reached
  return ear.words
}

/** The row. */
export const AGENT_TOKENS: Row = {
  id: "agent-tokens",
  title: "a token each 5 ms",
  figures: [
    { id: "one50", title: "late at 1 subscriber, p50", unit: "ms", better: "less", goals: [] },
    { id: "one99", title: "late at 1 subscriber, p99", unit: "ms", better: "less", goals: [] },
    { id: "many50", title: `late at ${SUBSCRIBERS} subscribers, p50`, unit: "ms", better: "less", goals: [value(2)] },
    { id: "many99", title: `late at ${SUBSCRIBERS} subscribers, p99`, unit: "ms", better: "less", goals: [value(10)] },
    { id: "cpu", title: "server's CPU for 10,000 deliveries", unit: "ms", better: "less", goals: [value(150)] },
    { id: "middle", title: "said so far that a newcomer sees", unit: "%", better: "more", goals: [value(100)] },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: async (place) => {
      const alone = await openAgents(place, 2, 1)
      const [one, many] = alone.agents as readonly [OurAgent, OurAgent]
      const ears: Array<Ear> = [...many.ears]
      while (ears.length < SUBSCRIBERS) ears.push(await listen(await alone.connect(), many.session))
      await turn(alone.hub, many, ears, 20)
      return {
        measure: async (): Promise<Figures> => {
          const single = await turn(alone.hub, one, one.ears, words(place))
          const fifty = await turn(alone.hub, many, ears, words(place))
          return {
            one50: quantile(single.lags, 0.5),
            one99: quantile(single.lags, 0.99),
            many50: quantile(fifty.lags, 0.5),
            many99: quantile(fifty.lags, 0.99),
            cpu: perTenThousand(fifty.cpu, fifty.lags.length),
            middle: await newcomers(alone, one),
          }
        },
        close: alone.end,
      }
    },
  },
  peers: [
    {
      name: "AI SDK over HTTP",
      open: async (place) => {
        const { station, stream } = await openAiSdk()
        await stream(1, SUBSCRIBERS, 20, MILLIS)
        return {
          measure: async () => {
            const single = await stream(1, 1, words(place), MILLIS)
            const cpu = cpuMilliseconds(station.pid)
            const fifty = await stream(1, SUBSCRIBERS, words(place), MILLIS)
            return {
              one50: quantile(single, 0.5),
              one99: quantile(single, 0.99),
              many50: quantile(fifty, 0.5),
              many99: quantile(fifty, 0.99),
              cpu: perTenThousand(cpuMilliseconds(station.pid) - cpu, fifty.length),
            }
          },
          close: station.end,
        }
      },
    },
  ],
}
