/** The size of a terminal's pane: asks the session for what fits, and shows the size that the session has. */
import { useEffect, useLayoutEffect } from "react"
import type { RefObject } from "react"
import type { SessionView } from "@holdfast/client/model"
import { useCell } from "@holdfast/react"
import { Store, useStore } from "../../ui/store.ts"
import { useForm } from "../../app/media.ts"
import type { Emulator } from "./Emulator.ts"
import { EDGE, RULER } from "./emulator-options.ts"
import { sizingOf } from "./sizing.ts"
import type { SizeChoice, Sizing } from "./sizing.ts"

/** What was chosen for sessions in this page. */
const choices = new Store<ReadonlyMap<string, SizeChoice>>(new Map())

/** Chooses whose size a session has in this page. */
export function chooseSize(session: string, choice: SizeChoice): void {
  choices.set(new Map(choices.get()).set(session, choice))
}

/** How the size of a session stands, and asks for that of the pane where it is to. */
export function useSizing(
  emulator: Emulator | undefined,
  view: SessionView,
  element: RefObject<HTMLDivElement | null>,
  isSeen: boolean,
): Sizing {
  const viewers = useCell(view.viewers)
  const process = useCell(view.record)?.process
  const choice = useStore(choices).get(view.id)
  const isPhone = useForm() === "phone"
  const sizing = sizingOf(viewers, view.attachment?.seat, choice, isPhone)
  const asks = sizing.asks && isSeen && process !== "exited" && process !== "failed" && process !== "lost"
  useEffect(() => {
    const box = element.current
    if (emulator === undefined || box === null || !asks) return undefined
    const measure = (): void => {
      const size = emulator.fittingHost()
      if (size !== undefined) view.resize(size.cols, size.rows)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    const unsubscribe = emulator.measured.subscribe(measure)
    return () => {
      observer.disconnect()
      unsubscribe()
    }
  }, [emulator, view, element, asks])
  useShownSize(emulator, element)
  return sizing
}

/** Gives the cells their room where the session's size is another than the pane's, and keeps the cursor in sight. */
function useShownSize(emulator: Emulator | undefined, element: RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const box = element.current
    if (emulator === undefined || box === null) return undefined
    const { terminal, host } = emulator
    const lay = (): void => {
      const { width, height } = emulator.cell
      if (!(width > 0)) return
      const isTaller = terminal.rows * height > box.clientHeight - 2 * EDGE + 1
      const isWider = terminal.cols * width > box.clientWidth - 2 * EDGE - RULER + 1
      host.style.inlineSize = isWider ? `${Math.ceil(terminal.cols * width) + RULER}px` : ""
      host.style.blockSize = isTaller ? `${Math.ceil(terminal.rows * height)}px` : ""
      const fits = emulator.fittingHost()
      const isSmaller = fits !== undefined && (terminal.cols < fits.cols || terminal.rows < fits.rows)
      box.dataset["size"] = isSmaller ? "smaller" : "whole"
      if (isTaller) box.scrollTop = (terminal.buffer.active.cursorY + 2) * height - box.clientHeight
    }
    const follow = (): void => {
      if (host.style.blockSize !== "") lay()
    }
    lay()
    const observer = new ResizeObserver(lay)
    observer.observe(box)
    const moved = terminal.onCursorMove(follow)
    const unsubscribe = emulator.measured.subscribe(lay)
    return () => {
      observer.disconnect()
      moved.dispose()
      unsubscribe()
    }
  }, [emulator, element])
}
