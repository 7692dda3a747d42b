/** The film of a session on a hub, read over its connection. */
import type { Connection } from "@holdfast/client"
import { bytesOf } from "./base64.ts"
import type { FilmSource } from "./film-source.ts"

/** Reads a session's log. */
export function hubSource(connection: () => Connection, session: string): FilmSource {
  return {
    events: async (after, limit, filter = {}) => {
      const { events, next, atHead } = await connection().call("log.events", { session, after, limit, ...filter })
      return { events, next, atHead }
    },
    before: async (seq, limit, filter) => {
      if (seq < 1) return []
      const { events } = await connection().call("log.events", { session, before: seq, limit, ...filter })
      return events
    },
    messages: (before, limit) => connection().call("messages.list", { session, before, limit }),
    picture: async (seq) => {
      const { cols, rows, base64 } = await connection().call("terminal.past", { session, seq })
      return { cols, rows, pieces: [bytesOf(base64)] }
    },
  }
}
