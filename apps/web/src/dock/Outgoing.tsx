/** Messages on their way: to be sent once connected, each to be taken back; refused ones come back with the reason (docs/protocol/app-rules.md, APP-49). */
import { useEffect } from "react"
import type { HubModel } from "@holdfast/client/model"
import type { OfflineMessage } from "@holdfast/client/outbox"
import { useConnection, useHub, useOfflineMessages } from "@holdfast/react"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import { Time } from "../ui/Time.tsx"
import { lineOf } from "./message-parts.ts"
import styles from "./Outgoing.module.css"
import type { ComposerNow } from "./use-composer.ts"

/** What the lines are given. */
export interface OutgoingProps {
  readonly session: string
  readonly composer: ComposerNow
}

const why = ({ failure }: OfflineMessage): string => `It was refused: ${failure?.message ?? "no reason was given"}`

/** Shows what the hub has not confirmed. */
export function Outgoing({ session, composer }: OutgoingProps) {
  const messages = useOfflineMessages(session)
  const { isConnected } = useConnection()
  const failed = messages.find(({ status }) => status === "failed")
  useReturning(failed, composer)
  const shown = messages.filter(({ status }) => status === "failed" || (status !== "sent" && !isConnected))
  if (shown.length === 0) return null
  return (
    <ul className={styles["outgoing"]} aria-label="To be sent">
      {shown.map((message) => (
        <Line key={message.key} session={session} message={message} composer={composer} />
      ))}
    </ul>
  )
}

/** Messages on their way back: a session may be shown twice. */
const returning = new Set<string>()

/** A refused message goes back into the field; its item ends once this browser keeps the words there. */
async function giveBack(hub: HubModel, message: OfflineMessage, composer: ComposerNow): Promise<void> {
  const { key } = message
  if (returning.has(key)) return
  returning.add(key)
  try {
    await composer.takeBack(message, why(message))
    await hub.box?.clear(key)
  } finally {
    returning.delete(key)
  }
}

/** A refused message goes back into an empty field by itself. */
function useReturning(failed: OfflineMessage | undefined, composer: ComposerNow): void {
  const hub = useHub()
  const { draft, editing } = composer
  const isFree = draft.text === "" && draft.files.length === 0 && editing === undefined
  useEffect(() => {
    if (failed === undefined || !isFree) return
    void giveBack(hub, failed, composer)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each message that was refused
  }, [failed?.key, isFree])
}

function Line({ session, message, composer }: OutgoingProps & { readonly message: OfflineMessage }) {
  const hub = useHub()
  const { key, parts, createdAt, status } = message
  const back = async (): Promise<void> => {
    if (status === "failed") return giveBack(hub, message, composer)
    const outcome = await hub.box?.cancel(key)
    if (outcome === "cancelled") await composer.takeBack(message, "Taken back; it was not sent.")
    else if (outcome === "uncertain")
      await composer.takeBack(message, "Taken back, but it had been sent before: it may have arrived.")
  }
  const drop = (): void => {
    import("./take-back.ts")
      .then(({ dropMessage }) => dropMessage(hub, session, key, parts))
      .catch((cause: Error) => composer.tell(cause.message))
  }
  return (
    <li className={styles["line"]} data-outgoing={status}>
      <Icon name={status === "failed" ? "close" : "send"} />
      <span className={styles["words"]} dir="auto">
        {lineOf(parts)}
      </span>
      <span className={styles["soft"]}>
        {status === "failed" ? why(message) : "to be sent, written "}
        {status === "failed" ? null : <Time at={createdAt} />}
      </span>
      {status === "failed" ? (
        <Button kind="quiet" onClick={() => void hub.box?.retry(key)}>
          Send again
        </Button>
      ) : null}
      <Button kind="quiet" onClick={() => void back()}>
        {status === "failed" ? "Edit it" : "Take back"}
      </Button>
      {status === "failed" ? (
        <Button kind="quiet" onClick={drop}>
          Drop
        </Button>
      ) : null}
    </li>
  )
}
