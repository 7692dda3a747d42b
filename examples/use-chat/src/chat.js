/** A chat of the AI SDK that is bound to a session, with an outbox: a message is stored before it is sent. */
import { Chat } from "@ai-sdk/react"
import { browserSocket, Connection, socketUrl } from "@holdfast/client"
import { bindChat, HoldfastChatTransport } from "@holdfast/client/ai-sdk"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"

/** Opens the chat with this id; its first message creates a session with the agent. */
export function openChat({ id, key, agent }) {
  const connection = new Connection({ open: browserSocket(WebSocket, socketUrl(location.origin), key), name: "use-chat" })
  // Where several people use one browser, name the outbox after the person.
  const outbox = openOutbox({ name: "use-chat", send: sendOnConnection(connection) })
  const transport = new HoldfastChatTransport({ connection, create: { agent }, outbox })
  const chat = new Chat({ id, transport })
  return { chat, binding: bindChat(chat, transport), connection }
}
