/** Hooks about the connection, and about what waits for one. */
import { useCallback, useMemo } from "react"
import type { ConnectionState } from "@holdfast/client"
import type { OutboxLike } from "@holdfast/client/model"
import type { OutboxState } from "@holdfast/client/outbox"
import { useHub } from "./provider.ts"
import { useCell } from "./use-cell.ts"

/** The connection to the hub. */
export interface ConnectionNow {
  readonly state: ConnectionState
  readonly isConnected: boolean
  /** Tries now, without waiting for the next attempt. */
  readonly retry: () => void
}

/** How the connection stands. */
export function useConnection(): ConnectionNow {
  const hub = useHub()
  const state = useCell(hub.connection)
  const retry = useCallback(() => hub.hub.connection.wake(), [hub])
  return { state, isConnected: state._tag === "Online", retry }
}

/** What can be done with what is in an outbox. */
export interface OutboxActions {
  /** Tries failed commands again; gives how many. */
  readonly retryFailed: () => Promise<number>
  /** Removes failed commands; gives how many. */
  readonly clearFailed: () => Promise<number>
  /** Takes a command back, if it was not sent. */
  readonly cancel: (id: string) => Promise<unknown>
  /** Tries now: the hub may accept this client again. */
  readonly wake: () => void
}

/** What is in an outbox, and what keeps it from being sent or kept. */
type OutboxShown = Pick<OutboxState, "items" | "counts" | "isDurable" | "isAway" | "refused" | "problem">

/** An outbox. */
export interface OutboxNow extends OutboxShown, OutboxActions {
  /** Takes commands, such as `create`; `undefined` until it is open, and without one. */
  readonly box: OutboxLike | undefined
}

const EMPTY: OutboxShown = Object.freeze({
  items: Object.freeze([]),
  counts: Object.freeze({ pending: 0, processing: 0, failed: 0, completed: 0 }),
  isDurable: false,
  isAway: false,
  refused: undefined,
  problem: undefined,
})

/** What is on its way to the hub. Without an outbox it is empty. */
export function useOutbox(): OutboxNow {
  const hub = useHub()
  const state = useCell(hub.outbox)
  const { items, counts, isDurable, isAway, refused, problem } = state ?? EMPTY
  const actions = useMemo(
    (): OutboxActions => ({
      retryFailed: async () => (await hub.box?.retry()) ?? 0,
      clearFailed: async () => (await hub.box?.clear()) ?? 0,
      cancel: async (id) => hub.box?.cancel(id),
      wake: () => hub.box?.wake(),
    }),
    [hub],
  )
  return { items, counts, isDurable, isAway, refused, problem, box: state && hub.box, ...actions }
}
