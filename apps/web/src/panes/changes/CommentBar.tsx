/** How many comments wait to be sent, and what can be done with all of them. */
import { useState } from "react"
import type { ReactElement } from "react"
import { useHub } from "@holdfast/react"
import { useNotice } from "../../app/notices.ts"
import { useCommands } from "../../commands/use-commands.ts"
import { Button } from "../../ui/Button.tsx"
import css from "./Comments.module.css"
import { commentsOf, putComments, useComments } from "./comment-store.ts"
import { type LineComment, messageOf } from "./comments.ts"

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
  const send = async (): Promise<void> => {
    const sent = commentsOf(session)
    if (sent.length === 0) return
    const text = messageOf(sent)
    setProblem(undefined)
    try {
      if (hub.box === undefined) await hub.hub.agents.send(session, { text, key: crypto.randomUUID() })
      else await hub.box.send(session, { text }).stored
    } catch (cause) {
      // They stay, so that nothing that was written is lost.
      setProblem(cause instanceof Error ? cause.message : String(cause))
      return
    }
    putComments(session, without(commentsOf(session), sent))
    tell(`Sent ${words} as one message.`)
  }
  const discard = (): void => {
    putComments(session, [])
    tell(`Discarded ${words}.`, () => putComments(session, comments))
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
      <Button kind="kelp" keys="$mod+Enter" onClick={() => void send()}>
        Send to {agent}
      </Button>
    </div>
  )
}

const without = (comments: ReadonlyArray<LineComment>, sent: ReadonlyArray<LineComment>): ReadonlyArray<LineComment> => {
  const gone = new Set(sent.map(({ id }) => id))
  return comments.filter(({ id }) => !gone.has(id))
}
