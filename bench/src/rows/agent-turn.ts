/**
 * A turn of a warm agent, beside the agent alone on its pipes: how soon a message is accepted, how soon the agent is
 * heard, and what the whole of a turn takes longer.
 */
import { now } from "../load/stamp.ts"
import { openBareAgent } from "../limit/agent-itself.ts"
import { openAgents, type OurAgent } from "../ours/agents.ts"
import { forget } from "../ours/ear.ts"
import { overLimit, value, type Place, type Row } from "../row.ts"
import { median, quantile } from "../statistics.ts"

const SHORT_TURN = "[[stamp 1 0]]"
const longTurn = (place: Place): string => `[[stamp ${place.size(200, 100)} 5]]`

const shortTurns = (place: Place): number => place.size(100, 30)
const longTurns = (place: Place): number => place.size(5, 2)

/** The row. */
export const AGENT_TURN: Row = {
  id: "agent-turn",
  title: "turn of a warm agent",
  figures: [
    { id: "accepted50", title: "message accepted (durable), p50", unit: "ms", better: "less", goals: [value(3)] },
    { id: "accepted99", title: "message accepted (durable), p99", unit: "ms", better: "less", goals: [] },
    { id: "first", title: "accepted until the agent's first event, p50", unit: "ms", better: "less", goals: [value(5)] },
    {
      id: "whole",
      title: "200 tokens at 5 ms (short: 100), message until its end",
      unit: "ms",
      better: "less",
      goals: [overLimit(20)],
    },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: async (place) => {
      const { agents, end } = await openAgents(place, 1, 1)
      const [agent] = agents as readonly [OurAgent]
      const ears = agent.ears
      return {
        measure: async () => {
          const accepted: Array<number> = []
          const first: Array<number> = []
          for (let at = 0; at < shortTurns(place); at++) {
            ears.forEach(forget)
            const ended = agent.ended()
            const began = now()
            await agent.send(SHORT_TURN)
            const answered = now()
            await ended
            accepted.push(answered - began)
            first.push((ears[0]?.firstAt ?? Number.NaN) - answered)
          }
          const whole: Array<number> = []
          for (let at = 0; at < longTurns(place); at++) {
            const began = now()
            const ended = agent.ended()
            await agent.send(longTurn(place))
            await ended
            whole.push(now() - began)
          }
          return {
            accepted50: quantile(accepted, 0.5),
            accepted99: quantile(accepted, 0.99),
            first: quantile(first, 0.5),
            whole: median(whole),
          }
        },
        close: end,
      }
    },
  },
  limit: {
    name: "the agent itself",
    open: async (place) => {
      const agent = await openBareAgent()
      return {
        measure: async () => {
          const first: Array<number> = []
          for (let at = 0; at < shortTurns(place); at++) first.push((await agent.turn(SHORT_TURN)).first)
          const whole: Array<number> = []
          for (let at = 0; at < longTurns(place); at++) whole.push((await agent.turn(longTurn(place))).whole)
          return { first: quantile(first, 0.5), whole: median(whole) }
        },
        close: agent.end,
      }
    },
  },
  peers: [],
}
