/**
 * The session of a chat, by the id that the client chose for the chat (docs/protocol/rules.md, I-6).
 *
 * It is the session's own id, or one under which the session is found: as a tag, and as the key that created it.
 */
import { UUID_V7 } from "@holdfast/protocol/uuid"

/** Ids of chats that a tag can hold behind its prefix. */
const CHAT_ID = /^[\p{L}\p{N}._:/-]{1,59}$/u

/** Why the id of a chat cannot be one. */
export const CHAT_ID_PROBLEM = "the id of a chat has 1 to 59 letters, digits, '.', '_', '-', ':' and '/'"

/** Whether a chat's id is that of a session. */
export function isSessionId(chat: string): boolean {
  return UUID_V7.test(chat)
}

/** Whether a text can be the id of a chat. */
export function isChatId(chat: string): boolean {
  return CHAT_ID.test(chat)
}

/** The tag of a chat's session. */
export function chatTag(chat: string): string {
  return `chat:${chat}`
}

/** The key with which a chat's session is created. */
export function chatKey(chat: string): string {
  return `chat:${encodeURIComponent(chat)}`
}

/** The chat whose session is created with a key; `undefined` for a key of anything else. */
export function chatOfKey(key: string): string | undefined {
  return key.startsWith("chat:") ? decodeURIComponent(key.slice("chat:".length)) : undefined
}
