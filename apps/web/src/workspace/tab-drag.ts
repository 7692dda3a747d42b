/** The library that drags, behind what the workspace needs of it. */
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter"
import type { Store } from "../ui/store.ts"

/** Lets a tab be dragged by an element; gives the function that ends it. */
export function makeDraggable(element: HTMLElement, tab: string, dragged: Store<string | undefined>): () => void {
  return draggable({
    element,
    getInitialData: () => ({ tab }),
    onDragStart: () => dragged.set(tab),
    onDrop: () => dragged.set(undefined),
  })
}

/** Takes tabs that are dropped on an element; gives the function that ends it. */
export function makeTarget(element: HTMLElement, onOver: (isOver: boolean) => void, onDrop: (tab: string) => void): () => void {
  return dropTargetForElements({
    element,
    onDragEnter: () => onOver(true),
    onDragLeave: () => onOver(false),
    onDrop: ({ source }) => {
      onOver(false)
      const { tab } = source.data
      if (typeof tab === "string") onDrop(tab)
    },
  })
}
