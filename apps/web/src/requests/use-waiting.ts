/** Everything that waits for a person, over all sessions: what F8, the status line, the inbox and the palette go by. */
import { useMemo } from "react"
import { sameJson } from "@holdfast/core/agent/same-json"
import type { Readable } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import { useAllPermissions, useCell, useHub } from "@holdfast/react"
import { snoozeStore } from "./snooze-store.ts"
import {
  blockedTerminals,
  type UntrustedDirectory,
  untrustedDirectories,
  untrustedFor,
  type Waiting,
  waitingNow,
} from "./waiting.ts"

/** What waits, the oldest first. */
export interface WaitingNow {
  readonly shown: ReadonlyArray<Waiting>
  /** What this browser has put off; it returns at its time. */
  readonly later: ReadonlyArray<Waiting>
}

/** What waits of some sessions; the same list until something else waits, however much else changes in them. */
function foundCell(
  sessions: Readable<ReadonlyArray<ShownSession>>,
  find: (sessions: ReadonlyArray<ShownSession>) => ReadonlyArray<Waiting>,
): Readable<ReadonlyArray<Waiting>> {
  let [from, shown]: [ReadonlyArray<ShownSession>, ReadonlyArray<Waiting>] = [[], []]
  const get = (): ReadonlyArray<Waiting> => {
    const now = sessions.get()
    if (now === from) return shown
    from = now
    const found = find(now)
    if (!isSame(found, shown)) shown = found
    return shown
  }
  return { get, subscribe: sessions.subscribe }
}

const isSame = (some: ReadonlyArray<Waiting>, others: ReadonlyArray<Waiting>): boolean =>
  some.length === others.length &&
  some.every(({ key, label, untrusted }, i) => {
    const other = others[i]
    return key === other?.key && label === other.label && sameJson(untrusted, other.untrusted)
  })

/** The directories whose trust is to be decided. */
function useDirectories(): ReadonlyArray<Waiting> {
  const { table } = useHub()
  return useCell(useMemo(() => foundCell(table.list({ kind: "agent" }).sessions, untrustedDirectories), [table]))
}

/** The directory of a session, while its trust is to be decided: the one decision that there is for all sessions in it. */
export function useUntrusted(session: ShownSession | undefined): UntrustedDirectory | undefined {
  const directories = useDirectories()
  return useMemo(() => (session === undefined ? undefined : untrustedFor(session, directories)), [session, directories])
}

/** Everything that waits for a person. */
export function useWaitingNow(): WaitingNow {
  const { requests } = useAllPermissions()
  const { table } = useHub()
  const terminals = useCell(useMemo(() => foundCell(table.list({ kind: "terminal" }).sessions, blockedTerminals), [table]))
  const directories = useDirectories()
  const snoozed = useCell(snoozeStore)
  return useMemo(
    () => waitingNow(requests, [...terminals, ...directories], snoozed, Date.now()),
    [requests, terminals, directories, snoozed],
  )
}

/** What waits and is not put off, the oldest first. */
export function useWaiting(): ReadonlyArray<Waiting> {
  return useWaitingNow().shown
}
