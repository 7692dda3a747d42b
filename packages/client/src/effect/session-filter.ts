/** The filter of a stream of all sessions. */
import type { Session } from "@holdfast/protocol/session"
import type { AllFilter } from "./sessions-shape.ts"

/** Whether a filter takes a session. */
export function isWanted({ sessions, kind, tag, where }: AllFilter, session: Session): boolean {
  if (sessions !== undefined && !sessions.includes(session.id)) return false
  if (kind !== undefined && session.kind !== kind) return false
  if (tag !== undefined && !session.tags.includes(tag)) return false
  return where === undefined || where(session)
}

/** What a filter says of events. */
export function namesOf({ channel, type }: AllFilter): Pick<AllFilter, "channel" | "type"> {
  return { ...(channel === undefined ? {} : { channel }), ...(type === undefined ? {} : { type }) }
}
