/**
 * One-time links: secrets that a browser turns into a key once, in memory only (G-6).
 *
 * At most `MAX_LINKS` wait at a time; making another drops the oldest of whoever has most of them.
 */
import type { TokenScope } from "@holdfast/protocol/http-bodies"
import type { Principal } from "@holdfast/hub/Hub"
import { hashSecret, makeSecret, SECRET_MAX } from "./secret.ts"

const MAX_LINKS = 100

/** A device that a link signs in; without a name it gets one. */
export interface NewDevice {
  readonly name?: string | undefined
  readonly scope: TokenScope
}

/** A device with the id of its pairing. */
export interface PairedDevice extends NewDevice {
  readonly pairing: string
}

/** A link that waits. */
interface Link {
  readonly principal: Principal
  readonly expiresAt: number
  /** It makes a device of its own, not a browser of its maker (G-23). */
  readonly device?: PairedDevice
}

/** The links that wait to be used. Times are epoch milliseconds. */
export class Links {
  readonly #waiting = new Map<string, Link>()

  /** Lets a link wait; its secret is given this once. */
  make(link: Link): string {
    const secret = makeSecret()
    this.#waiting.set(hashSecret(secret), link)
    if (this.#waiting.size > MAX_LINKS) this.#dropOne()
    return secret
  }

  /** Drops the oldest link of whoever has most, so that no one pushes out those of others. */
  #dropOne(): void {
    const counts = new Map<string, number>()
    for (const { principal } of this.#waiting.values())
      counts.set(principal.credential, (counts.get(principal.credential) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [hash, { principal }] of this.#waiting)
      if (counts.get(principal.credential) === most) return void this.#waiting.delete(hash)
  }

  /** Takes the link out and gives its principal; `undefined` when it is not known, used or expired. */
  take(secret: string, now: number): Link | undefined {
    if (secret.length > SECRET_MAX) return undefined
    const hash = hashSecret(secret)
    const link = this.#waiting.get(hash)
    this.#waiting.delete(hash)
    return link !== undefined && link.expiresAt > now ? link : undefined
  }

  /** Whether a link of a pairing waits. */
  waitsFor(pairing: string, now: number): boolean {
    for (const { device, expiresAt } of this.#waiting.values()) if (device?.pairing === pairing) return expiresAt > now
    return false
  }

  /** Puts a taken link back, because what it was taken for failed. */
  putBack(secret: string, link: Link): void {
    this.#waiting.set(hashSecret(secret), link)
  }

  /** Drops the links that make devices. */
  dropDevices(): void {
    for (const [hash, { device }] of this.#waiting) if (device !== undefined) this.#waiting.delete(hash)
  }

  /** Drops the links that a browser made. */
  dropBrowser(browser: string): void {
    for (const [hash, { principal }] of this.#waiting) if (principal.browser === browser) this.#waiting.delete(hash)
  }

  /** Drops the links a credential made. */
  dropCredential(credential: string): void {
    for (const [hash, link] of this.#waiting) if (link.principal.credential === credential) this.#waiting.delete(hash)
  }
}
