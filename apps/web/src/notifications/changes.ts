/**
 * What of the sessions a person is to be told of: only what comes to be while the page is open, once for each session and state
 * (docs/protocol/app-rules.md, APP-84). What was so when the page was loaded is shown in the list and is no news.
 */
import type { PushNotice, PushReason } from "@holdfast/protocol/push"
import type { ShownSession } from "@holdfast/client/outbox"

/** How a session stands, as far as someone is told of it. */
interface Standing {
  readonly reason: PushReason
  readonly state: string
  readonly notice: PushNotice
}

/** Follows the sessions. */
export class Changes {
  #known = new Map<string, string>()
  #hasBegun = false

  /** Takes the sessions as they are now; gives what is to be told. The first ones are what was so before. */
  take(sessions: ReadonlyArray<ShownSession>): ReadonlyArray<PushNotice & { readonly reason: PushReason }> {
    const standing = new Map<string, string>()
    const told: Array<PushNotice & { readonly reason: PushReason }> = []
    for (const session of sessions) {
      const now = standingOf(session)
      if (now === undefined) continue
      standing.set(session.id, now.state)
      if (this.#hasBegun && this.#known.get(session.id) !== now.state) told.push({ ...now.notice, reason: now.reason })
    }
    this.#hasBegun ||= sessions.length > 0
    this.#known = standing
    return told
  }
}

function standingOf(session: ShownSession): Standing | undefined {
  if (session.status !== "active") return undefined
  const { agent, id, label: title, news, permissions, terminal, turn } = session
  const of = (reason: PushReason, state: string, body: string, time: number, query = ""): Standing => ({
    reason,
    state,
    notice: { title, body, tag: id, reason, path: `s/${id}${query}`, time },
  })
  const request = permissions.findLast(({ decision }) => decision === undefined)
  if (request !== undefined)
    return of(
      "waiting",
      `asked ${request.seq}`,
      `${request.title}\n${request.subject}`,
      request.askedAt,
      `?request=${encodeURIComponent(request.id)}`,
    )
  const { trust } = agent ?? {}
  if (trust?.state === "waiting" && trust.seq !== undefined && trust.seq > (news?.seq ?? 0))
    return of("waiting", `untrusted ${trust.seq}`, `Trust ${trust.directory}?`, trust.askedAt ?? session.updatedAt)
  const program = terminal?.program
  if (program?.state === "blocked")
    return of("waiting", `blocked ${program.since}`, program.message ?? "It waits for you.", program.since)
  if (news === undefined || turn.status === "streaming") return undefined
  return of("ended", `${news.what} ${news.seq}`, news.what === "finished" ? "Finished" : "Failed", news.time)
}
