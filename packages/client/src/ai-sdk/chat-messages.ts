/**
 * The messages of a chat, made of those that its session has stored and those that only the page has (docs/protocol/rules.md, I-8).
 */
import type { Message } from "@holdfast/protocol/agent/message"
import type { ChatMessage } from "./sdk-chat.ts"

/** The id of a stored message in a chat: that of its sender's chat, which is its key, if it is free. */
const idOf = ({ id, key, role }: Message, taken: ReadonlySet<string>): string =>
  role === "user" && key !== undefined && !taken.has(key) ? key : id

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/**
 * All messages in order: the stored ones, then what is on its way. Messages that did not change stay the same objects; those of
 * turns that are being read, and what a person sent from here, stay as the chat has them.
 */
export function mergedMessages<M extends ChatMessage>(
  current: ReadonlyArray<M>,
  stored: ReadonlyArray<Message>,
  isRead: (turn: string) => boolean,
): Array<M> {
  const taken = new Set<string>()
  const known = new Map(current.map((message) => [message.id, message]))
  const merged = stored.map((message): M => {
    const id = idOf(message, taken)
    taken.add(id)
    const own = known.get(id)
    const { metadata, role } = message
    // Parts have the shape of the AI SDK's.
    const parts = message.parts as unknown as M["parts"]
    const shown = { id, role, ...(metadata === undefined ? {} : { metadata }), parts } as unknown as M
    if (own === undefined) return shown
    return role === "user" || isRead(id) || same({ ...own, metadata: own.metadata }, { ...shown, metadata }) ? own : shown
  })
  // What stood before the stored ones is older than they are: pages that were loaded.
  const first = Math.max(
    0,
    current.findIndex(({ id }) => taken.has(id)),
  )
  return [...current.slice(0, first), ...merged, ...current.slice(first).filter(({ id }) => !taken.has(id))]
}

/** Whether two lists have the same messages. */
export function isSameList<M>(one: ReadonlyArray<M>, other: ReadonlyArray<M>): boolean {
  return one.length === other.length && one.every((message, at) => message === other[at])
}
