/** Who is attached to sessions, and sending them away (docs/protocol/rules.md, T-31). */
import type { Viewers } from "@holdfast/protocol/frame"
import type { Caller, SessionViewers } from "../Hub.ts"
import type { HubContext } from "./HubContext.ts"
import { seatOf } from "../session/seat.ts"

const viewersOf = (core: HubContext, id: string): Viewers["viewers"] => core.table.peek(id)?.part.attached?.shown ?? []

/** Who is attached: to a session, or to every one of `bound`, or of all, that someone is attached to. A session that is not in memory has no one. */
export function viewers(core: HubContext, id: string | undefined, bound?: ReadonlySet<string>): ReadonlyArray<SessionViewers> {
  if (id !== undefined) return [{ session: id, viewers: viewersOf(core, id) }]
  return [...core.table.all()].flatMap(({ session, part }) => {
    const here = bound?.has(session.id) === false ? [] : (part.attached?.shown ?? [])
    return here.length === 0 ? [] : [{ session: session.id, viewers: here }]
  })
}

/** Ends the attachments of people to a session, but for those of a client id or, without one, of the connection that asks; gives how many. */
export function release(core: HubContext, id: string, except: string | undefined, by: Caller): number {
  const { seated } = by
  const seat = except === undefined && seated !== undefined ? seatOf(by, seated) : undefined
  const attached = core.table.peek(id)?.part.attached
  return attached?.release((viewer) => viewer.client === except || viewer.seat === seat, seated?.name ?? by.name) ?? 0
}
