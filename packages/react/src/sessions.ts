/** Hooks about the list of sessions, from the feed. */
import { useEffect, useMemo } from "react"
import { sessionService } from "@holdfast/client/model"
import type { FeedState, HubModel, SessionFilter, SessionService } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import { useHub } from "./provider.ts"
import { useCell } from "./use-cell.ts"

/** How far the records are: an error means that no more will come. */
export interface Loading {
  readonly isLoading: boolean
  readonly error: Error | undefined
}

/** Sessions in order: those of the hub with the changes that wait in the outbox, before them those that it is to create. */
export interface Sessions extends Loading {
  readonly sessions: ReadonlyArray<ShownSession>
}

/** One session's record. */
export interface OneSession extends Loading {
  /** `undefined` while it is loading, and when there is no such session. */
  readonly session: ShownSession | undefined
}

const loading = (state: FeedState): Loading => ({
  isLoading: state._tag === "Loading",
  error: state._tag === "Ended" ? state.error : undefined,
})

const ACTIVE: SessionFilter = {}

/** The table of sessions, kept up to date for as long as the component is there. */
export function useTable(): HubModel["table"] {
  const hub = useHub()
  useEffect(() => hub.holdTable(), [hub])
  return hub.table
}

/** The records of the sessions that `filter` chooses, as they change; without one the active ones, those active last first. */
export function useSessions(filter: SessionFilter = ACTIVE): Sessions {
  const table = useTable()
  const sessions = useCell(table.list(filter).sessions)
  return { sessions, ...loading(useCell(table.state)) }
}

/** Their ids alone: a list with it is rendered when its order changes, its rows with `useSession` when their record does. */
export function useSessionIds(filter: SessionFilter = ACTIVE): ReadonlyArray<string> {
  return useCell(useTable().list(filter).ids)
}

/** The record of one session, by its whole id or by what stands for it in the outbox, as it changes. */
export function useSession(id: string): OneSession {
  const table = useTable()
  return { session: useCell(table.record(id)), ...loading(useCell(table.state)) }
}

/** Everything that a page does to sessions, as promises with typed errors; always the same object. */
export function useSessionService(): SessionService {
  const hub = useHub()
  return useMemo(() => sessionService(() => hub.hub), [hub])
}
