/** The address of a moment in a session's log (docs/protocol/app-rules.md, APP-77). */
import { serverUrl } from "../app/base.ts"
import { pathOf } from "../app/routes.ts"

/** Its path in the app. */
export function momentPath(session: string, seq: number): string {
  return pathOf({ name: "session", session, seq })
}

/** The whole address. */
export function momentAddress(session: string, seq: number): string {
  return `${serverUrl()}${momentPath(session, seq)}`
}
