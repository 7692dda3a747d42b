/**
 * What a session has to tell a person now: the last thing that waits for an answer, or that it has ended (docs/protocol/rules.md, PN-3).
 */
import type { PushNotice, PushReason } from "@holdfast/protocol/push"
import type { Session } from "@holdfast/protocol/session"
import { headOf } from "@holdfast/protocol/text-cut"

/** Events after which there may be something to tell, by `channel/type`. */
export const TELLING: ReadonlySet<string> = new Set([
  "permission/asked",
  "turn/ended",
  "terminal/program",
  "terminal/failed",
  "terminal/lost",
  "session/agent-directory",
  "session/agent-failed",
  "session/agent-lost",
])

/** Milliseconds after which no one is told any more: logs that are imported, and what a hub finds that was long away, are history. */
export const OLD = 3_600_000

/** Longest texts of a notification, in characters. */
const TITLE_MAX = 120
const BODY_MAX = 600

/** What is told, and since which seq it is so: who has seen that needs not be told. */
export interface Told {
  readonly seq: number
  /** The same as long as it is about the same thing. */
  readonly state: string
  readonly notice: PushNotice & { readonly reason: PushReason }
}

/** What is told of a session in which something happened from `since` to `last`; `undefined` when that is over or nothing. */
export function whatToTell(session: Session, since: number, last: number): Told | undefined {
  if (session.status !== "active") return undefined
  return waiting(session, since, last) ?? ended(session, since)
}

function waiting(session: Session, since: number, last: number): Told | undefined {
  const request = session.permissions.findLast(({ decision, seq }) => decision === undefined && seq >= since)
  if (request !== undefined) {
    const { askedAt, id, seq, subject, title } = request
    return told(session, "waiting", seq, `asked ${seq}`, {
      words: [title, subject],
      time: askedAt,
      query: `?request=${encodeURIComponent(id)}`,
    })
  }
  const { trust } = session.agent ?? {}
  if (trust?.state === "waiting" && trust.seq !== undefined && trust.seq >= since) {
    const { askedAt: time = session.updatedAt, brings, directory, seq } = trust
    const runs = brings.filter((one) => one.runs).map(({ path, what }) => `${path}: ${what}`)
    return told(session, "waiting", seq, `untrusted ${seq}`, { words: [`Trust ${directory}?`, ...runs], time })
  }
  const program = session.terminal?.program
  if (program?.state !== "blocked") return undefined
  const { app, message, since: time, title } = program
  return told(session, "waiting", last, `blocked ${time}`, { words: [title ?? app ?? "", message ?? "It waits for you."], time })
}

function ended(session: Session, since: number): Told | undefined {
  const { news, problem, terminal, turn } = session
  // A turn that the next message follows is no end.
  if (news === undefined || news.seq < since || turn.status === "streaming") return undefined
  const { seq, time, what } = news
  const words =
    what === "finished" ? ["Finished", terminal?.program?.message ?? ""] : ["Failed", problem ?? terminal?.program?.message ?? ""]
  return told(session, "ended", seq, `${what} ${seq}`, { words, time })
}

interface Words {
  readonly words: ReadonlyArray<string>
  readonly time: number
  readonly query?: string
}

function told({ id, label }: Session, reason: PushReason, seq: number, state: string, { words, time, query = "" }: Words): Told {
  const body = words.filter((text) => text !== "").join("\n")
  const notice = { title: headOf(label, TITLE_MAX), body: headOf(body, BODY_MAX), tag: id, reason, path: `s/${id}${query}`, time }
  return { seq, state, notice }
}
