/** A number that grows when files of a session may have changed: by the events of its log, never by asking again and again. */
import { useEffect, useRef, useState } from "react"
import { useHub, useSessionView } from "@holdfast/react"
import { isTouched } from "./touched.ts"

/** Milliseconds for which further events are waited for, so that a row of calls is one look. */
const SETTLE = 400

/** Events that are looked at: those of one frame, and more. */
const LAST = 50

/** The number; while the pane is not seen it waits. */
export function useTouched(session: string, isSeen: boolean): number {
  const hub = useHub()
  const view = useSessionView(session)
  const [touched, setTouched] = useState(0)
  const seen = useRef(0)
  useEffect(() => {
    if (!isSeen) return undefined
    const cell = view.events(LAST)
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      const events = cell.get()
      const after = seen.current
      seen.current = events.at(-1)?.seq ?? after
      if (!isTouched(events, after)) return
      timer ??= setTimeout(() => {
        timer = undefined
        setTouched((before) => before + 1)
      }, SETTLE)
    }
    look()
    const end = cell.subscribe(look)
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [hub, view, isSeen])
  return touched
}
