/** A page of the sessions in memory, by the filters of a hub's list. */
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"

/** The page that a query asks for, the most recently active first. */
export function pageOf(sessions: ReadonlyArray<Session>, query: SessionQuery): SessionPage {
  const { status = "active", kind, tag, owner, process, pinned, q, limit = 50, cursor = "0" } = query
  const found = sessions
    .filter((session) => (status === "all" ? session.status !== "deleted" : session.status === status))
    .filter((session) => kind === undefined || session.kind === kind)
    .filter((session) => tag === undefined || session.tags.includes(tag))
    .filter((session) => owner === undefined || session.owner === owner)
    .filter((session) => process === undefined || session.process === process)
    .filter((session) => pinned === undefined || session.pinned === pinned)
    .filter((session) => q === undefined || session.label.toLowerCase().includes(q.toLowerCase()))
    .sort((a, b) => b.lastActiveAt - a.lastActiveAt || (a.id < b.id ? 1 : -1))
  const from = Number(cursor)
  const page = found.slice(from, from + limit)
  const end = from + page.length
  return { sessions: page, total: found.length, more: false, next: end < found.length ? String(end) : null }
}
