/** Hooks about what goes beside records, and what a person keeps: marks, traces, drafts, the layout. */
import { useEffect, useMemo } from "react"
import { isUnread as isUnreadBy } from "@holdfast/client/model"
import type { Doing, DraftValue, KeptState, Layout, LayoutAction, OfferedLayout, Trace } from "@holdfast/client/model"
import { useHub } from "./provider.ts"
import { useTable } from "./sessions.ts"
import { useCell } from "./use-cell.ts"

/** What a session does now, in a few words; `undefined` while that is nothing that is known. */
export function useDoing(session: string): Doing | undefined {
  useTable()
  return useCell(useHub().beside.doing(session))
}

/** Up to where this person has seen a session. */
export interface SeenNow {
  readonly seq: number
  readonly isUnread: boolean
  /** Says that the person has seen it up to a seq. */
  readonly see: (seq: number) => void
  readonly markUnread: (seq?: number) => Promise<void>
}

/** Up to where this person has seen a session, and what moves that. */
export function useSeen(session: string): SeenNow {
  const table = useTable()
  const { beside, marks } = useHub()
  const seq = useCell(beside.seen(session))
  const record = useCell(table.record(session))
  const isUnread = record !== undefined && record.status !== "offline" && isUnreadBy(record, seq)
  const acts = useMemo(
    () => ({
      see: (to: number) => marks.see(session, to),
      markUnread: (to?: number) => marks.markUnread(session, to),
    }),
    [marks, session],
  )
  return { seq, isUnread, ...acts }
}

/** Ids of the sessions with news that this person has not seen. */
export function useUnread(): ReadonlyArray<string> {
  useTable()
  return useCell(useHub().beside.unread)
}

/** The last 30 minutes of a session; `undefined` while they are not known, and when there was nothing in them. */
export function useTrace(session: string): Trace | undefined {
  const { traces } = useHub()
  useEffect(() => traces.hold(session), [traces, session])
  return useCell(traces.trace(session))
}

/** A draft, and what changes it. */
export interface DraftNow extends KeptState<DraftValue> {
  readonly set: (value: DraftValue) => void
  /** Puts it now, as when the page goes. */
  readonly flush: () => Promise<void>
  /** Takes what another client wrote in its place, or offers it no more. */
  readonly takeOther: () => void
  readonly leaveOther: () => void
}

/** The draft of this person's next message to a session, the same on every client. */
export function useDraft(session: string): DraftNow {
  const { desk } = useHub()
  const draft = desk.draft(session)
  useEffect(() => {
    void draft.load()
    return () => void draft.flush()
  }, [draft])
  const acts = useMemo(
    () => ({
      set: (value: DraftValue) => draft.set(value),
      flush: () => draft.flush(),
      takeOther: () => draft.takeOther(),
      leaveOther: () => draft.leaveOther(),
    }),
    [draft],
  )
  return { ...useCell(draft.state), ...acts }
}

/** How this client has arranged its panes, and what changes it. */
export interface LayoutNow extends Omit<KeptState<Layout>, "value"> {
  readonly layout: Layout
  readonly arrange: (action: LayoutAction) => void
  /** The layouts of this person's other clients, the one that was changed last first. */
  readonly offers: ReadonlyArray<OfferedLayout>
  readonly adopt: (offer: OfferedLayout) => void
  /** Takes what another tab of this client put in its place. */
  readonly takeOther: () => void
}

/** The layout of this client, kept on the hub. */
export function useLayout(): LayoutNow {
  const { desk } = useHub()
  useEffect(() => {
    void desk.layout.load()
    return () => void desk.layout.flush()
  }, [desk])
  const acts = useMemo(
    () => ({
      arrange: (action: LayoutAction) => desk.arrange(action),
      adopt: (offer: OfferedLayout) => desk.adopt(offer),
      takeOther: () => desk.layout.takeOther(),
    }),
    [desk],
  )
  const { value: layout, ...state } = useCell(desk.layout.state)
  return { ...state, layout, offers: useCell(desk.offers), ...acts }
}
