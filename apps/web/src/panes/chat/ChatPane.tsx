/** A session with an agent: its messages as plain text, what it asks, its queue, and the field for the next message. */
import type { ReactElement } from "react"
import { Chat } from "@holdfast/react"
import type { PaneProps } from "../../workspace/pane-props.ts"

/** The transcript of one session. */
export default function ChatPane({ session }: PaneProps): ReactElement {
  return (
    <div style={{ overflow: "auto", padding: 16, userSelect: "text" }}>
      <Chat session={session} />
    </div>
  )
}
