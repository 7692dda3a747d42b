/** Hooks about an agent's messages: all of them, or one and one part of it, so that a delta renders no more than its part. */
import { useCallback, useMemo } from "react"
import { following } from "@holdfast/client/model"
import type { MessageHead, MessagePart, Older, SessionView } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import { useHub } from "./provider.ts"
import { useCell } from "./use-cell.ts"
import { useSessionView } from "./view.ts"

/** What there is before the first message, and how to get it. */
export interface OlderMessages {
  readonly older: Older
  /** Reads the page before; settles when it is there. */
  readonly loadOlder: () => Promise<void>
}

/** A transcript. */
export interface Messages extends OlderMessages {
  /** In order, that of the streaming turn last. Messages and parts that did not change are the same objects as before. */
  readonly messages: ReadonlyArray<Message>
}

/** A transcript by ids. */
export interface MessageIds extends OlderMessages {
  readonly ids: ReadonlyArray<string>
}

const PAGE = 50

function useOlder(view: SessionView): OlderMessages {
  const hub = useHub()
  const loadOlder = useCallback(
    () =>
      view.transcript.loadOlder((before) => hub.hub.connection.call("messages.list", { session: view.id, before, limit: PAGE })),
    [hub, view],
  )
  return { older: useCell(view.transcript.older), loadOlder }
}

/** All messages, whole: rendered at each frame in which one of them grows. Give each part a component in `memo`. */
export function useMessages(session: string): Messages {
  const view = useSessionView(session)
  return { messages: useCell(view.transcript.messages.all), ...useOlder(view) }
}

/** The ids of the messages: rendered when one comes or goes. */
export function useMessageIds(session: string): MessageIds {
  const view = useSessionView(session)
  return { ids: useCell(view.transcript.messages.ids), ...useOlder(view) }
}

/** Everything about one message but its parts: rendered when it comes, when it gets another part, and when its turn ends. */
export function useMessage(session: string, id: string): MessageHead | undefined {
  const { messages } = useSessionView(session).transcript
  return useCell(useMemo(() => following(messages.ids, () => messages.of(id)?.head), [messages, id]))
}

/** One part of a message, by its place: rendered when it comes and when it grows. */
export function usePart(session: string, id: string, index: number): MessagePart | undefined {
  const { messages } = useSessionView(session).transcript
  return useCell(useMemo(() => following(messages.ids, () => messages.of(id)?.part(index)), [messages, id, index]))
}
