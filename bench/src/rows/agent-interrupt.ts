/**
 * Stopping an agent in the middle of a tool that runs: until the hub answers, and until the subscriber sees the turn's
 * end, with the tool's process gone. The scripted agent stands for others, whose own time comes on top.
 */
import { setTimeout as pause } from "node:timers/promises"
import { now } from "../load/stamp.ts"
import { openAgents, type OurAgent } from "../ours/agents.ts"
import { value, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

/** The row. */
export const AGENT_INTERRUPT: Row = {
  id: "agent-interrupt",
  title: "interrupt of an agent whose tool runs",
  figures: [
    { id: "answered", title: "acknowledged (durable), p50", unit: "ms", better: "less", goals: [value(100)] },
    { id: "slowest", title: "acknowledged (durable), slowest", unit: "ms", better: "less", goals: [value(100)] },
    { id: "ended", title: "until the turn has ended, p50", unit: "ms", better: "less", goals: [value(1000)] },
  ],
  shortRounds: 1,
  ours: {
    name: "holdfast",
    open: async (place) => {
      const { agents, wire, end } = await openAgents(place, 1, 1)
      const [agent] = agents as readonly [OurAgent]
      const interrupt = async (): Promise<readonly [number, number]> => {
        const ended = agent.ended()
        await agent.send("[[stamp 20 1]] [[bash sleep 60]]")
        await pause(150)
        const began = now()
        await wire.call("agent.interrupt", { session: agent.session })
        const answered = now() - began
        await ended
        const outcome = agent.ears[0]?.outcome
        if (outcome !== "interrupted") throw new Error(`the turn ended as ${outcome}`)
        return [answered, now() - began]
      }
      return {
        measure: async () => {
          const times: Array<readonly [number, number]> = []
          for (let at = 0; at < place.size(20, 5); at++) times.push(await interrupt())
          const answered = times.map(([time]) => time)
          return {
            answered: quantile(answered, 0.5),
            slowest: Math.max(...answered),
            ended: quantile(
              times.map(([, time]) => time),
              0.5,
            ),
          }
        },
        close: end,
      }
    },
  },
  peers: [],
}
