/** Hooks that attach to a session. All of a page share one attachment, which ends 1 s after the last of them goes. */
import { useEffect } from "react"
import { LAST_EVENTS } from "@holdfast/client/model"
import type { SessionView, StreamEvent, TurnState, ViewStatus } from "@holdfast/client/model"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useHub } from "./provider.ts"
import { useCell } from "./use-cell.ts"

/** The view of a session, attached for as long as the component is there. */
export function useSessionView(session: string): SessionView {
  const hub = useHub()
  useEffect(() => hub.holdSession(session), [hub, session])
  return hub.view(session)
}

/** How many events, the newest. */
export interface LastEvents {
  /** 100. */
  readonly last?: number
}

/** The end of a session's log, as it grows. */
export interface SessionStream {
  /** Oldest first; people who attach and leave are among them, as `presence/joined` and `presence/left`. */
  readonly events: ReadonlyArray<StreamEvent>
  /** True while the events are those of this moment. */
  readonly isConnected: boolean
}

/** A stream, and how the session stands. */
export interface SessionEvents extends SessionStream {
  readonly status: ViewStatus
  readonly queue: ReadonlyArray<QueueItem>
  readonly turn: TurnState
}

/** The last events of a session. */
export function useSessionStream(session: string, { last = LAST_EVENTS }: LastEvents = {}): SessionStream {
  const view = useSessionView(session)
  const events = useCell(view.events(last))
  return { events, isConnected: useCell(view.status)._tag === "Live" }
}

/** The last events of a session, with the state of the connection to it, its queue and its turn. */
export function useSessionEvents(session: string, options: LastEvents = {}): SessionEvents {
  const stream = useSessionStream(session, options)
  const view = useSessionView(session)
  return { ...stream, status: useCell(view.status), queue: useCell(view.queue), turn: useCell(view.turn) }
}

/** The turn that streams, or that none does. */
export function useTurn(session: string): TurnState {
  return useCell(useSessionView(session).turn)
}
