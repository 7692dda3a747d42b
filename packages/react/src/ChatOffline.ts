/** The messages of a chat that the hub has not confirmed. */
import { createElement } from "react"
import type { ReactElement } from "react"
import { useChatSession } from "./chat-context.ts"
import { useFailure } from "./failure.ts"
import { useOfflineMessages } from "./offline.ts"
import { textOf, WRITTEN } from "./parts.ts"
import { useHub } from "./provider.ts"

/** What is on its way, and what was refused with the reason, to be sent again or dropped; each until the message itself is shown. */
export function ChatOffline(): ReactElement {
  const hub = useHub()
  const messages = useOfflineMessages(useChatSession())
  const { alert, told } = useFailure()
  const button = (label: string, act: () => Promise<unknown> | undefined): ReactElement =>
    createElement("button", { key: label, type: "button", onClick: () => void told(act()) }, label)
  return createElement(
    "div",
    { "data-holdfast": "offline" },
    messages.map((message) =>
      createElement(
        "article",
        { key: message.key, "data-holdfast": "message", "data-role": "user", "data-outcome": message.status },
        createElement("p", { dir: "auto", style: WRITTEN }, textOf(message.parts)),
        message.failure === undefined ? null : createElement("p", { role: "alert" }, message.failure.message),
        message.status === "failed"
          ? [button("Send again", () => hub.box?.retry(message.key)), button("Drop", () => hub.box?.clear(message.key))]
          : null,
        message.status === "offline" ? button("Take back", () => hub.box?.cancel(message.key)) : null,
      ),
    ),
    alert,
  )
}
