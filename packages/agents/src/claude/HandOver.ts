/** How messages are handed to Claude: under an id that it has not run, the first with what it is to know of before. */
import type { MessageDelivery } from "../host/agent-driver.ts"
import { RecentIds } from "../host/RecentIds.ts"
import type { PromptQueue } from "./PromptQueue.ts"
import { messageUuid } from "./message-ids.ts"
import { contentOf } from "./prompt.ts"

const IDS_MAX = 4096

/** The way into one Claude. */
export class HandOver {
  readonly #inbox: PromptQueue
  readonly #known = new RecentIds(IDS_MAX)
  /** What the first message is preceded by. */
  context: string | undefined

  constructor(inbox: PromptQueue) {
    this.#inbox = inbox
  }

  /** Claude's id of a message. One that came back is handed over again: Claude would not run its id a second time. */
  uuidOf({ id }: MessageDelivery): string {
    return messageUuid(id, !this.#known.add(id))
  }

  push(uuid: string, { parts }: MessageDelivery): void {
    const context = this.context === undefined ? [] : [{ type: "text", text: this.context }]
    this.context = undefined
    const message = { role: "user", content: [...context, ...contentOf(parts)] }
    this.#inbox.push({ type: "user", uuid, message, parent_tool_use_id: null, session_id: "" })
  }

  end(): void {
    this.#inbox.end()
  }
}
