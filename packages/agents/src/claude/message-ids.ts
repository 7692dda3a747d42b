/** Ids of messages for Claude, which takes UUIDs alone and runs no id a second time. */
import { createHash, randomUUID } from "node:crypto"

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The id itself when it is a UUID, otherwise one that is always the same for it (version 8, RFC 9562). */
function uuidOf(id: string): string {
  if (UUID.test(id)) return id
  const hex = createHash("sha256").update(id).digest("hex")
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The UUID for a message; another one when it is to run although Claude knows its id. */
export function messageUuid(id: string, again: boolean): string {
  return again ? randomUUID() : uuidOf(id)
}
