/**
 * Sessions that do not continue by themselves, each with why and the command that continues it: they stand below the table of `ls`.
 */
import type { Session } from "@holdfast/protocol/session"
import { heldText } from "../agent/hold-text.ts"
import { printable } from "../text/printable.ts"
import { isHeld, shortId } from "./show-state.ts"

/** Lines at most; `show` says the same of each session. */
const MOST = 5

/** What holds up one session's queue; undefined when nothing does. */
function stuckText(session: Session, id: string): string | undefined {
  const hold = session.agent?.hold
  if (session.status !== "active" || hold === undefined || !isHeld(session)) return undefined
  return `${id} ${printable(session.label)}: ${heldText(hold, id)}`
}

/** The lines, without colour. */
export function stuckLines(sessions: ReadonlyArray<Session>, length: number): ReadonlyArray<string> {
  const lines = sessions.flatMap((session) => stuckText(session, shortId(session.id, length)) ?? [])
  const more = lines.length - MOST
  return more > 0 ? [...lines.slice(0, MOST), `${more} more are held; see them with: show ID`] : lines
}
