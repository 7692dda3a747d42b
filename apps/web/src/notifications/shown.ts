/**
 * What this page shows: who looks at a session is told nothing of it, because the page moves their mark (docs/protocol/app-rules.md,
 * APP-85). A page that is hidden shows nothing.
 */
import { useEffect, useSyncExternalStore } from "react"
import type { Session } from "@holdfast/protocol/session"
import { useHub, useSession } from "@holdfast/react"

const shown = new Map<string, number>()

/** Panes that are there, in sight or not. */
const panes = new Map<string, number>()

/** Marks as they were before this page moved them, until a transcript has asked. */
const before = new Map<string, number>()

/** The mark that the server had of a session before this page moved it; once. */
export function takeMarkBefore(session: string): number | undefined {
  const mark = before.get(session)
  before.delete(session)
  return mark
}

/** Keeps the mark of a session as it was, before this page moves it. */
export function noteMarkBefore(session: string, mark: number): void {
  if (!before.has(session)) before.set(session, mark)
}

/** Counts one more for a session until the function that is returned is called; `last` is called with the last one. */
function counted(counts: Map<string, number>, session: string, last?: () => void): () => void {
  counts.set(session, (counts.get(session) ?? 0) + 1)
  return () => {
    const count = (counts.get(session) ?? 1) - 1
    if (count > 0) return void counts.set(session, count)
    counts.delete(session)
    last?.()
  }
}

/** A pane of a session is there until the function that is returned is called; with the last one the mark of before is of no use. */
export function holdPane(session: string): () => void {
  return counted(panes, session, () => before.delete(session))
}

/** Whether a pane of this page shows a session, and the page can be seen. */
export function isShown(session: string): boolean {
  return document.visibilityState === "visible" && shown.has(session)
}

/** Up to where a person who sees a session knows all that they would be told of. */
export function toldUpTo({ agent, lastSeq, news, permissions, terminal }: Session): number {
  if (terminal?.program?.state === "blocked") return lastSeq
  return Math.max(news?.seq ?? 0, agent?.trust?.seq ?? 0, ...permissions.map(({ seq }) => seq))
}

const followVisibility = (listener: () => void): (() => void) => {
  document.addEventListener("visibilitychange", listener)
  return () => document.removeEventListener("visibilitychange", listener)
}
const isVisible = (): boolean => document.visibilityState === "visible"

/** Says that a pane shows a session, as long as it does; `isSeen`: the pane is in view. */
export function useShown(session: string, isSeen: boolean): void {
  const { beside, marks } = useHub()
  const { session: record } = useSession(session)
  const isInSight = useSyncExternalStore(followVisibility, isVisible, isVisible) && isSeen
  useEffect(() => holdPane(session), [session])
  useEffect(() => (isSeen ? counted(shown, session) : undefined), [session, isSeen])
  const seq = record === undefined || record.status === "offline" ? 0 : toldUpTo(record)
  useEffect(() => {
    if (!isInSight || seq === 0) return
    noteMarkBefore(session, beside.seen(session).get())
    marks.see(session, seq)
  }, [beside, isInSight, marks, seq, session])
}
