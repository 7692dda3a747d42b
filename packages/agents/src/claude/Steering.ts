/** Messages for the streaming turn that Claude has not begun, and which of its messages Claude has heard of at all. */
import type { MessageDelivery } from "../host/agent-driver.ts"
import { RecentIds } from "../host/RecentIds.ts"
import { messageUuid } from "./message-ids.ts"

const IDS_MAX = 4096

/** What was put into turns, by UUID. */
export class Steering {
  readonly #heard = new RecentIds(IDS_MAX)
  readonly #waiting = new Map<string, MessageDelivery>()

  /** How many are not begun. */
  get size(): number {
    return this.#waiting.size
  }

  /** Whether Claude has all of them: what comes after an interrupt, it would answer. */
  get isKnown(): boolean {
    return [...this.#waiting.keys()].every((uuid) => this.#heard.has(uuid))
  }

  add(uuid: string, message: MessageDelivery): void {
    this.#waiting.set(uuid, message)
  }

  get(uuid: string): MessageDelivery | undefined {
    return this.#waiting.get(uuid)
  }

  delete(uuid: string): void {
    this.#waiting.delete(uuid)
  }

  /** Claude said something of a message. */
  heardOf(uuid: string): void {
    this.#heard.add(uuid)
  }

  hasHeardOf(uuid: string): boolean {
    return this.#heard.has(uuid)
  }

  /** The message under another UUID, with which it is sent again; undefined when it is none of these. */
  again(uuid: string): { readonly uuid: string; readonly message: MessageDelivery } | undefined {
    const message = this.#waiting.get(uuid)
    if (message === undefined) return undefined
    this.#waiting.delete(uuid)
    const next = messageUuid(message.id, true)
    this.#waiting.set(next, message)
    return { uuid: next, message }
  }
}
