/**
 * The RPC door as an Effect `RpcGroup` (`effect/rpc`): what a stock client is made of. Nothing here needs the server.
 *
 * ```ts
 * const client = yield* RpcClient.make(ChatRpcs)
 * ```
 */
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import { Sent } from "./agent/message.ts"
import { Interrupted } from "./agent/task.ts"
import { CHAT_CALLS } from "./chat/calls.ts"
import { ChatError } from "./chat/errors.ts"
import { SessionEvent } from "./chat/session-event.ts"
import { SessionSnapshot } from "./chat/session-snapshot.ts"
import { Appended } from "./session.ts"

export { RPC_PATHS, RPC_PROTOCOL } from "./chat/calls.ts"
export { ChatStreamEvent } from "./chat/chat-stream-event.ts"
export { ChatError, SubscriptionEnded, UnknownError } from "./chat/errors.ts"
export { ChatMessage, MessagePart } from "./chat/message-part.ts"
export { SessionEvent } from "./chat/session-event.ts"
export { ChatQueuedMessage as QueuedMessage, HistoryCursor, SessionSnapshot } from "./chat/session-snapshot.ts"

const error = ChatError

/** The calls. */
export const ChatRpcs = RpcGroup.make(
  /** The state of a session and what happens in it, until the client interrupts it. Interrupting stops no agent. */
  Rpc.make("chat.subscribe", { payload: CHAT_CALLS["chat.subscribe"], success: SessionEvent, error, stream: true }),
  Rpc.make("chat.send", { payload: CHAT_CALLS["chat.send"], success: Sent, error }),
  /** Stops the streaming turn and keeps what it produced. */
  Rpc.make("chat.interrupt", { payload: CHAT_CALLS["chat.interrupt"], success: Interrupted, error }),
  Rpc.make("chat.dequeue", { payload: CHAT_CALLS["chat.dequeue"], success: Appended, error }),
  Rpc.make("chat.getState", { payload: CHAT_CALLS["chat.getState"], success: SessionSnapshot, error }),
)
