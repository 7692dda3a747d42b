/** How messages are handed to Claude: under an id that it has not run, the first with what it is to know of before. */
import type { Delivery } from "../host/agent-driver.ts"
import { RecentIds } from "../host/RecentIds.ts"
import type { Inbox } from "./Inbox.ts"
import { messageUuid } from "./message-ids.ts"
import { contentOf } from "./prompt.ts"

const IDS_MAX = 4096

/** The way into one Claude. */
export class HandOver {
  readonly #inbox: Inbox
  readonly #known = new RecentIds(IDS_MAX)
  /** What the first message is preceded by. */
  context: string | undefined

  constructor(inbox: Inbox) {
    this.#inbox = inbox
  }

  /** Claude's id of a message. One that came back is handed over again: Claude would not run its id a second time. */
  uuidOf({ id }: Delivery): string {
    return messageUuid(id, !this.#known.add(id))
  }

  push(uuid: string, { parts }: Delivery): void {
    const context = this.context === undefined ? [] : [{ type: "text", text: this.context }]
    this.context = undefined
    const message = { role: "user", content: [...context, ...contentOf(parts)] }
    this.#inbox.push({ type: "user", uuid, message, parent_tool_use_id: null, session_id: "" })
  }

  end(): void {
    this.#inbox.end()
  }
}
