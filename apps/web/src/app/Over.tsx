/** What covers the panes: it gets the focus when it opens, and gives it back (docs/protocol/app-rules.md, APP-12, APP-140). */
import { useEffect, useLayoutEffect, useRef } from "react"
import type { ReactElement, ReactNode } from "react"
import { focusByItself } from "./own-focus.ts"
import { isInSight } from "./sight.ts"

interface OverProps {
  readonly className: string | undefined
  readonly children: ReactNode
}

/** The cover. What it shows may come later, and may move the focus further in. */
export function Over({ className, children }: OverProps): ReactElement {
  const element = useRef<HTMLDivElement>(null)
  const before = useRef<Element | null>(null)
  // Before what is in it moves the focus further in.
  useLayoutEffect(() => {
    before.current = document.activeElement
    focusByItself(element.current)
  }, [])
  useEffect(
    () => () => {
      // Where the focus went meanwhile it stays; what was closed with the focus in it has lost it.
      const isLost = document.activeElement === null || document.activeElement === document.body
      const { current } = before
      if (isLost && current instanceof HTMLElement && current.isConnected && isInSight(current)) focusByItself(current)
    },
    [],
  )
  return (
    <div ref={element} className={className} tabIndex={-1} data-cover="">
      {children}
    </div>
  )
}
