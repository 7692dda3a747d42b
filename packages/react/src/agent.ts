/** Hooks about what an agent waits for: its queue and its permission requests. */
import { useMemo } from "react"
import type { SessionService, WaitingRequest } from "@holdfast/client/model"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useSessionService, useTable } from "./sessions.ts"
import { useCell } from "./use-cell.ts"
import { useSessionView } from "./view.ts"

type Of<F> = F extends (session: string, ...rest: infer Rest) => infer Answer ? (...rest: Rest) => Answer : never

/** What can be done to a queue; the hub's errors are those of the service. */
export interface QueueActions {
  readonly remove: Of<SessionService["unqueue"]>
  readonly edit: Of<SessionService["edit"]>
  /** Puts the waiting messages into the order of these ids, which name all of them. */
  readonly reorder: Of<SessionService["reorder"]>
  /** Sends a waiting message now, into the streaming turn or in its place. */
  readonly sendNow: Of<SessionService["sendNow"]>
  /** Has an uncertain message sent again, or drops it. */
  readonly resolve: Of<SessionService["resolve"]>
  readonly pause: Of<SessionService["hold"]>
  readonly release: Of<SessionService["release"]>
}

/** The queue of a session. */
export interface Queue extends QueueActions {
  readonly items: ReadonlyArray<QueueItem>
  /** Why it does not continue by itself. */
  readonly hold: Hold | undefined
}

/** The messages that wait for the turn to end. */
export function useQueue(session: string): Queue {
  const view = useSessionView(session)
  const service = useSessionService()
  const actions = useMemo(
    (): QueueActions => ({
      remove: (message) => service.unqueue(session, message),
      edit: (message, change) => service.edit(session, message, change),
      reorder: (order) => service.reorder(session, order),
      sendNow: (message, mode) => service.sendNow(session, message, mode),
      resolve: (message, action) => service.resolve(session, message, action),
      pause: () => service.hold(session),
      release: () => service.release(session),
    }),
    [service, session],
  )
  return { items: useCell(view.queue), hold: useCell(view.hold), ...actions }
}

/** Open permission requests. */
export interface Permissions<Request> {
  readonly requests: ReadonlyArray<Request>
  /** Answers one, by an option's id or in full; gives the answer that won. */
  readonly answer: SessionService["answer"]
}

/** The open requests of one session, at the same moment as its messages. */
export function usePermissions(session: string): Permissions<PermissionRequest> {
  const view = useSessionView(session)
  return { requests: useCell(view.permissions), answer: useSessionService().answer }
}

/** The open requests of all sessions, the oldest first. */
export function useAllPermissions(): Permissions<WaitingRequest> {
  return { requests: useCell(useTable().waiting), answer: useSessionService().answer }
}
