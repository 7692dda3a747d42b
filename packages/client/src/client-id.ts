/**
 * Ids of clients and connections.
 *
 * A client's id may be kept (`identity.ts`), a connection's never: inputs are numbered per connection, and the runner carries a
 * number out once, so one that was used again would have its inputs taken for old ones.
 */

/** A new client id, or the secret that keys a connection's inputs: 32 hexadecimal digits of the platform's randomness. */
export function makeClientId(): string {
  const bytes = new Uint8Array(16)
  // Node 18 has no `crypto` among its globals (C-17); its `Math.random` begins from the system's randomness too.
  const source: Crypto | undefined = globalThis.crypto
  if (source === undefined) for (const index of bytes.keys()) bytes[index] = Math.random() * 256
  else source.getRandomValues(bytes)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
