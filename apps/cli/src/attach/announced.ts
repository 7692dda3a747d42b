/** Announcements of the hub while a session is shown (docs/protocol/rules.md, X-30): those that are there before, others as they come. */
import type { Connection } from "@holdfast/client/Connection"
import { Feed } from "@holdfast/client/Feed"
import { announcementLine, sayAnnouncements } from "../operations/announce.ts"

/** Prints those that are in force, a line for each. */
export function sayPresent(connection: Connection): Promise<void> {
  return sayAnnouncements(() => connection.call("announcements.list", {}))
}

/** Has each one that comes said, in a line; gives the function that ends it. */
export function sayComing(connection: Connection, say: (line: string) => void): () => void {
  let known: ReadonlySet<string> | undefined
  const feed = new Feed(
    connection,
    {
      sessions: () => {},
      announcements: (all) => {
        const fresh = known === undefined ? [] : all.filter(({ id }) => known?.has(id) === false)
        known = new Set(all.map(({ id }) => id))
        for (const one of fresh) say(announcementLine(one))
      },
    },
    undefined,
    () => ({ only: "announcements" }),
  )
  return () => feed.stop()
}
