/** The messages of a chat that wait for the turn to end. */
import { createElement } from "react"
import type { ReactElement, ReactNode } from "react"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useQueue } from "./agent.ts"
import { useChatSession } from "./chat-context.ts"
import { useFailure } from "./failure.ts"
import { textOf, WRITTEN } from "./parts.ts"

/** What waits, with a button to remove it; why the queue does not continue, with one to release it. */
export function ChatQueue(): ReactElement | null {
  const { items, hold, remove, resolve, release } = useQueue(useChatSession())
  const { alert, told } = useFailure()
  if (items.length === 0 && hold === undefined) return null
  const button = (label: string, act: () => Promise<unknown>): ReactNode =>
    createElement("button", { key: label, type: "button", onClick: () => void told(act()) }, label)
  const actions = ({ id, status }: QueueItem): ReactNode => {
    if (status === "waiting") return button("Remove", () => remove(id))
    if (status === "sent") return null
    return [button("Send again", () => resolve(id, "again")), button("Drop", () => resolve(id, "drop"))]
  }
  return createElement(
    "section",
    { "data-holdfast": "queue", "aria-label": "Queue" },
    hold === undefined
      ? null
      : createElement("p", { "data-hold": hold.reason }, "The queue is held. ", button("Continue", release)),
    createElement(
      "ul",
      null,
      items.map((item) =>
        createElement(
          "li",
          { key: item.id, "data-status": item.status },
          createElement("span", { dir: "auto", style: WRITTEN }, textOf(item.parts)),
          actions(item),
        ),
      ),
    ),
    alert,
  )
}
