/** The transcript of an agent: a virtual list of rows that stays at its end while it grows, with what came before on demand. */
import { lazy, Suspense, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { Virtualizer } from "virtua"
import type { VirtualizerHandle } from "virtua"
import css from "./transcript.module.css"
import type { Hit } from "../find/search.ts"
import { rest } from "../loading.ts"
import { usePaced } from "../pace/use-paced.ts"
import type { Row } from "../rows/plan.ts"
import { RowTable } from "../rows/RowTable.ts"
import { counted } from "../rows/tool-input.ts"
import { useChat } from "./chat-context.ts"
import { copyMessage } from "./copy-message.ts"
import { useCopying } from "./copy-selection.ts"
import { RowView } from "./RowView.tsx"
import type { Item } from "./RowView.tsx"
import { Tail } from "./Tail.tsx"
import { Top } from "./Top.tsx"
import { missedOf, useEnd } from "./use-end.ts"
import { useNewSince } from "./use-new-since.ts"
import type { NewSince } from "./use-new-since.ts"
import { useNearStart, useOlder } from "./use-older.ts"
import { usePlaces } from "./use-places.ts"
import { useSeeking } from "./use-seek.ts"
import { useTranscriptCommands } from "./use-transcript-commands.ts"
import { useNotice } from "../../../app/notices.ts"
import { Icon } from "../../../ui/icons.tsx"

const FindBar = lazy(async () => ({ default: (await rest).FindBar }))

/** Height of what is above the first row, until it is measured. */
const TOP = 48
/** A row that was not measured yet, and how far beyond the view rows are made. */
const ROW = 44
const BEYOND = 320

/** The rows with the line above what is new. */
function withLine(rows: ReadonlyArray<Row>, news: NewSince | undefined): ReadonlyArray<Item> {
  const at = news === undefined ? -1 : rows.findIndex(({ key }) => key === news.before)
  return news === undefined || at === -1 ? rows : [...rows.slice(0, at), news.line, ...rows.slice(at)]
}

/** Whether rows were put in front since the last time: then the list keeps its place from its end. */
function useShift(items: ReadonlyArray<Item>): boolean {
  const [before, setBefore] = useState({ items, isShift: false })
  if (before.items === items) return before.isShift
  const [old] = before.items
  const isShift = old !== undefined && items[0]?.key !== old.key && items.some(({ key }) => key === old.key)
  setBefore({ items, isShift })
  return isShift
}

/** The transcript. */
export function Transcript({ isSeen }: { readonly isSeen: boolean }): ReactElement {
  const { view, cwd, session } = useChat()
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const table = useMemo(() => new RowTable(view.transcript.messages), [view])
  const rows = usePaced(table)
  const last = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    last.current = rows.at(-1)?.key
  }, [rows])
  const end = useEnd(scroller, content, last)
  const news = useNewSince(view, rows, isSeen, end.isAtEnd)
  const items = useMemo(() => withLine(rows, news), [rows, news])
  const isShift = useShift(items)
  useCopying(scroller)
  const pages = useOlder(view)
  const [isNear, setNear] = useState(false)
  useNearStart(isNear && isSeen, pages)
  const places = usePlaces({ list, items, pages, leave: end.leave })
  const words = useSeeking(view, pages, rows.length > 0, places.toMessage)
  const [top, setTop] = useState(TOP)
  const [isFinding, setFinding] = useState(false)
  const notice = useNotice()
  useTranscriptCommands(session, {
    find: () => setFinding(true),
    toPerson: places.toPerson,
    toEnd: end.toEnd,
    copyLast: () => {
      const last = view.transcript.messages.all.get().findLast(({ role }) => role === "assistant")
      if (last === undefined) return notice("There is no answer yet.")
      copyMessage(last, cwd).then(
        () => notice("Copied as Markdown"),
        (cause: Error) => notice(`Nothing was copied: ${cause.message}`),
      )
    },
  })
  const { scrolled } = end
  const onScroll = useCallback(() => {
    const element = scroller.current
    if (element === null || element.clientHeight === 0) return
    scrolled()
    setNear(element.scrollTop < element.clientHeight * 1.5)
  }, [scrolled])
  const closeFind = (): void => {
    setFinding(false)
    scroller.current?.focus()
  }
  return (
    <div className={css["frame"]}>
      <Suspense fallback={null}>
        {isFinding ? <FindBar pages={pages} root={content} onHit={(hit: Hit) => places.toHit(hit)} onClose={closeFind} /> : null}
      </Suspense>
      <div className={css["scroller"]} ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Transcript">
        <div className={css["content"]} ref={content}>
          <Top older={pages.older} onHeight={setTop} />
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            data={items}
            itemSize={ROW}
            bufferSize={BEYOND}
            startMargin={top}
            shift={isShift}
          >
            {(item) => <RowView key={item.key} item={item} isMarked={item.key === places.marked} />}
          </Virtualizer>
          <Tail />
        </div>
      </div>
      {words === undefined ? null : (
        <div className={css["line"]} role="status">
          {words}
        </div>
      )}
      {end.isAtEnd ? null : <Latest missed={missedOf(items, end.left)} onClick={end.toEnd} />}
    </div>
  )
}

/** The way back to the end. */
function Latest({ missed, onClick }: { readonly missed: number; readonly onClick: () => void }) {
  return (
    <button type="button" className={css["latest"]} onClick={onClick}>
      <Icon name="down" size={14} />
      Latest
      {missed === 0 ? null : <b>{counted(missed, "new row")}</b>}
    </button>
  )
}
