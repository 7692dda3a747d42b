/** The session of a chat, for the components in it. */
import { createContext, useContext } from "react"

/** Its value is the session's id, which does not change while the chat is there. */
export const ChatSession = createContext<string | undefined>(undefined)

/** The session of the chat around a component. Throws outside of one. */
export function useChatSession(): string {
  const session = useContext(ChatSession)
  if (session === undefined) throw new Error("this component belongs into a <Chat>")
  return session
}
