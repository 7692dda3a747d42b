/** Items that a pane puts into its title line. */
import { createContext, useContext } from "react"
import type { ReactElement, ReactNode } from "react"
import { createPortal } from "react-dom"

/** Where the items of a pane go; `undefined` until its title line is there. */
export const TitleSlot = createContext<HTMLElement | null>(null)

/** Shows its children in the title line of the pane that it is in, at the end of the line; nothing outside of a pane. */
export function PaneTitle({ children }: { readonly children: ReactNode }): ReactElement | null {
  const slot = useContext(TitleSlot)
  return slot === null ? null : createPortal(children, slot)
}
