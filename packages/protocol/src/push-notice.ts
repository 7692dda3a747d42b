/**
 * What a session has to tell a person: the last thing that waits for an answer, or that it has ended. One rule for notifications by
 * push and for those of an open page (docs/protocol/rules.md, PN-3; app-rules.md, APP-84).
 */
import type { PushNotice, PushReason } from "./push.ts"
import type { Session } from "./session.ts"
import { spelledOut } from "./hidden-text.ts"
import { headOf } from "./text-cut.ts"

/** Events after which there may be something to tell, by `channel/type`. */
export const PUSH_EVENTS: ReadonlySet<string> = new Set([
  "permission/asked",
  "turn/ended",
  "terminal/program",
  "terminal/failed",
  "terminal/lost",
  "session/agent-directory",
  "session/agent-failed",
  "session/agent-lost",
])

/** Longest texts of a notification, in characters. */
const TITLE_MAX = 120
const BODY_MAX = 600

/** What is told. */
export interface Told {
  /** Since when it is so: who has seen that needs not be told. A program in a terminal that is blocked has none. */
  readonly seq?: number
  /** The same as long as it is about the same thing. */
  readonly state: string
  readonly notice: PushNotice & { readonly reason: PushReason }
}

/** What of a record this is made of. */
export type ToldOf = Pick<Session, "id" | "label" | "status" | "permissions" | "updatedAt" | "turn" | "news"> &
  Partial<Pick<Session, "agent" | "terminal" | "problem">>

/** What is told of a session in which something happened from `since` on; `undefined` when that is over or nothing. */
export function whatToTell(session: ToldOf, since = 0): Told | undefined {
  if (session.status !== "active") return undefined
  return waiting(session, since) ?? ended(session, since)
}

function waiting(session: ToldOf, since: number): Told | undefined {
  const request = session.permissions.findLast(({ decision, seq }) => decision === undefined && seq >= since)
  if (request !== undefined) {
    const { askedAt, id, seq, subject, title } = request
    const query = `?request=${encodeURIComponent(id)}`
    return told(session, "waiting", `asked ${seq}`, { seq, words: [title, subject], time: askedAt, query })
  }
  const { trust } = session.agent ?? {}
  // A turn that ends while the directory waits is the later news.
  if (trust?.state === "waiting" && trust.seq !== undefined && trust.seq >= since && trust.seq > (session.news?.seq ?? 0)) {
    const { askedAt: time = session.updatedAt, brings, directory, seq } = trust
    const runs = brings.filter((one) => one.runs).map(({ path, what }) => `${path}: ${what}`)
    return told(session, "waiting", `untrusted ${seq}`, { seq, words: [`Trust ${directory}?`, ...runs], time })
  }
  const program = session.terminal?.program
  if (program?.state !== "blocked") return undefined
  const { app, message, since: time, title } = program
  return told(session, "waiting", `blocked ${time}`, { words: [title ?? app ?? "", message ?? "It waits for you."], time })
}

function ended(session: ToldOf, since: number): Told | undefined {
  const { news, problem, terminal, turn } = session
  // A turn that the next message follows is no end.
  if (news === undefined || news.seq < since || turn.status === "streaming") return undefined
  const { seq, time, what } = news
  const words =
    what === "finished" ? ["Finished", terminal?.program?.message ?? ""] : ["Failed", problem ?? terminal?.program?.message ?? ""]
  return told(session, "ended", `${what} ${seq}`, { seq, words, time })
}

interface Words {
  readonly seq?: number
  readonly words: ReadonlyArray<string>
  readonly time: number
  readonly query?: string
}

function told({ id, label }: ToldOf, reason: PushReason, state: string, { seq, words, time, query = "" }: Words): Told {
  const body = words.filter((text) => text !== "").join("\n")
  const notice = {
    title: headOf(spelledOut(label), TITLE_MAX),
    body: headOf(spelledOut(headOf(body, BODY_MAX)), BODY_MAX),
    tag: id,
    reason,
    path: `s/${id}${query}`,
    time,
  }
  return { ...(seq === undefined ? {} : { seq }), state, notice }
}
