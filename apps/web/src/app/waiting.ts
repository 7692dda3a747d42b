/** What waits for a person, the longest first: agents that ask, programs in terminals that say so. */
import { useMemo } from "react"
import type { HubModel } from "@holdfast/client/model"
import { useHub, useSessionIds } from "@holdfast/react"
import { useWaiting as useShown } from "../requests/use-waiting.ts"
import { useStore } from "../ui/store.ts"
import { isWaiting, waitsSince } from "../ui/state.ts"

/** A session that waits. */
export interface WaitingSession {
  readonly session: string
  readonly label: string
  /** Epoch milliseconds. */
  readonly since: number
}

const NONE: ReadonlyArray<WaitingSession> = Object.freeze([])

/** What waits in a table of sessions, the longest first. */
export function waitingIn(table: HubModel["table"]): ReadonlyArray<WaitingSession> {
  const found = table
    .list({})
    .sessions.get()
    .flatMap((record) =>
      record.status !== "offline" && isWaiting(record)
        ? [{ session: record.id, label: record.label, since: waitsSince(record) }]
        : [],
    )
  return found.length === 0 ? NONE : found.sort((one, other) => one.since - other.since)
}

const isSame = (some: ReadonlyArray<WaitingSession>, others: ReadonlyArray<WaitingSession>): boolean =>
  some.length === others.length &&
  some.every(({ session, label, since }, at) => {
    const other = others[at]
    return session === other?.session && label === other.label && since === other.since
  })

/** What waits, as it changes; the same list until it does. */
export function useWaiting(): ReadonlyArray<WaitingSession> {
  const { table } = useHub()
  // Keeps the table up to date.
  useSessionIds()
  const waiting = useMemo(() => {
    const { sessions } = table.list({})
    let before = NONE
    const get = (): ReadonlyArray<WaitingSession> => {
      const now = waitingIn(table)
      if (!isSame(before, now)) before = now
      return before
    }
    return { get, subscribe: sessions.subscribe }
  }, [table])
  return useStore(waiting)
}

/** Sessions with something that waits and was not put off. */
export function useWaitingNow(): ReadonlyArray<WaitingSession> {
  const waiting = useShown()
  return useMemo(() => {
    const bySession = new Map<string, WaitingSession>()
    for (const { session, label, since } of waiting) {
      if (!bySession.has(session)) bySession.set(session, { session, label, since })
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
