/**
 * The store alone, in a process of its own.
 */
import { startStation, type Station } from "../process/station.ts"

/** Opens a store in `directory` with `sessions` empty sessions. Handlers: see `store-station.ts`. */
export async function openStore(directory: string, sessions: number): Promise<Station> {
  const station = startStation(new URL("./store-station.ts", import.meta.url))
  try {
    await station.call("open", { directory })
    await station.call("sessions", { count: sessions })
    return {
      ...station,
      end: async () => {
        try {
          await station.call("close")
        } finally {
          await station.end()
        }
      },
    }
  } catch (error) {
    await station.end()
    throw error
  }
}

/** What a data directory holds before the hub starts on it. */
export interface Seed {
  /** Sessions whose terminal has ended. */
  readonly sessions: number
  /** Events in the log of the last one. */
  readonly events: number
}

/** Fills the store in `directory` and closes it; gives the id of the session with the events. */
export async function seedStore(directory: string, seed: Seed): Promise<string> {
  const station = startStation(new URL("./store-station.ts", import.meta.url))
  try {
    await station.call("open", { directory })
    const { last } = await station.call("sessions", { count: seed.sessions })
    if (seed.events > 0) await station.call("log", { count: seed.events })
    await station.call("close")
    return String(last)
  } finally {
    await station.end()
  }
}
