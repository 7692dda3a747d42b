/** The film of a session on a hub, read over its connection. */
import type { Connection } from "@holdfast/client"
import type { Event } from "@holdfast/protocol/event"
import { bytesOf } from "./base64.ts"
import type { FilmSource } from "./film-source.ts"

interface FilmRange {
  readonly before: number
  readonly limit: number
}

interface Older {
  readonly events: ReadonlyArray<Event>
  readonly before?: number | null
}

/** Reads a session's log. */
export function hubSource(connection: () => Connection, session: string): FilmSource {
  return {
    events: async (after, limit, filter = {}) => {
      const { events, next, atHead } = await connection().call("log.events", { session, after, limit, ...filter })
      return { events, next, atHead }
    },
    before: async (seq, limit, filter) => {
      let found: ReadonlyArray<Event> = []
      // A page ends where the hub has looked through enough, also with nothing that passes in it.
      for (let from: number | null = seq; from !== null && from >= 1 && found.length < limit;) {
        const range: FilmRange = { before: from, limit: limit - found.length }
        const page: Older = await connection().call("log.events", { session, ...range, ...filter })
        found = [...page.events, ...found]
        from = page.before ?? null
      }
      return found
    },
    messages: (before, limit) => connection().call("messages.list", { session, before, limit }),
    picture: async (seq) => {
      const { cols, rows, base64 } = await connection().call("terminal.past", { session, seq })
      return { cols, rows, pieces: [bytesOf(base64)] }
    },
  }
}
