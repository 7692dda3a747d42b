/** The edge between two parts: dragged with the pointer, moved with the arrow keys, made even with a double click. */
import { useRef } from "react"
import type { KeyboardEvent, PointerEvent, ReactElement } from "react"
import { alongLine } from "../ui/direction.ts"
import { movedSizes } from "./geometry.ts"
import type { Edge } from "./geometry.ts"
import styles from "./EdgeHandle.module.css"

/** Percent of a split by which a key moves its edge, and the least that a part keeps. */
const STEP = 2
const LEAST = 8

interface EdgeHandleProps {
  readonly edge: Edge
  /** The sizes while they change, and once they are so. */
  readonly onMove: (sizes: ReadonlyArray<number>) => void
  readonly onMoved: (sizes: ReadonlyArray<number>) => void
  readonly onEven: () => void
}

const percent = (fraction: number): string => `${fraction * 100}%`

/** An edge that can be moved. */
export function EdgeHandle({ edge, onMove, onMoved, onEven }: EdgeHandleProps): ReactElement {
  const { split, at, of, place } = edge
  const isRow = split.direction === "row"
  const last = useRef<ReadonlyArray<number> | undefined>(undefined)
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const { currentTarget, clientX, clientY } = event
    const room = currentTarget.parentElement?.getBoundingClientRect()
    if (!currentTarget.hasPointerCapture(event.pointerId) || room === undefined) return
    const isReversed = isRow && getComputedStyle(currentTarget).direction === "rtl"
    const across = (clientX - room.left) / room.width
    const to = isRow ? (isReversed ? 1 - across : across) : (clientY - room.top) / room.height
    last.current = movedSizes(edge, to, LEAST)
    onMove(last.current)
  }
  const end = (): void => {
    if (last.current !== undefined) onMoved(last.current)
    last.current = undefined
  }
  const key = (event: KeyboardEvent): void => {
    const by = STEP * (isRow ? alongLine(event) : event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0)
    if (by === 0) return
    event.preventDefault()
    onMoved(movedSizes(edge, place + (by / 100) * (isRow ? of.width : of.height), LEAST))
  }
  return (
    <div
      role="separator"
      className={styles["edge"]}
      data-direction={split.direction}
      style={
        isRow
          ? { insetInlineStart: percent(place), insetBlockStart: percent(of.top), blockSize: percent(of.height) }
          : { insetBlockStart: percent(place), insetInlineStart: percent(of.left), inlineSize: percent(of.width) }
      }
      tabIndex={0}
      aria-label={isRow ? "Width of the panes beside it" : "Height of the panes above and below it"}
      aria-orientation={isRow ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(split.sizes[at] ?? 0)}
      aria-valuemin={LEAST}
      aria-valuemax={100 - LEAST}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
      onDoubleClick={onEven}
    />
  )
}
