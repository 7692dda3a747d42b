/** The forks of a session. */
import { useEffect, useMemo, useSyncExternalStore } from "react"
import type { ShownSession } from "@holdfast/client/outbox"
import { useHub } from "@holdfast/react"

/** A fork, as it is linked to. */
export interface ForkLink {
  readonly id: string
  readonly label: string
  /** The last message that it has in common with the session. */
  readonly message: string | undefined
}

const NONE: ReadonlyArray<ForkLink> = []
const ALL = {}

/** The active sessions that were forked from this one, the latest first; the same list as long as nothing in it has changed. */
export function useForks(session: string): ReadonlyArray<ForkLink> {
  const hub = useHub()
  useEffect(() => hub.holdTable(), [hub])
  const { get, subscribe } = useMemo(() => forksIn(hub.table.list(ALL).sessions, session), [hub, session])
  return useSyncExternalStore(subscribe, get, () => NONE)
}

interface Sessions {
  readonly get: () => ReadonlyArray<ShownSession>
  readonly subscribe: (listener: () => void) => () => void
}

function forksIn({ get, subscribe }: Sessions, session: string) {
  let seen: ReadonlyArray<ShownSession> | undefined
  let forks = NONE
  const read = (): ReadonlyArray<ForkLink> => {
    const sessions = get()
    if (sessions === seen) return forks
    seen = sessions
    const found = sessions.flatMap((one) =>
      one.status !== "offline" && one.forkedFrom?.session === session
        ? [{ id: one.id, label: one.label, message: one.forkedFrom.message }]
        : [],
    )
    const same = (fork: ForkLink, at: number): boolean => fork.id === found[at]?.id && fork.label === found[at].label
    if (found.length !== forks.length || !forks.every(same)) forks = found
    return forks
  }
  return { get: read, subscribe }
}
