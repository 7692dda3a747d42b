/** Copying what is selected of a transcript as Markdown. What makes it is loaded when someone begins to select. */
import { useEffect } from "react"
import type { RefObject } from "react"

let making: ((selection: Selection) => string | undefined) | undefined
let isLoading = false

/** A selection may begin. */
function readyToCopy(): void {
  if (isLoading) return
  isLoading = true
  import("./selection-markdown.ts").then(
    ({ selectionMarkdown }) => {
      making = selectionMarkdown
    },
    () => {
      // Away: until it can be loaded a selection is copied as the browser does.
      isLoading = false
    },
  )
}

/** Puts what is selected on the clipboard as Markdown, unless it is within one line or one block of code. */
function copySelection(event: ClipboardEvent): void {
  const selection = document.getSelection()
  const text = selection === null ? undefined : making?.(selection)
  if (text === undefined) return
  event.clipboardData?.setData("text/plain", text)
  event.preventDefault()
}

/** Has what is copied out of an element be Markdown. */
export function useCopying(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const acts = new AbortController()
    const how = { signal: acts.signal }
    current.addEventListener("pointerdown", readyToCopy, how)
    current.addEventListener("keydown", readyToCopy, how)
    current.addEventListener("copy", copySelection, how)
    return () => acts.abort()
  }, [element])
}
