/**
 * A station: a client that has the records and the newest messages of sessions in its caches.
 */
import { Reads } from "@holdfast/client/cache"
import { idOf, pageText, recordText } from "../load/pages.ts"
import { answer } from "../process/station.ts"

const numberOf = (id: string): number => Number(id.slice(-12))

const reads = new Reads({
  session: (id) => Promise.resolve(JSON.parse(recordText(numberOf(id)))),
  messages: (id) => Promise.resolve(JSON.parse(pageText(numberOf(id)))),
  sessions: () => Promise.resolve({ sessions: [], total: 0, more: false, next: null }),
})

answer({
  make: async ({ count }) => {
    for (let at = 0; at < Number(count); at++) await Promise.all([reads.session(idOf(at)), reads.messages(idOf(at))])
    return { kept: Math.min(reads.stats.sessions.size, reads.stats.newest.size) }
  },
})
