/** What opens beside a control without covering the page: the focus goes in, and comes back when it closes. */
import { useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { Popover as Radix } from "radix-ui"
import { useCloseOver } from "./close-over.ts"
import styles from "./over.module.css"

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
  const [own, setOwn] = useState(false)
  const open = isOpen ?? own
  const change = (next: boolean): void => {
    setOwn(next)
    onOpenChange?.(next)
  }
  useCloseOver(open, () => change(false))
  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={styles["popover"]}
          aria-label={label}
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
        >
          {typeof children === "function" ? children(() => change(false)) : children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
