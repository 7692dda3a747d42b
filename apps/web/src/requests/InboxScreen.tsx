/** The inbox as a screen of the phone: what is asked above, the buttons at the thumb. */
import { useState } from "react"
import { Dialog } from "radix-ui"
import { ErrorBoundary } from "../app/ErrorBoundary.tsx"
import { keepUnfolded } from "../ui/keep-unfolded.ts"
import { useStore } from "../ui/store.ts"
import { Inbox } from "./Inbox.tsx"
import styles from "./Inbox.module.css"
import { closeInbox, inbox } from "./inbox-state.ts"

/** Shows what waits over the whole screen. */
export default function InboxScreen() {
  const { at, isOpen } = useStore(inbox)
  const [before] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : undefined))
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => (next ? undefined : closeInbox())}>
      <Dialog.Portal>
        <Dialog.Content
          className={styles["screen"]}
          aria-describedby={undefined}
          onEscapeKeyDown={keepUnfolded}
          onOpenAutoFocus={(event) => event.preventDefault()}
          // Without a trigger the focus would be lost.
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            before?.focus()
          }}
        >
          <Dialog.Title className="visually-hidden">What waits for you</Dialog.Title>
          <ErrorBoundary what="The inbox">
            <Inbox key={at} place="phone" onClose={closeInbox} {...(at === undefined ? {} : { at })} />
          </ErrorBoundary>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
