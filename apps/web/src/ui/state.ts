/** How a session stands, in the six signs that a person learns: by what weighs most. */
import type { Session } from "@holdfast/protocol/session"
import type { ShownSession } from "@holdfast/client/outbox"

/** `finished`: and not seen; `offline`: made here, and not yet by the server. */
export type SessionStanding = "waits" | "working" | "failed" | "finished" | "idle" | "offline"

const isOpen = ({ decision }: Session["permissions"][number]): boolean => decision === undefined

/** Whether a session waits for a person: an agent that asks, a directory that is not trusted yet, or a program that says so of itself. */
export function isWaiting(session: Session): boolean {
  if (session.status !== "active") return false
  if (session.permissions.some(isOpen) || session.agent?.trust?.state === "waiting") return true
  return session.terminal?.program?.state === "blocked"
}

/** Since when a session waits for a person, in epoch milliseconds. */
export function waitsSince(session: Session): number {
  const asked = session.permissions.filter(isOpen).map(({ askedAt }) => askedAt)
  const { trust } = session.agent ?? {}
  const program = session.terminal?.program
  return Math.min(
    ...asked,
    trust?.state === "waiting" ? (trust.askedAt ?? session.createdAt) : Infinity,
    program?.state === "blocked" ? program.since : Infinity,
  )
}

/** Whether something runs in it: a turn, a program that says so of itself, a command that its shell marks, a start. */
function isWorking({ turn, process, terminal, kind }: Session): boolean {
  if (turn.status === "streaming" || process === "starting") return true
  if (kind !== "terminal" || process !== "running") return false
  if (terminal?.program !== undefined) return terminal.program.state === "working"
  return terminal?.lastCommand !== undefined && terminal.lastCommand.milliseconds === undefined
}

/** Whether an agent works although its directory waits for a decision: until then it does without what that brings. */
export function worksMeanwhile(session: Session): boolean {
  return !session.permissions.some(isOpen) && isWorking(session)
}

/** How a session stands; `isUnread` when it has news that this person has not seen. */
export function standingOf(session: ShownSession, isUnread: boolean): SessionStanding {
  if (session.status === "offline") return session.failure === undefined ? "offline" : "failed"
  if (isWaiting(session)) return "waits"
  if (isWorking(session)) return "working"
  const { process, news } = session
  if (process === "failed" || process === "lost") return "failed"
  if (isUnread) return news?.what === "failed" ? "failed" : "finished"
  return "idle"
}

/** A standing in words, for those who do not see the sign. */
export const STANDING_WORDS: Readonly<Record<SessionStanding, string>> = {
  waits: "Waits for you",
  working: "Working",
  failed: "Failed",
  finished: "Finished, not seen",
  idle: "Quiet",
  offline: "Not sent yet",
}
