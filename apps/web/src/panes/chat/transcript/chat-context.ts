/** What every row of a chat reads of its pane: none of it changes while the pane shows the same session. */
import { createContext, useContext, useMemo, useRef, useSyncExternalStore } from "react"
import { following } from "@holdfast/client/model"
import type { MessageHead, MessagePart, SessionView } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import { usePaced } from "../pace/use-paced.ts"
import { PaceContext } from "../pace/use-paced.ts"
import type { Folds } from "./folds.ts"
import type { TurnNote, TurnNotes } from "./TurnNotes.ts"

/** A chat, for what is in it. */
export interface Chat {
  readonly session: string
  readonly view: SessionView
  readonly folds: Folds
  readonly notes: TurnNotes
  /** The agent's directory, from which paths are read. */
  readonly cwd: string
}

/** The chat around a component. */
export const ChatContext = createContext<Chat | undefined>(undefined)

/** The chat around a component. Throws outside of one. */
export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (chat === undefined) throw new Error("this component belongs into a chat")
  return chat
}

/** Everything about a message but its parts. */
export function useHead(id: string): MessageHead | undefined {
  const { messages } = useChat().view.transcript
  return usePaced(useMemo(() => following(messages.ids, () => messages.of(id)?.head), [messages, id]))
}

/** A message, whole; for one that does not grow. */
export function useWhole(id: string): Message | undefined {
  const { messages } = useChat().view.transcript
  return usePaced(useMemo(() => following(messages.ids, () => messages.of(id)?.whole), [messages, id]))
}

/** One part of a message, by its place. */
export function usePartOf(id: string, place: number): MessagePart | undefined {
  const { messages } = useChat().view.transcript
  return usePaced(useMemo(() => following(messages.ids, () => messages.of(id)?.part(place)), [messages, id, place]))
}

/** Several parts of a message; the same array while none of them changes. */
export function usePartsOf(id: string, places: ReadonlyArray<number>): ReadonlyArray<MessagePart> {
  const { messages } = useChat().view.transcript
  const pace = useContext(PaceContext)
  const last = useRef<ReadonlyArray<MessagePart>>([])
  const { subscribe, read } = useMemo(() => {
    const cells = places.map((place) => following(messages.ids, () => messages.of(id)?.part(place)))
    return {
      read: () => cells.flatMap((cell) => cell.get() ?? []),
      subscribe: (listener: () => void): (() => void) => {
        const ends = cells.map((cell) => cell.subscribe(() => pace.tell(listener)))
        return () => {
          for (const end of ends) end()
          pace.forget(listener)
        }
      },
    }
  }, [messages, pace, id, places])
  const get = (): ReadonlyArray<MessagePart> => {
    const now = read()
    const before = last.current
    if (now.length !== before.length || now.some((part, index) => part !== before[index])) last.current = now
    return last.current
  }
  return useSyncExternalStore(subscribe, get, get)
}

/** What is known of a turn beside its message. */
export function useNote(turn: string | undefined): TurnNote | undefined {
  const { all } = useChat().notes
  const get = (): TurnNote | undefined => (turn === undefined ? undefined : all.get().get(turn))
  return useSyncExternalStore(all.subscribe, get, get)
}
