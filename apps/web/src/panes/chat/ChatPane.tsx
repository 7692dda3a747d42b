/** A session with an agent: its messages as plain text, and the dock. */
import type { ReactElement } from "react"
import { Chat, ChatMessages } from "@holdfast/react"
import { Dock } from "../../dock/Dock.tsx"
import type { PaneProps } from "../../workspace/pane-props.ts"

/** The transcript of one session. */
export default function ChatPane({ session, isFocused }: PaneProps): ReactElement {
  return (
    <div style={{ display: "flex", flexDirection: "column", blockSize: "100%", minBlockSize: 0 }}>
      <div style={{ flex: 1, minBlockSize: 0, overflow: "auto", padding: 16, userSelect: "text" }}>
        <Chat session={session}>
          <ChatMessages />
        </Chat>
      </div>
      <Dock session={session} isFocused={isFocused} />
    </div>
  )
}
