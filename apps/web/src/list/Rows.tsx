/** The rows of the list: those that are seen, and what a pointer does to them. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import type { FocusEvent, MouseEvent, PointerEvent, ReactElement, RefObject } from "react"
import { useHub } from "@holdfast/react"
import { preloadPane } from "../workspace/panes.tsx"
import { useOpen } from "../workspace/use-open.ts"
import type { ListRow } from "./arrange.ts"
import { focusRow, useEditing } from "./editing.ts"
import { indexOfRow } from "./ListModel.ts"
import { usePeek } from "./peek.ts"
import { Row } from "./Row.tsx"
import { RowCard, useCardOf } from "./RowCard.tsx"
import { RowMenu } from "./RowMenu.tsx"
import { offsetsOf, PointedRow, useRowRange, useRowSizes, useSteadyRows } from "./row-window.ts"
import { TITLES } from "./section-of.ts"
import { useFocusedSession } from "./use-focused-session.ts"
import { useList, useListState } from "./use-list.ts"
import css from "./rail.module.css"

/** Id of the session whose row an event happened in. */
const sessionAt = (target: EventTarget): string | undefined =>
  target instanceof Element
    ? (target.closest<HTMLElement>("[role=listitem][data-session]")?.dataset["session"] ?? undefined)
    : undefined

/** The rows, in a part of the page that scrolls. */
export function Rows({ onRowFocus }: { readonly onRowFocus: (isIn: boolean) => void }): ReactElement {
  const list = useList()
  const { rows, picked } = useListState()
  const sizes = useRowSizes()
  const scroller = useRef<HTMLDivElement>(null)
  const [pointed] = useState(() => new PointedRow())
  const offsets = useMemo(() => offsetsOf(rows, sizes), [rows, sizes])
  const range = useRowRange(scroller, offsets)
  useSteadyRows(scroller, rows, offsets, pointed)
  usePickedSeen(scroller, offsets, rows, picked)
  const card = useCardOf()
  const events = useRowEvents(pointed, card)
  const focused = (event: FocusEvent): void => {
    const id = sessionAt(event.target)
    const isRow = id !== undefined && event.target instanceof HTMLAnchorElement
    onRowFocus(isRow)
    card.hide()
    if (isRow) list.pick(id)
  }
  const blurred = (): void => {
    onRowFocus(false)
    card.hide()
  }
  return (
    <RowMenu>
      <div ref={scroller} className={css["rows"]} {...events} onFocus={focused} onBlur={blurred} onScroll={card.hide}>
        <div role="list" aria-label="Sessions" className={css["all"]} style={{ blockSize: offsets.at(-1) ?? 0 }}>
          <ShownRows offsets={offsets} from={range.from} to={range.to} />
        </div>
        {card.shown === undefined ? null : <RowCard {...card.shown} />}
      </div>
    </RowMenu>
  )
}

interface ShownProps {
  readonly offsets: ReadonlyArray<number>
  readonly from: number
  readonly to: number
}

function ShownRows({ offsets, from, to }: ShownProps): ReactElement {
  const { rows, picked, chosen, snoozed } = useListState()
  const { edited } = useEditing()
  const open = useFocusedSession()
  const at = indexOfRow(rows, picked)
  // What has the focus stays in the page, however far it is scrolled away.
  const shown = rows.slice(from, to).map((row, index) => [row, from + index] as const)
  if (at !== -1 && (at < from || at >= to)) shown.push([rows[at] as ListRow, at])
  const places = useMemo(() => placesOf(rows), [rows])
  const first = shown.find(([{ kind }]) => kind === "session")?.[1]
  return (
    <>
      {shown.map(([row, index]) => (
        <div key={row.key} className={css["place"]} style={{ insetBlockStart: offsets[index] ?? 0 }}>
          {row.kind === "head" ? (
            <Head row={row} />
          ) : (
            <Row
              id={row.id}
              section={row.section}
              isShort={row.isShort}
              place={places[index] ?? 0}
              of={places.at(-1) ?? 0}
              isPicked={row.id === picked}
              isReached={index === (at === -1 ? first : at)}
              isChosen={chosen.has(row.id)}
              isOpen={row.id === open}
              isSnoozed={snoozed.has(row.id)}
              editing={edited?.id === row.id && edited.place === "row" ? edited.what : undefined}
            />
          )}
        </div>
      ))}
    </>
  )
}

/** The number of each row among those of sessions, from 1. */
function placesOf(rows: ReadonlyArray<ListRow>): ReadonlyArray<number> {
  let place = 0
  return rows.map(({ kind }) => (kind === "session" ? ++place : place))
}

function Head({ row: { section, count } }: { readonly row: Extract<ListRow, { readonly kind: "head" }> }): ReactElement {
  return (
    <div role="listitem">
      <h2 className={css["section"]} data-section={section}>
        {TITLES[section]} <span>{count}</span>
      </h2>
    </div>
  )
}

/** Keeps the picked row in view when it is picked. */
function usePickedSeen(
  scroller: RefObject<HTMLElement | null>,
  offsets: ReadonlyArray<number>,
  rows: ReadonlyArray<ListRow>,
  picked: string | undefined,
): void {
  const latest = useRef({ offsets, rows })
  useEffect(() => {
    latest.current = { offsets, rows }
  })
  useEffect(() => {
    const element = scroller.current
    const { offsets: places, rows: all } = latest.current
    const at = indexOfRow(all, picked)
    if (element === null || at === -1) return
    const [top = 0, bottom = 0] = [places[at], places[at + 1]]
    // The heading above the first row of a section is seen with it.
    const from = all[at - 1]?.kind === "head" ? (places[at - 1] ?? top) : top
    if (from < element.scrollTop) element.scrollTo({ top: from })
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTo({ top: bottom - element.clientHeight })
    if (picked !== undefined && element.contains(document.activeElement)) focusRow(picked)
  }, [scroller, picked])
}

/** How long rows stay where they are once a finger touched one, in milliseconds. */
const TOUCHED = 1500

/** What pointers do: the whole list listens, so that a row has no listener of its own. */
function useRowEvents(pointed: PointedRow, { move, press, hide }: ReturnType<typeof useCardOf>) {
  const list = useList()
  const open = useOpen()
  const peek = usePeek()
  const { table } = useHub()
  const onClick = useCallback(
    (event: MouseEvent) => {
      const id = sessionAt(event.target)
      const target = event.target as Element
      if (id === undefined) return
      if (target.closest("[data-more]") !== null) return openMenuAt(target)
      if (target.closest("[data-answer]") !== null) return peek(id)
      if (target.matches("[data-choose]")) return list.toggle(id)
      if (event.shiftKey && target.closest("a") !== null) {
        event.preventDefault()
        return list.chooseTo(id)
      }
      if (event.ctrlKey || event.metaKey || event.button !== 0 || target.closest("a") === null) return
      event.preventDefault()
      list.pick(id)
      open.session(id)
    },
    [list, open, peek],
  )
  const onPointerMove = useCallback(
    (event: PointerEvent) => {
      if (event.pointerType === "touch") return
      list.hold()
      const id = sessionAt(event.target)
      if (pointed.change(id)) {
        const kind = table.record(id ?? "").get()?.kind
        if (kind !== undefined) preloadPane(kind)
      }
      move(event, id)
    },
    [list, table, pointed, move],
  )
  const onPointerDown = useCallback(
    (event: PointerEvent) => {
      if (event.pointerType === "touch") list.hold(TOUCHED)
      press(event)
    },
    [list, press],
  )
  const onPointerLeave = useCallback(
    (event: PointerEvent) => {
      pointed.change(undefined)
      hide()
      // A finger leaves before its click comes, which is for the row that it was on.
      if (event.pointerType !== "touch") list.release()
    },
    [list, pointed, hide],
  )
  return { onClick, onPointerDown, onPointerMove, onPointerLeave }
}

/** The button of a row opens the menu that a right click on the row does. */
function openMenuAt(target: Element): void {
  const { left, bottom } = target.getBoundingClientRect()
  target.dispatchEvent(new window.MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left, clientY: bottom }))
}
