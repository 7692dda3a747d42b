/** Dragging panes: what does it is loaded when the pointer first comes near something that can be dragged. Each drag has a key and a menu item. */
import { useEffect, useMemo, useRef } from "react"
import type { RefObject } from "react"
import { Store } from "../ui/store.ts"

/** The tab that is being dragged. */
export const draggedTab = new Store<string | undefined>(undefined)

/** What an element that is dragged by is given. */
export interface TabDrag {
  readonly ref: RefObject<HTMLElement | null>
  readonly onPointerEnter: () => void
}

/** Makes an element the handle of a tab. */
export function useTabDrag(tab: string, tile: string): TabDrag {
  const ref = useRef<HTMLElement>(null)
  const end = useRef<(() => void) | undefined>(undefined)
  useEffect(
    () => () => {
      end.current?.()
      end.current = undefined
    },
    [tab, tile],
  )
  return useMemo(() => {
    const onPointerEnter = (): void => {
      if (end.current !== undefined) return
      end.current = () => undefined
      void import("./tab-drag.ts").then(({ makeDraggable }) => {
        if (ref.current === null || end.current === undefined) return
        end.current = makeDraggable(ref.current, tab, draggedTab)
      })
    }
    return { ref, onPointerEnter }
  }, [tab])
}
