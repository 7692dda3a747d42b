/** What has not reached the server: how much, and what can be done where it was refused (docs/protocol/app-rules.md, APP-49). */
import type { ReactElement } from "react"
import type { OutboxItem } from "@holdfast/client/outbox"
import { useHub, useOutbox, useSession } from "@holdfast/react"
import { Button } from "../ui/Button.tsx"
import { Popover } from "../ui/Popover.tsx"
import { Time } from "../ui/Time.tsx"
import { tellNotice } from "./notices.ts"
import styles from "./ToSend.module.css"

/** How an operation is named to a person. */
const DONE: Readonly<Record<OutboxItem["operation"], string>> = {
  "log.mark": "Mark in the log",
  "messages.send": "Message",
  "permissions.answer": "Answer",
  "sessions.archive": "Archive",
  "sessions.create": "New session",
  "sessions.delete": "Delete",
  "sessions.restore": "Restore",
  "sessions.update": "Change",
  "terminal.input": "Typed text",
  "terminal.restart": "Restart",
}

/** How many are on their way, which opens what they are. */
export function ToSend(): ReactElement | null {
  const { items, counts } = useOutbox()
  const open = counts.pending + counts.processing
  if (open + counts.failed === 0) return null
  const words = counts.failed > 0 ? `${counts.failed} not sent` : `${open} to send`
  const button = (
    <button type="button" className={styles["count"]} data-failed={counts.failed > 0 ? "" : undefined}>
      {words}
    </button>
  )
  return (
    <Popover trigger={button} label="What is to be sent" side="top">
      <ul className={styles["list"]}>
        {items
          .filter(({ status }) => status !== "completed")
          .map((item) => (
            <Line key={item.id} item={item} />
          ))}
      </ul>
    </Popover>
  )
}

function Line({ item }: { readonly item: OutboxItem }): ReactElement {
  const hub = useHub()
  const { session } = useSession(item.session)
  const { text } = item.input as { readonly text?: unknown }
  const leave = (act: "dropItem" | "takeBackItem"): void => {
    import("./take-back-item.ts")
      .then((acts) => acts[act](hub, item, session?.id ?? item.session))
      .catch((cause: Error) => tellNotice(`It stays as it is: ${cause.message}`))
  }
  return (
    <li className={styles["item"]}>
      <span>
        {DONE[item.operation]} <span dir="auto">{session?.label ?? ""}</span> · <Time at={item.at} />
      </span>
      {typeof text === "string" ? (
        <span className={styles["text"]} dir="auto">
          {text}
        </span>
      ) : null}
      {item.status === "failed" ? (
        <>
          <span className={styles["why"]} dir="auto">
            {item.error?.message}
          </span>
          <span className={styles["acts"]}>
            <Button onClick={() => void hub.box?.retry(item.id)}>Send again</Button>
            <Button kind="quiet" onClick={() => leave("dropItem")}>
              Drop it
            </Button>
          </span>
        </>
      ) : item.sent ? null : (
        <span className={styles["acts"]}>
          <Button kind="quiet" onClick={() => leave("takeBackItem")}>
            Take it back
          </Button>
        </span>
      )}
    </li>
  )
}
