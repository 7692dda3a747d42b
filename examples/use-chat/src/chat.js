/** A chat of the AI SDK that is bound to a session. In a project of your own, import from `holdfast/client`. */
import { Chat } from "@ai-sdk/react"
import { browserSocket, Connection, socketUrl } from "@holdfast/client"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"

/** Opens the chat with this id; its first message creates a session with the agent. */
export function openChat({ id, key, agent }) {
  const connection = new Connection({ open: browserSocket(WebSocket, socketUrl(location.origin), key), name: "use-chat" })
  const transport = new HoldfastChatTransport({ connection, create: { agent } })
  const chat = new Chat({ id, transport })
  return { chat, binding: bindChat(chat, transport), connection }
}
