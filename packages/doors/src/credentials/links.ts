/**
 * One-time links: secrets that a browser turns into a key once, in memory only (G-6).
 *
 * At most `MAX_LINKS` wait at a time; making another drops the oldest.
 */
import type { Principal } from "@holdfast/hub/Hub"
import { hashSecret, makeSecret, SECRET_MAX } from "./secret.ts"

const MAX_LINKS = 100

interface Link {
  readonly principal: Principal
  readonly expiresAt: number
}

/** The links that wait to be used. Times are epoch milliseconds. */
export class Links {
  readonly #waiting = new Map<string, Link>()

  /** Makes a link for a principal; its secret is given this once. */
  make(principal: Principal, expiresAt: number): string {
    const secret = makeSecret()
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size < MAX_LINKS) break
      this.#waiting.delete(oldest)
    }
    this.#waiting.set(hashSecret(secret), { principal, expiresAt })
    return secret
  }

  /** Takes the link out and gives its principal; `undefined` when it is not known, used or expired. */
  take(secret: string, now: number): Link | undefined {
    if (secret.length > SECRET_MAX) return undefined
    const hash = hashSecret(secret)
    const link = this.#waiting.get(hash)
    this.#waiting.delete(hash)
    return link !== undefined && link.expiresAt > now ? link : undefined
  }

  /** Puts a taken link back, because what it was taken for failed. */
  putBack(secret: string, link: Link): void {
    this.#waiting.set(hashSecret(secret), link)
  }

  /** Drops the links a credential made. */
  dropCredential(credential: string): void {
    for (const [hash, link] of this.#waiting) if (link.principal.credential === credential) this.#waiting.delete(hash)
  }
}
