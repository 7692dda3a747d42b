/**
 * Sessions in a chat of the AI SDK (`useChat`): what is published as `holdfast/client/ai-sdk`. It needs no part of the AI SDK itself.
 */
export { bindChat } from "./bind-chat.ts"
export type { ApprovalAnswer, BindableChat, ChatBinding, ChatState } from "./bind-chat.ts"
export type { ChatCall, ChatChunk, ChatFinishReason, ChatJson, ChatMessage, ChatResume, ChatSend } from "./sdk-chat.ts"
export { HoldfastChatTransport } from "./HoldfastChatTransport.ts"
export type { HoldfastChatTransportOptions } from "./HoldfastChatTransport.ts"
export type { WaitingMessage } from "./SessionView.ts"
