/** Says that a label is taken: by it alone such sessions cannot be named. */
import type { Session } from "@holdfast/protocol/session"
import { complain } from "../output.ts"
import { printable } from "../text/printable.ts"
import { shortId } from "./show-state.ts"

type List = (query: {
  readonly q: string
  readonly limit: number
  readonly status: "all"
}) => Promise<{ readonly sessions: ReadonlyArray<Session> }>

/** Says which other sessions have the label, when there are some. `id`: the session that gets it, once it exists. */
export async function sayTaken(label: string | undefined, list: List, id?: string): Promise<void> {
  if (label === undefined) return
  const { sessions } = await list({ q: label, limit: 100, status: "all" }).catch(() => ({ sessions: [] }))
  const others = sessions.filter((session) => session.label === label && session.id !== id).map((session) => shortId(session.id))
  if (others.length === 0) return
  const name = JSON.stringify(printable(label))
  complain(
    `holdfast: ${others.slice(0, 5).join(", ")} ${others.length === 1 ? "is" : "are"} also called ${name}; use ids to tell them apart`,
  )
}
