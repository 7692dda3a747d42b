/** The AI SDK's chat without a view, as its users build one for a framework of their own. */
import { AbstractChat, type ChatInit, type ChatState, type ChatStatus, type UIMessage } from "ai"

/** Hears of each message that is new or has changed. */
export type MessageListener = (message: UIMessage) => void

class MemoryState implements ChatState<UIMessage> {
  status: ChatStatus = "ready"
  error: Error | undefined = undefined
  messages: Array<UIMessage>
  readonly #changed: MessageListener

  constructor(messages: Array<UIMessage>, changed: MessageListener) {
    this.messages = messages
    this.#changed = changed
  }

  readonly pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message]
    this.#changed(message)
  }

  readonly popMessage = (): void => {
    this.messages = this.messages.slice(0, -1)
  }

  readonly replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, { ...message, parts: message.parts.map((part) => ({ ...part })) })
    this.#changed(message)
  }

  readonly snapshot = <T>(thing: T): T => structuredClone(thing)
}

/** A chat. */
export class NodeChat extends AbstractChat<UIMessage> {
  constructor({ messages = [], ...init }: ChatInit<UIMessage>, changed: MessageListener = () => undefined) {
    super({ ...init, state: new MemoryState(messages, changed) })
  }
}

/** The text of a message's parts. */
export function chatText({ parts }: UIMessage): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("")
}

/** Parts as JSON, to compare them with those of a stored message. */
export function chatParts(message: { readonly parts: ReadonlyArray<unknown> } | undefined): unknown {
  return JSON.parse(JSON.stringify(message?.parts ?? null))
}
