/** The messages of a chat that the hub has not confirmed. */
import { createElement } from "react"
import type { ReactElement } from "react"
import type { OfflineMessage } from "@holdfast/client/outbox"
import { useChatSession } from "./chat-context.ts"
import { useOfflineMessages } from "./offline.ts"
import { WRITTEN } from "./parts.ts"
import { useHub } from "./provider.ts"

const textOf = ({ parts }: OfflineMessage): string => parts.map((part) => (part.type === "text" ? part.text : "")).join("\n")

/** What is on its way, and what was refused with the reason, to be sent again or dropped; each until the message itself is shown. */
export function ChatOffline(): ReactElement {
  const hub = useHub()
  const messages = useOfflineMessages(useChatSession())
  const button = (label: string, act: () => unknown): ReactElement =>
    createElement("button", { key: label, type: "button", onClick: () => void act() }, label)
  return createElement(
    "div",
    { "data-holdfast": "offline" },
    messages.map((message) =>
      createElement(
        "article",
        { key: message.key, "data-holdfast": "message", "data-role": "user", "data-outcome": message.status },
        createElement("p", { dir: "auto", style: WRITTEN }, textOf(message)),
        message.failure === undefined ? null : createElement("p", { role: "alert" }, message.failure.message),
        message.status === "failed"
          ? [button("Send again", () => hub.box?.retry(message.key)), button("Drop", () => hub.box?.clear(message.key))]
          : null,
        message.status === "offline" ? button("Take back", () => hub.box?.cancel(message.key)) : null,
      ),
    ),
  )
}
