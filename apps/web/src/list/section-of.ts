/**
 * Where a session stands in the list: what waits for a person first, then what works, what ended and was not seen, what is pinned,
 * and the rest (docs/protocol/app-rules.md, APP-20).
 */
import type { ShownSession } from "@holdfast/client/outbox"
import type { Session } from "@holdfast/protocol/session"
import { standingOf, waitsSince, worksMeanwhile } from "../ui/state.ts"

/** Sections of the list, in their order. */
export const SECTIONS = ["offline", "waits", "working", "finished", "pinned", "quiet"] as const

/** A section of the list. */
export type Section = (typeof SECTIONS)[number]

/** What sections are called. */
export const TITLES: Readonly<Record<Section, string>> = {
  offline: "Created once connected",
  waits: "Waits for you",
  working: "Working",
  finished: "Finished, not seen",
  pinned: "Pinned",
  quiet: "Quiet",
}

/** A section, and since when a session is in it, in epoch milliseconds. Output changes neither. */
export interface Place {
  readonly section: Section
  readonly at: number
}

/** What a person did to a session that its record does not say. */
export interface Marks {
  /** It has news that were not seen. */
  readonly isUnread: boolean
  /** What it asks is put off. */
  readonly isSnoozed: boolean
}

/** The place of a session. */
export function placeOf(session: ShownSession, { isUnread, isSnoozed }: Marks): Place {
  if (session.status === "offline") return { section: "offline", at: session.createdAt }
  if (session.status !== "active") return { section: "quiet", at: session.deletedAt ?? session.archivedAt ?? session.updatedAt }
  const standing = standingOf(session, isUnread)
  if (standing === "waits" && !isSnoozed) return { section: "waits", at: waitsSince(session) }
  if (standing === "working" || (standing === "waits" && worksMeanwhile(session)))
    return { section: "working", at: workingSince(session) }
  if (isUnread) return { section: "finished", at: session.news?.time ?? session.lastActiveAt }
  return { section: session.pinned ? "pinned" : "quiet", at: session.lastActiveAt }
}

function workingSince({ turn, terminal, lastActiveAt }: Session): number {
  return turn.startedAt ?? terminal?.program?.since ?? terminal?.lastCommand?.startedAt ?? lastActiveAt
}

/** The directory in which a session works. */
export function directoryOf({ agent, terminal }: Session): string | undefined {
  return agent?.cwd ?? terminal?.cwd
}
