/** What waits for a person, in the order of the list: agents that ask, directories that are not trusted yet, programs in terminals. */
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
    return asListed([...bySession.values()])
  }, [waiting])
}

/** As the list has them: what came to wait last is first (APP-20). */
export function asListed(waiting: ReadonlyArray<WaitingSession>): ReadonlyArray<WaitingSession> {
  return [...waiting].sort((one, other) => other.since - one.since || (one.session < other.session ? 1 : -1))
}

/** The session to visit next among those that wait, from one that has the focus; `by` is 1 or -1. */
export function nextWaiting(waiting: ReadonlyArray<WaitingSession>, from: string | undefined, by: 1 | -1): string | undefined {
  if (waiting.length === 0) return undefined
  const at = waiting.findIndex(({ session }) => session === from)
  const next = at < 0 ? (by === 1 ? 0 : waiting.length - 1) : (at + by + waiting.length) % waiting.length
  return waiting[next]?.session
}
