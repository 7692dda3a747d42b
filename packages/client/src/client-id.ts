/**
 * Names a client to the hub.
 *
 * Inputs are numbered per client, and the runner carries a number out once. An id that was kept and used again would
 * count from 1 again, and its inputs would be taken for old ones; so ids are made, never stored.
 */

/** A new client id, or the secret that keys a connection's inputs: 32 hexadecimal digits of the platform's randomness. */
export function makeClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
