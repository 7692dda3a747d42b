/** The address of a moment in a session's log (docs/protocol/app-rules.md, APP-77). */
import { serverUrl } from "../app/base.ts"

/** Its path in the app. */
export function momentPath(session: string, seq: number): string {
  return `/s/${encodeURIComponent(session)}/at/${seq}`
}

/** The whole address. */
export function momentAddress(session: string, seq: number): string {
  return `${serverUrl()}${momentPath(session, seq)}`
}
