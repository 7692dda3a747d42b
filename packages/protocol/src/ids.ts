/**
 * Ids of sessions, children and clients.
 *
 * All are UUIDv7 (RFC 9562 section 5.7): 48 bits of epoch milliseconds, then random bits, so that
 * ids sort by creation time. Time and randomness are passed in; nothing here reads a clock.
 */
import * as Schema from "effect/Schema"
import { matching } from "./text.ts"
import { UUID_V7 } from "./uuid.ts"

/** Id of a session: the one id for every operation on it (row:A1). */
export const SessionId = Schema.String.check(matching(UUID_V7, "a session id is a UUIDv7 in lower case")).pipe(
  Schema.brand("SessionId"),
)
export type SessionId = typeof SessionId.Type

/** Name of who owns a session or did something; for people, and the same in every log line. */
export const UserId = Schema.String.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

/** Id of a message: the same in the queue, in the transcript and in every answer. */
export const MessageId = Schema.String.pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** Directory in which an agent works: an absolute path. */
export const ProjectPath = Schema.String.pipe(Schema.brand("ProjectPath"))
export type ProjectPath = typeof ProjectPath.Type

/** Two digits for each byte. */
const HEX: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const hex = (byte = 0): string => HEX[byte] ?? ""

/** Builds the text of a UUIDv7 from epoch milliseconds and 10 random bytes. */
export function uuidV7(epochMillis: number, random: Uint8Array): string {
  let time = ""
  for (let i = 0, left = Math.floor(epochMillis); i < 6; i++, left = Math.floor(left / 256)) time = hex(left % 256) + time
  const version = hex(0x70 | ((random[0] ?? 0) & 0x0f)) + hex(random[1])
  const variant = hex(0x80 | ((random[2] ?? 0) & 0x3f)) + hex(random[3])
  let node = ""
  for (let i = 4; i < 10; i++) node += hex(random[i])
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`
}
