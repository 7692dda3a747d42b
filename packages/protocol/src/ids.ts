/**
 * Ids of sessions, children and clients.
 *
 * All are UUIDv7 (RFC 9562 section 5.7): 48 bits of epoch milliseconds, then random bits, so that
 * ids sort by creation time. Time and randomness are passed in; nothing here reads a clock.
 */
import * as Schema from "effect/Schema"

/** Text form of a UUIDv7, lower case. */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Id of a session: the one id for every operation on it (mission row A1). */
export const SessionId = Schema.String.check(
  Schema.isPattern(UUID_V7, { message: "a session id is a UUIDv7 in lower case" }),
).pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type

/** Builds the text of a UUIDv7 from epoch milliseconds and 10 random bytes. */
export function uuidV7(epochMillis: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  let time = epochMillis
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
