/**
 * An agent's session as components without any style, to be put together as a page likes (docs/protocol/rules.md, U-2).
 *
 * Every element has `data-holdfast` with the name of what it is, for style sheets. A component reads the smallest cell that it
 * shows: a delta renders one part, a turn's end its message, a new message the list.
 */
import { createElement, Fragment, memo } from "react"
import type { ReactElement, ReactNode } from "react"
import type { MessageHead, MessagePart } from "@holdfast/client/model"
import { ChatComposer } from "./ChatComposer.ts"
import { ChatOffline } from "./ChatOffline.ts"
import { ChatPermissions } from "./ChatPermissions.ts"
import { ChatQueue } from "./ChatQueue.ts"
import { ChatSession, useChatSession } from "./chat-context.ts"
import { useFailure } from "./failure.ts"
import { useMessage, useMessageIds, usePart } from "./messages.ts"
import { defaultPart } from "./parts.ts"

/** Shows one part of a message. `message` is everything about it but its parts. */
export type RenderPart = (part: MessagePart, message: MessageHead) => ReactNode

/** What a chat is given. */
export interface ChatProps {
  readonly session: string
  /** Which components, in which order; without them all there are. */
  readonly children?: ReactNode
}

/** The session of what is in it: messages, permission requests, queue and composer, unless it is told otherwise. */
export function Chat({ session, children }: ChatProps): ReactElement {
  const all = createElement(
    Fragment,
    null,
    createElement(ChatMessages),
    createElement(ChatOffline),
    createElement(ChatPermissions),
    createElement(ChatQueue),
    createElement(ChatComposer),
  )
  const inside = createElement("div", { "data-holdfast": "chat" }, children ?? all)
  // Another session is another chat: nothing of a draft goes along.
  return createElement(ChatSession, { key: session, value: session }, inside)
}

/** How messages are shown. */
export interface ChatMessagesProps {
  /** In place of plain text, folded tool calls and links. Give the same function each time. */
  readonly renderPart?: RenderPart
}

/** The messages, with a button for older ones. */
export function ChatMessages({ renderPart = defaultPart }: ChatMessagesProps): ReactElement {
  const session = useChatSession()
  const { ids, older, loadOlder } = useMessageIds(session)
  const { alert, told } = useFailure()
  const more = createElement(
    "button",
    { type: "button", disabled: older === "loading", "data-holdfast": "older", onClick: () => void told(loadOlder()) },
    "Older messages",
  )
  return createElement(
    "div",
    { "data-holdfast": "messages" },
    older === "more" || older === "loading" ? more : null,
    alert,
    ids.map((id) => createElement(ChatMessage, { key: id, session, id, renderPart })),
  )
}

interface MessageProps {
  readonly session: string
  readonly id: string
  readonly renderPart: RenderPart
}

const ChatMessage = memo(function ChatMessage({ session, id, renderPart }: MessageProps): ReactElement | null {
  const message = useMessage(session, id)
  if (message === undefined) return null
  const { role, outcome, isStreaming, parts } = message
  return createElement(
    "article",
    { "data-holdfast": "message", "data-role": role, "data-outcome": isStreaming ? "streaming" : outcome },
    Array.from({ length: parts }, (_, index) => createElement(ChatPart, { key: index, session, message, index, renderPart })),
  )
})

interface PartProps {
  readonly session: string
  readonly message: MessageHead
  readonly index: number
  readonly renderPart: RenderPart
}

const ChatPart = memo(function ChatPart({ session, message, index, renderPart }: PartProps): ReactNode {
  const part = usePart(session, message.id, index)
  return part === undefined ? null : renderPart(part, message)
})
