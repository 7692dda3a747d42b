/** A key that repeats while it is held, as those of a keyboard do. */
import { useEffect, useRef } from "react"
import type { MouseEvent, PointerEvent } from "react"

/** Milliseconds before the first repetition, and from one to the next. */
const FIRST = 400
const NEXT = 60

/** Milliseconds after which a click does not come from the pointer that was released. */
const CLICK = 500

/** What a button needs for it. */
export interface HoldRepeat {
  readonly onPointerDown: (event: PointerEvent) => void
  readonly onPointerUp: (event: PointerEvent) => void
  readonly onPointerCancel: () => void
  readonly onPointerLeave: () => void
  readonly onClick: (event: MouseEvent) => void
}

/** Calls `press` when the button is pressed, and again and again while it is held. */
export function useHoldRepeat(press: () => void, repeats: boolean): HoldRepeat {
  const latest = useRef(press)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** A finger has pressed it already: the click that follows is the same press. */
  const isPressed = useRef(false)
  const releasedAt = useRef(-Infinity)
  useEffect(() => {
    latest.current = press
  })
  const stop = (): void => clearTimeout(timer.current)
  useEffect(() => stop, [])
  const again = (): void => {
    latest.current()
    timer.current = setTimeout(again, NEXT)
  }
  return {
    onPointerDown: (event) => {
      event.preventDefault()
      isPressed.current = true
      latest.current()
      if (repeats) timer.current = setTimeout(again, FIRST)
    },
    onPointerUp: ({ timeStamp }) => {
      stop()
      releasedAt.current = timeStamp
    },
    // No click follows.
    onPointerCancel: () => {
      stop()
      isPressed.current = false
    },
    onPointerLeave: stop,
    onClick: ({ detail, timeStamp }) => {
      // A pointer that left the button has made no click: this one is of a key.
      const isSame = isPressed.current && (detail > 0 || timeStamp - releasedAt.current < CLICK)
      if (!isSame) latest.current()
      isPressed.current = false
    },
  }
}
