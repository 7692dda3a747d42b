/** The line above what is new, and the mark of what a person has seen, which moves only while they look at the end. */
import { useCallback, useEffect, useRef, useState } from "react"
import { useHub } from "@holdfast/react"
import type { HubModel, SessionView } from "@holdfast/client/model"
import type { Row } from "../rows/plan.ts"
import type { NewLine } from "./RowView.tsx"
import { firstNew, firstNewAfter, keepSeenPlace, seenPlace } from "./new-since.ts"
import type { PlacedMessage, SeenPlace } from "./new-since.ts"
import { takeMarkBefore } from "../../../notifications/shown.ts"
import { usePageVisible } from "./use-page-visible.ts"

/** The line, and the row above which it stands. */
export interface NewSince {
  readonly line: NewLine
  readonly before: string
}

/** Milliseconds between two marks. */
const MARK = 1000

/** What is shown now. */
function placeNow({ record, transcript }: SessionView): SeenPlace | undefined {
  const seq = record.get()?.lastSeq
  const last = transcript.messages.all.get().at(-1)
  if (seq === undefined || last === undefined) return undefined
  return { seq, message: last.id, parts: last.parts.length, time: Date.now() }
}

const placed = ({ transcript }: SessionView): ReadonlyArray<PlacedMessage> =>
  transcript.messages.all.get().map(({ id, createdAt, role, parts }) => ({ id, createdAt, role, parts: parts.length }))

/** The line of a session that is opened: from what this page showed last, or from the mark that the server has. */
async function openedLine(hub: HubModel, view: SessionView, rows: ReadonlyArray<Row>): Promise<NewSince | undefined> {
  // What is in sight moves it at once (APP-85), before its rows are there.
  const mark = takeMarkBefore(view.id) ?? hub.beside.seen(view.id).get()
  const own = seenPlace(view.id)
  const last = view.record.get()?.lastSeq ?? 0
  if (own !== undefined && own.seq >= mark) return lineOf(firstNew(rows, own), own.time)
  if (mark === 0 || mark >= last) return undefined
  const page = await hub.hub.connection.call("log.events", { session: view.id, after: mark - 1, limit: 1 })
  const time = page.events[0]?.time
  if (time === undefined) return undefined
  const news = view.record.get()?.news
  return lineOf(firstNewAfter(rows, placed(view), time, news !== undefined && news.seq > mark), time)
}

const lineOf = (before: string | undefined, since: number): NewSince | undefined =>
  before === undefined ? undefined : { before, line: { key: "new", kind: "new", since } }

/** Moves the mark while a person looks at the end, at most once a second. */
function useMark(view: SessionView, isLooking: boolean): void {
  const hub = useHub()
  useEffect(() => {
    if (!isLooking) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let marked = -1
    const mark = (): void => {
      timer = undefined
      const place = placeNow(view)
      // What a person has marked as unread meanwhile stays so until something comes.
      if (place === undefined || place.seq <= marked || view.status.get()._tag !== "Live") return
      marked = place.seq
      hub.marks.see(view.id, place.seq)
    }
    const soon = (): void => {
      timer ??= setTimeout(mark, MARK)
    }
    mark()
    const ends = [view.record.subscribe(soon), view.status.subscribe(soon)]
    return () => {
      for (const end of ends) end()
      clearTimeout(timer)
      mark()
      const place = placeNow(view)
      if (place !== undefined) keepSeenPlace(view.id, place)
    }
  }, [hub, view, isLooking])
}

/** The line above what is new since a person looked last. */
export function useNewSince(
  view: SessionView,
  rows: ReadonlyArray<Row>,
  isSeen: boolean,
  isAtEnd: boolean,
): NewSince | undefined {
  const hub = useHub()
  const isVisible = usePageVisible()
  const [shown, setShown] = useState<NewSince | undefined>(undefined)
  const latest = useRef(rows)
  latest.current = rows
  const isLooking = isSeen && isVisible
  const hasRows = rows.length > 0
  const opened = useRef<string | undefined>(undefined)
  const look = useCallback(async () => {
    if (opened.current !== view.id) {
      opened.current = view.id
      setShown(await openedLine(hub, view, latest.current))
      return
    }
    const place = seenPlace(view.id)
    const line = place === undefined ? undefined : lineOf(firstNew(latest.current, place), place.time)
    if (line !== undefined) setShown(line)
  }, [hub, view])
  // Before the mark moves, which the next effect does.
  useEffect(() => {
    if (!isLooking || !hasRows) return
    // The hub is away: without its answer there is no line.
    look().catch(() => undefined)
  }, [isLooking, hasRows, look])
  useMark(view, isLooking && isAtEnd && hasRows)
  return shown
}
