/** Copying what is selected of a transcript as Markdown. */
import { useEffect } from "react"
import type { RefObject } from "react"
import { rest } from "../loading.ts"

let making: ((selection: Selection) => string | undefined) | undefined
// Where it could not be loaded a selection is copied as the browser does.
void rest.then(
  ({ selectionMarkdown }) => {
    making = selectionMarkdown
  },
  () => undefined,
)

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
    current.addEventListener("copy", copySelection)
    return () => current.removeEventListener("copy", copySelection)
  }, [element])
}
