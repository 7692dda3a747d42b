/** What there is to say of a session that does nothing now. */
import type { ShownSession } from "@holdfast/client/outbox"

/** Why it stands still, in words; empty when there is nothing to say. */
export function lastWords(session: ShownSession | undefined): string {
  if (session === undefined || session.status === "offline") return ""
  const hold = session.agent?.hold
  if (hold !== undefined) return hold.message ?? `The queue is held: ${hold.reason}`
  if (session.problem !== undefined) return session.problem
  return session.terminal?.program?.message ?? session.news?.what ?? ""
}
