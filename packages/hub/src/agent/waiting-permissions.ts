/**
 * Every permission request that waits, over all sessions (docs/protocol/rules.md, P-2).
 *
 * A request is open only while its agent has a process: sessions are found by that, page by page, never by reading logs.
 */
import * as Effect from "effect/Effect"
import type { WaitingPermission } from "@holdfast/protocol/agent/permission"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { AgentRequestContext } from "./AgentContext.ts"
import { storeProblem } from "../session/store-problem.ts"
import { PAGE } from "../session/read-sizes.ts"

/** The open requests, oldest first; with `bound` those of these sessions alone. */
export function waitingPermissions(
  core: AgentRequestContext,
  bound?: ReadonlySet<string>,
): Effect.Effect<ReadonlyArray<WaitingPermission>, DoorError> {
  return Effect.gen(function* () {
    const waiting: Array<WaitingPermission> = []
    const seen = new Set<string>()
    for (const process of ["running", "starting"] as const) {
      let cursor: string | null | undefined
      do {
        const ids = bound === undefined ? {} : { ids: [...bound] }
        const query = { kind: "agent", process, limit: PAGE, ...ids, ...(cursor ? { cursor } : {}) } as const
        const page = yield* core.store.list(query).pipe(Effect.mapError(storeProblem))
        for (const stored of page.sessions) {
          if (seen.has(stored.id)) continue
          seen.add(stored.id)
          collect(core.table.peek(stored.id)?.session.record() ?? stored, waiting)
        }
        cursor = page.next
      } while (cursor !== null)
    }
    return waiting.sort((a, b) => a.request.askedAt - b.request.askedAt)
  })
}

function collect(session: Session, waiting: Array<WaitingPermission>): void {
  for (const request of session.permissions) {
    if (request.decision !== undefined) continue
    waiting.push({ session: session.id, label: session.label, agent: session.agent?.name ?? "", request })
  }
}
