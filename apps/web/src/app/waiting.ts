/** What waits for a person, the longest first: agents that ask, directories that are not trusted yet, programs in terminals. */
import { useMemo } from "react"
import { useWaiting as useShown } from "../requests/use-waiting.ts"

/** A session that waits. */
export interface WaitingSession {
  readonly session: string
  readonly label: string
  /** Epoch milliseconds. */
  readonly since: number
}

/** Sessions with something that waits and was not put off. */
export function useWaitingNow(): ReadonlyArray<WaitingSession> {
  const waiting = useShown()
  return useMemo(() => {
    const bySession = new Map<string, WaitingSession>()
    for (const one of waiting) {
      // One decision about a directory is what all sessions in it wait for.
      for (const { session, label, since } of one.untrusted?.sessions ?? [one]) {
        if (!bySession.has(session)) bySession.set(session, { session, label, since })
      }
    }
    return [...bySession.values()]
  }, [waiting])
}

/** The session to visit next among those that wait, from one that has the focus; `by` is 1 or -1. */
export function nextWaiting(waiting: ReadonlyArray<WaitingSession>, from: string | undefined, by: 1 | -1): string | undefined {
  if (waiting.length === 0) return undefined
  const at = waiting.findIndex(({ session }) => session === from)
  const next = at < 0 ? (by === 1 ? 0 : waiting.length - 1) : (at + by + waiting.length) % waiting.length
  return waiting[next]?.session
}
