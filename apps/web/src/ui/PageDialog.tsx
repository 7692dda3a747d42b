/** A dialog over the page: its frame, and a title line with what closes it. The focus goes back to where it was. */
import { useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { Dialog } from "radix-ui"
import { Button } from "./Button.tsx"
import { useCloseOver } from "./close-over.ts"
import styles from "./PageDialog.module.css"

interface PageDialogProps {
  readonly title: string
  /** What stands beside the title. */
  readonly about: string | undefined
  readonly isWide?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Shows a dialog for as long as it is there. */
export function PageDialog({ title, about, isWide = false, onClose, children }: PageDialogProps): ReactElement {
  const [before] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined))
  useCloseOver(true, onClose)
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles["behind"]} />
        <Dialog.Content
          className={styles["frame"]}
          aria-describedby={undefined}
          data-wide={isWide ? "" : undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            before?.focus()
          }}
        >
          <header className={styles["head"]}>
            <Dialog.Title className={styles["title"]}>{title}</Dialog.Title>
            <span className={styles["about"]} dir="auto">
              {about}
            </span>
            <Dialog.Close asChild>
              <Button kind="quiet" keys="Escape">
                Close
              </Button>
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
