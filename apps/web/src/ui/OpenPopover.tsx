/** A popover that is open: what is loaded when the first one is wanted. */
import { useRef } from "react"
import type { ReactElement, ReactNode, RefObject } from "react"
import { Popover as Radix } from "radix-ui"
import { giveBackFocus } from "./close-over.ts"
import { keepUnfolded } from "./keep-unfolded.ts"
import styles from "./over.module.css"

interface OpenPopoverProps {
  readonly label: string
  readonly children: ReactNode
  readonly anchor: RefObject<HTMLElement | null>
  readonly side: "top" | "bottom" | "left" | "right"
  readonly align: "start" | "center" | "end"
  readonly onClose: () => void
}

/** The popover: the focus goes in, and back to the control when it closes, unless the person went elsewhere with the pointer. */
export function OpenPopover({ label, children, anchor, side, align, onClose }: OpenPopoverProps): ReactElement {
  const isElsewhere = useRef(false)
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Radix.Anchor virtualRef={anchor as RefObject<HTMLElement>} />
      <Radix.Portal>
        <Radix.Content
          className={styles["popover"]}
          aria-label={label}
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onEscapeKeyDown={keepUnfolded}
          onInteractOutside={(event) => {
            // A press on the control closes by itself.
            if (event.target instanceof Node && anchor.current?.contains(event.target) === true) event.preventDefault()
            else isElsewhere.current = true
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (!isElsewhere.current) giveBackFocus(anchor.current)
          }}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
