/** What people sent and the hub has not confirmed, as it is shown: at once, until the message itself is there or is refused. */
import { useMemo } from "react"
import { offlineMessages } from "@holdfast/client/outbox"
import type { OfflineMessage } from "@holdfast/client/outbox"
import { useHub } from "./provider.ts"
import { useCell } from "./use-cell.ts"
import { useSessionView } from "./view.ts"

const NONE: ReadonlyArray<OfflineMessage> = Object.freeze([])

/** The messages of a session that are in the outbox and not yet in its queue or its transcript, in order. */
export function useOfflineMessages(session: string): ReadonlyArray<OfflineMessage> {
  const hub = useHub()
  const view = useSessionView(session)
  const state = useCell(hub.outbox)
  const messages = useCell(view.transcript.messages.keys)
  const queue = useCell(view.queue)
  return useMemo(() => {
    if (state === undefined) return NONE
    const keys = new Set([...messages, ...queue.flatMap(({ key }) => key ?? [])])
    return offlineMessages(session, state, { seq: view.record.get()?.lastSeq ?? 0, keys })
  }, [session, view, state, messages, queue])
}
