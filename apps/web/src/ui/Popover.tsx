/** What opens beside a control without covering the page: the focus goes in, and comes back when it closes. */
import { useRef, useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { useCloseOver } from "./close-over.ts"
import { Handled } from "./handlers.ts"
import { useLater } from "./later.ts"
import { over } from "./over.ts"

interface PopoverProps {
  /** The control, one element that takes a ref. */
  readonly trigger: ReactElement
  /** What it is called. */
  readonly label: string
  readonly children: ReactNode | ((close: () => void) => ReactNode)
  readonly side?: "top" | "bottom" | "left" | "right"
  readonly align?: "start" | "center" | "end"
  /** Where the page decides whether it is open. */
  readonly isOpen?: boolean
  readonly onOpenChange?: (isOpen: boolean) => void
}

/** A popover with its control. */
export function Popover({
  trigger,
  label,
  children,
  side = "bottom",
  align = "start",
  isOpen,
  onOpenChange,
}: PopoverProps): ReactElement {
  const control = useRef<HTMLElement>(null)
  const [own, setOwn] = useState(false)
  const open = isOpen ?? own
  const change = (next: boolean): void => {
    setOwn(next)
    onOpenChange?.(next)
  }
  const close = (): void => change(false)
  useCloseOver(open, close)
  const parts = useLater(over, open, close)
  const handlers = { onClick: () => change(!open), onPointerEnter: over.preload, onFocus: over.preload }
  const state = { ref: control, "aria-haspopup": "dialog", "aria-expanded": open, "data-state": open ? "open" : "closed" }
  return (
    <>
      <Handled handlers={handlers} properties={state}>
        {trigger}
      </Handled>
      {!open || parts === undefined ? null : (
        <parts.OpenPopover label={label} anchor={control} side={side} align={align} onClose={close}>
          {typeof children === "function" ? children(close) : children}
        </parts.OpenPopover>
      )}
    </>
  )
}
