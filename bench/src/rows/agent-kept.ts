/**
 * What is kept of a turn that said 13.9 KB of text word by word, once it is folded.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { within } from "../process/within.ts"
import { openAgents, converse, type OurAgent, type OurAgents } from "../ours/agents.ts"
import { value, type Place, type Row } from "../row.ts"

/** 13,902 bytes: `word0 ` to `word1667 `. */
const TURN = "[[slow 1668 1]]"

const sessions = (place: Place): number => place.size(6, 1)

interface Page {
  readonly events: ReadonlyArray<unknown>
}

/** Waits until the chunks of the last turn have become few. */
async function folded({ hub }: OurAgents, { session }: OurAgent): Promise<void> {
  const path = `/api/sessions/${session}/events?after=0&limit=200&channel=agent`
  while ((await hub.process.call<Page>("GET", path)).body.events.length > 20) await pause(50)
}

/** Bytes of the pages in use. */
function used(database: DatabaseSync): number {
  const one = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
  return (one("page_count") - one("freelist_count")) * one("page_size")
}

/** The bytes of the session's log, as they are sent to someone who reads all of it. */
async function logBytes(house: OurAgents, agent: OurAgent): Promise<number> {
  const wire = await house.connect()
  const synced = Promise.withResolvers<void>()
  const stream = await wire.attach(agent.session, { after: 0 })
  stream.changed = () => {
    if (stream.synced) synced.resolve()
  }
  stream.changed(0)
  await within("the log is read", 10_000, synced.promise)
  await wire.close()
  return stream.bytes
}

/** The row. */
export const AGENT_KEPT: Row = {
  id: "agent-kept",
  title: "kept of 13.9 KB of an agent's text, folded",
  figures: [
    { id: "log", title: "in the log", unit: "KB", better: "less", goals: [value(42)] },
    { id: "database", title: "in the database", unit: "KB", better: "less", goals: [] },
  ],
  shortRounds: 1,
  cold: true,
  ours: {
    name: "holdfast",
    open: async (place) => ({
      measure: async () => {
        const house = await openAgents(place, sessions(place), 1)
        const database = new DatabaseSync(join(place.directory, "data", "holdfast.db"), { readOnly: true })
        try {
          const logs = async (): Promise<number> => {
            let sum = 0
            for (const agent of house.agents) sum += await logBytes(house, agent)
            return sum
          }
          const allFolded = async (): Promise<void> => {
            await within("every turn is folded", 20_000, Promise.all(house.agents.map((agent) => folded(house, agent))))
            await pause(500)
          }
          await allFolded()
          const [log, pages] = [await logs(), used(database)]
          await converse(house.agents, TURN)
          await allFolded()
          const each = 1000 * house.agents.length
          return { log: ((await logs()) - log) / each, database: (used(database) - pages) / each }
        } finally {
          database.close()
          await house.end()
        }
      },
      close: async () => {},
    }),
  },
  peers: [],
}
