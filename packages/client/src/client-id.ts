/**
 * Names a client to the hub. Inputs are numbered per client and session, so two programs that are attached at the same
 * time must not share an id; one that reconnects must keep its own.
 */

/** A new client id: 32 hexadecimal digits of the platform's randomness. */
export function makeClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** Where a browser keeps the id of a tab: `sessionStorage`, or anything shaped like it. */
export interface IdStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** The id kept in `storage`, made and kept there when there is none yet. */
export function storedClientId(storage: IdStorage, key = "holdfast-client"): string {
  const stored = storage.getItem(key)
  if (stored !== null && /^[\w-]{8,64}$/.test(stored)) return stored
  const made = makeClientId()
  storage.setItem(key, made)
  return made
}
