/**
 * What of the sessions a person is to be told of: only what comes to be while the page is open, once for each session and state
 * (docs/protocol/app-rules.md, APP-84). What was so when the page was loaded is shown in the list and is no news.
 */
import type { PushNotice, PushReason } from "@holdfast/protocol/push"
import { whatToTell } from "@holdfast/protocol/push-notice"
import type { ShownSession } from "@holdfast/client/outbox"

/** What a session had to tell last. */
interface Known {
  readonly state: string | undefined
  /** Seq of the latest of it: what was before that is no news, though it may be what is left. */
  readonly seq: number
}

/** Follows the sessions. */
export class Changes {
  #known = new Map<string, Known>()
  #hasBegun = false

  /** Takes the sessions as they are now; gives what is to be told. The first ones are what was so before. */
  take(sessions: ReadonlyArray<ShownSession>): ReadonlyArray<PushNotice & { readonly reason: PushReason }> {
    const known = new Map<string, Known>()
    const told: Array<PushNotice & { readonly reason: PushReason }> = []
    for (const session of sessions) {
      const now = session.status === "offline" ? undefined : whatToTell(session)
      const { state, seq: last = 0 } = this.#known.get(session.id) ?? {}
      known.set(session.id, { state: now?.state, seq: Math.max(last, now?.seq ?? 0) })
      if (this.#hasBegun && now !== undefined && now.state !== state && (now.seq ?? Infinity) > last) told.push(now.notice)
    }
    this.#hasBegun ||= sessions.length > 0
    this.#known = known
    return told
  }
}
