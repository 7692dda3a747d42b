/** The line at the foot of the page: connection, what waits, what is to be sent, what was done, how many sessions are live. */
import { Suspense } from "react"
import type { ReactElement } from "react"
import { useCell, useHub, useOutbox } from "@holdfast/react"
import { lazyExtra } from "./part.ts"
import { closeInbox, inbox, openInbox } from "../requests/inbox-state.ts"
import { keyMapIsOpen } from "../commands/palette-state.ts"
import { Popover } from "../ui/Popover.tsx"
import { StandingMark } from "../ui/StateMark.tsx"
import { useStore } from "../ui/store.ts"
import { ConnectionItem } from "./ConnectionItem.tsx"
import { ErrorBoundary } from "./ErrorBoundary.tsx"
import { LiveCount } from "./LiveCount.tsx"
import { useForm } from "./media.ts"
import { notice, undoLast } from "./notices.ts"
import { statusItems } from "./status-items.ts"
import { ToSend } from "./ToSend.tsx"
import { useWaitingNow } from "./waiting.ts"
import styles from "./StatusLine.module.css"

const InboxPopover = lazyExtra(() => import("../requests/InboxPopover.tsx"))

/** The line. Where it is not shown, what it says is still announced. */
export function StatusLine({ isShown }: { readonly isShown: boolean }): ReactElement {
  const items = useStore(statusItems)
  return (
    <footer className={styles["line"]} data-region="status" aria-label="Status" hidden={!isShown}>
      <ConnectionItem />
      <span className={styles["host"]} dir="ltr">
        {location.host}
      </span>
      <ReadsOnly />
      <Waits />
      <ToSend />
      <NoticeItem />
      {items.map(({ id, text, action }) => (
        <span key={id} className={styles["item"]}>
          <span className={styles["cut"]} dir="auto" title={text}>
            {text}
          </span>
          {action === undefined ? null : (
            <button type="button" className={styles["act"]} onClick={action.run}>
              {action.title}
            </button>
          )}
        </span>
      ))}
      <span className={styles["end"]}>
        <LiveCount />
        <button type="button" className={styles["item"]} onClick={() => keyMapIsOpen.set(true)}>
          Keys <kbd>?</kbd>
        </button>
      </span>
    </footer>
  )
}

/** That this browser may change nothing. */
function ReadsOnly(): ReactElement | null {
  const isReader = useCell(useHub().readsOnly)
  if (!isReader) return null
  return (
    <span className={styles["item"]} title="The token with which this browser is signed in may read, and change nothing.">
      Read only
    </span>
  )
}

/** How many wait, which opens where they can be answered: over the line, on the phone as a screen. */
function Waits(): ReactElement | null {
  const count = useWaitingNow().length
  const { isOpen } = useStore(inbox)
  const isPhone = useForm() === "phone"
  const button = (
    <button type="button" className={styles["waits"]} onClick={isPhone ? () => openInbox() : undefined}>
      <StandingMark standing="waits" />
      {count === 1 ? "1 waits for you" : `${count} wait for you`} <kbd>F8</kbd>
    </button>
  )
  if (isPhone) return count === 0 ? null : button
  if (count === 0 && !isOpen) return null
  return (
    <Popover
      trigger={button}
      label="What waits for you"
      side="top"
      isOpen={isOpen}
      onOpenChange={(next) => (next ? openInbox() : closeInbox())}
    >
      {(close) => (
        <ErrorBoundary what="The inbox">
          <Suspense fallback={null}>
            <InboxPopover onClose={close} />
          </Suspense>
        </ErrorBoundary>
      )}
    </Popover>
  )
}

/** What was done last. */
function NoticeItem(): ReactElement | null {
  const { problem } = useOutbox()
  const shown = useStore(notice)
  if (shown === undefined)
    return problem === undefined ? null : (
      <span className={styles["item"]} data-kind="fail" role="alert">
        <span className={styles["cut"]}>{problem.message}</span>
      </span>
    )
  return (
    <span className={styles["item"]} role="status">
      <span className={styles["cut"]} dir="auto">
        {shown.text}
      </span>
      {shown.undo === undefined ? null : (
        <button type="button" className={styles["act"]} onClick={() => undoLast()}>
          Undo <kbd>Z</kbd>
        </button>
      )}
    </span>
  )
}
