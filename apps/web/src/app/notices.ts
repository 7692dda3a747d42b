/** What was just done, in the status line, with a way back: never over content. */
import { Store } from "../ui/store.ts"

/** A notice of what was done. */
export interface Notice {
  readonly text: string
  readonly undo?: () => void
  /** Epoch milliseconds. */
  readonly at: number
}

/** Milliseconds for which a notice is shown; what can be undone, can be so by key for longer. */
const SHOWN = 8000
const UNDONE = 60_000

/** The notice that is shown; `undefined` when there is none. */
export const notice = new Store<Notice | undefined>(undefined)

let last: Notice | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Shows a notice, in place of the one before. */
export function tellNotice(text: string, undo?: () => void): void {
  last = { text, at: Date.now(), ...(undo === undefined ? {} : { undo }) }
  notice.set(last)
  clearTimeout(timer)
  timer = setTimeout(() => notice.set(undefined), SHOWN)
}

/** Undoes what was done last, unless it is too long ago; false when there is nothing. */
export function undoLast(): boolean {
  const { undo, at } = last ?? {}
  last = undefined
  notice.set(undefined)
  if (undo === undefined || at === undefined || Date.now() - at > UNDONE) return false
  undo()
  return true
}

/** The function that shows a notice; always the same one. */
export function useNotice(): (text: string, undo?: () => void) => void {
  return tellNotice
}
