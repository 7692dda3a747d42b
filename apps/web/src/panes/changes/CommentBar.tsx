/** How many comments wait to be sent, and what can be done with all of them. */
import { useState } from "react"
import type { ReactElement } from "react"
import { useHub } from "@holdfast/react"
import { useNotice } from "../../app/notices.ts"
import { useCommands } from "../../commands/use-commands.ts"
import { Button } from "../../ui/Button.tsx"
import css from "./Comments.module.css"
import { commentStore, useComments } from "./comment-store.ts"
import { withDiscarded } from "./comments.ts"
import { sendComments } from "./send-comments.ts"

interface CommentBarProps {
  readonly session: string
  /** Who is to get them. */
  readonly agent: string
}

/** The bar; not there without comments. */
export function CommentBar({ session, agent }: CommentBarProps): ReactElement | null {
  const hub = useHub()
  const tell = useNotice()
  const comments = useComments(session)
  const [problem, setProblem] = useState<string>()
  const words = comments.length === 1 ? "1 comment" : `${comments.length} comments`
  const [isSending, setIsSending] = useState(false)
  const send = async (): Promise<void> => {
    if (isSending) return
    setIsSending(true)
    setProblem(undefined)
    try {
      const count = await sendComments(hub, commentStore, session)
      if (count > 0) tell(`Sent ${count === 1 ? "1 comment" : `${count} comments`} as one message.`)
    } catch (cause) {
      // They stay, so that nothing that was written is lost.
      setProblem(cause instanceof Error ? cause.message : String(cause))
    }
    setIsSending(false)
  }
  const discard = (): void => {
    const discarded = commentStore.of(session)
    commentStore.put(session, [])
    tell(`Discarded ${words}.`, () => commentStore.put(session, withDiscarded(commentStore.of(session), discarded)))
  }
  useCommands(
    comments.length === 0
      ? []
      : [
          {
            id: "changes.send-comments",
            title: `Send ${words} on changes`,
            session,
            when: "pane",
            keys: ["$mod+Enter"],
            run: () => void send(),
          },
        ],
  )
  if (comments.length === 0) return null
  return (
    <div className={css["bar"]} role="group" aria-label="Comments on changes">
      <span className={css["told-small"]} role="status">
        {problem ?? `${words} to send`}
      </span>
      <Button kind="quiet" onClick={discard}>
        Discard
      </Button>
      <Button kind="kelp" keys="$mod+Enter" disabled={isSending} onClick={() => void send()}>
        Send to {agent}
      </Button>
    </div>
  )
}
