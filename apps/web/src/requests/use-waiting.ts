/** Everything that waits for a person, over all sessions: what F8, the status line, the inbox and the palette go by. */
import { useMemo } from "react"
import type { Readable } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import { useAllPermissions, useCell, useHub } from "@holdfast/react"
import { snoozeStore } from "./snooze-store.ts"
import { blockedTerminals, type Waiting, waitingNow } from "./waiting.ts"

/** What waits, the oldest first. */
export interface WaitingNow {
  readonly shown: ReadonlyArray<Waiting>
  /** What this browser has put off; it returns at its time. */
  readonly later: ReadonlyArray<Waiting>
}

/** Terminals that wait; the same list until another one waits, however much the others print. */
function blockedCell(sessions: Readable<ReadonlyArray<ShownSession>>): Readable<ReadonlyArray<Waiting>> {
  let [from, shown]: [ReadonlyArray<ShownSession>, ReadonlyArray<Waiting>] = [[], []]
  const get = (): ReadonlyArray<Waiting> => {
    const now = sessions.get()
    if (now === from) return shown
    from = now
    const found = blockedTerminals(now)
    const isSame =
      found.length === shown.length && found.every(({ key, label }, i) => key === shown[i]?.key && label === shown[i]?.label)
    if (!isSame) shown = found
    return shown
  }
  return { get, subscribe: sessions.subscribe }
}

/** Everything that waits for a person. */
export function useWaitingNow(): WaitingNow {
  const { requests } = useAllPermissions()
  const { table } = useHub()
  const terminals = useCell(useMemo(() => blockedCell(table.list({ kind: "terminal" }).sessions), [table]))
  const snoozed = useCell(snoozeStore)
  return useMemo(() => waitingNow(requests, terminals, snoozed, Date.now()), [requests, terminals, snoozed])
}

/** What waits and is not put off, the oldest first. */
export function useWaiting(): ReadonlyArray<Waiting> {
  return useWaitingNow().shown
}
