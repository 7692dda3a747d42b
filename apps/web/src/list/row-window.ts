/**
 * Which rows are in the page: those that are seen, and some above and below. Every height is known, so nothing is measured, a row's
 * place is exact, and what is inserted above moves nothing that is seen (docs/protocol/app-rules.md, APP-21).
 */
import { useCallback, useLayoutEffect, useRef, useState } from "react"
import type { RefObject } from "react"
import { usePhone } from "../app/media.ts"
import type { ListRow } from "./arrange.ts"

/** Heights of rows in pixels. */
export interface RowSizes {
  readonly head: number
  readonly row: number
  readonly short: number
}

const WIDE: RowSizes = { head: 26, row: 44, short: 28 }
const NARROW: RowSizes = { head: 32, row: 60, short: 44 }

/** Pixels above and below what is seen that are in the page, too. */
const BESIDE = 320

/** The heights for the page as wide as it is. */
export function useRowSizes(): RowSizes {
  return usePhone() ? NARROW : WIDE
}

/** Where each row begins, and at last where the list ends. */
export function offsetsOf(rows: ReadonlyArray<ListRow>, { head, row, short }: RowSizes): ReadonlyArray<number> {
  let at = 0
  const offsets = [0]
  for (const one of rows) offsets.push((at += one.kind === "head" ? head : one.isShort ? short : row))
  return offsets
}

/** Index of the row at an offset. */
export function rowAt(offsets: ReadonlyArray<number>, offset: number): number {
  let [low, high] = [0, Math.max(offsets.length - 2, 0)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Rows from one index to before another. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** The rows of a part of the list. */
export function rangeOf(offsets: ReadonlyArray<number>, top: number, height: number): RowRange {
  if (offsets.length < 2) return { from: 0, to: 0 }
  return { from: rowAt(offsets, Math.max(0, top - BESIDE)), to: rowAt(offsets, top + height + BESIDE) + 1 }
}

/** The rows that are in the page, as it is scrolled and resized. */
export function useRowRange(scroller: RefObject<HTMLElement | null>, offsets: ReadonlyArray<number>): RowRange {
  const [range, setRange] = useState<RowRange>({ from: 0, to: 0 })
  const look = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const next = rangeOf(offsets, element.scrollTop, element.clientHeight)
    setRange((before) => (before.from === next.from && before.to === next.to ? before : next))
  }, [scroller, offsets])
  useLayoutEffect(look, [look])
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const sized = new ResizeObserver(look)
    sized.observe(element)
    element.addEventListener("scroll", look, { passive: true })
    return () => {
      sized.disconnect()
      element.removeEventListener("scroll", look)
    }
  }, [scroller, look])
  return range
}

const sectionsOf = (rows: ReadonlyArray<ListRow>): ReadonlyMap<string, readonly [index: number, section: string]> =>
  new Map(rows.map((row, index) => [row.key, [index, row.section]]))

/** By how much a list is to be scrolled after its rows have changed, so that what is looked at stays; `pointed` is a row's key. */
export function shiftOf(
  before: { readonly rows: ReadonlyArray<ListRow>; readonly offsets: ReadonlyArray<number> },
  after: { readonly rows: ReadonlyArray<ListRow>; readonly offsets: ReadonlyArray<number> },
  top: number,
  pointed: string | undefined,
): number {
  // At its top the list shows what is new there, unless someone is pointing.
  if (top <= 0 && pointed === undefined) return 0
  const [old, now] = [sectionsOf(before.rows), sectionsOf(after.rows)]
  const first = rowAt(before.offsets, Math.max(top, 0))
  const anchors = [pointed, ...before.rows.slice(first, first + 20).map(({ key }) => key)]
  for (const key of anchors) {
    const [from, to] = [old.get(key ?? ""), now.get(key ?? "")]
    if (from === undefined || to === undefined || from[1] !== to[1]) continue
    return (after.offsets[to[0]] ?? 0) - (before.offsets[from[0]] ?? 0)
  }
  return 0
}

/** The row under the pointer. */
export class PointedRow {
  #id: string | undefined

  /** Id of its session. */
  get id(): string | undefined {
    return this.#id
  }

  /** Points at another one; false when it is the same. */
  change(id: string | undefined): boolean {
    const isOther = id !== this.#id
    this.#id = id
    return isOther
  }
}

/** Keeps what is looked at where it is when rows change. */
export function useSteadyRows(
  scroller: RefObject<HTMLElement | null>,
  rows: ReadonlyArray<ListRow>,
  offsets: ReadonlyArray<number>,
  pointed: PointedRow,
): void {
  const before = useRef({ rows, offsets })
  useLayoutEffect(() => {
    const element = scroller.current
    const last = before.current
    before.current = { rows, offsets }
    if (element === null || last.rows === rows || last.rows.length === 0) return
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["row"] : undefined
    const shift = shiftOf(last, { rows, offsets }, element.scrollTop, pointed.id ?? focused)
    if (shift !== 0) element.scrollTop += shift
  }, [scroller, rows, offsets, pointed])
}
