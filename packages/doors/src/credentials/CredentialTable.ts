/**
 * The credentials in force, by the hash of their secret: tokens and owners, and the keys of browsers that they signed in; and those
 * that have expired of late.
 */
import type { Principal } from "@holdfast/hub/Hub"
import { type Expired, ExpiredSecrets } from "./ExpiredSecrets.ts"
import type { Use } from "./LastUses.ts"
import { makeProof, proofId } from "./proof.ts"
import { hashSecret, sameHash, SECRET_MAX } from "./secret.ts"

/** One credential. */
export interface Entry {
  readonly hash: string
  readonly principal: Principal
  readonly expiresAt: number
  /** It is a credential itself, not a browser's key. */
  readonly lasting?: true
  /** Public id under which the hub proves that it knows it; browsers' keys have none. */
  readonly proofId?: string
  /** Name of the setting that keeps it, if one does. */
  readonly setting?: string
  /** When it was used last, where someone wants to know. */
  readonly use?: Use
}

/** A credential itself, which lasts unless `expiresAt` says otherwise; where it is `provable`, the hub can be asked to prove that it knows it. */
export function lasting(hash: string, principal: Principal, provable = true, expiresAt = Number.POSITIVE_INFINITY): Entry {
  return {
    hash,
    principal,
    expiresAt,
    lasting: true,
    ...(provable ? { proofId: proofId(hash) } : {}),
  }
}

/** A sign-in that was taken out of force. */
export interface SignedOut {
  /** The settings that kept it. */
  readonly settings: ReadonlyArray<string>
  /** Closes what it opened. */
  readonly close: () => void
}

/** All credentials, and who is told when one ends. */
export class CredentialTable {
  readonly #byHash = new Map<string, Entry>()
  /** How many entries each credential's id has: asked for with each request. */
  readonly #counts = new Map<string, number>()
  /** Those whose time is over. */
  readonly expired: ExpiredSecrets
  readonly #listeners: Array<(credential: string, hasExpired: boolean) => void> = []
  readonly #keyListeners: Array<(browser: Principal, hasExpired: boolean) => void> = []
  readonly #now: () => number

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now
    this.expired = new ExpiredSecrets(now)
  }

  /** Puts one in force. */
  add(entry: Entry): void {
    this.#remove(entry.hash)
    this.#byHash.set(entry.hash, entry)
    const { credential } = entry.principal
    this.#counts.set(credential, (this.#counts.get(credential) ?? 0) + 1)
  }

  /** The one whose secret this is. */
  find(secret: string): Entry | undefined {
    if (secret.length > SECRET_MAX) return undefined
    const hash = hashSecret(secret)
    const entry = this.#byHash.get(hash)
    const now = this.#now()
    if (entry === undefined || !sameHash(entry.hash, hash) || entry.expiresAt <= now) return undefined
    if (entry.use !== undefined) entry.use.at = now
    return entry
  }

  /** The expired one whose secret this is. */
  findExpired(secret: string): Expired | undefined {
    if (secret.length > SECRET_MAX) return undefined
    const hash = hashSecret(secret)
    const entry = this.#byHash.get(hash)
    if (entry === undefined) return this.expired.find(hash)
    const { expiresAt, lasting: isLasting } = entry
    return expiresAt > this.#now() ? undefined : { expiresAt, isBrowser: isLasting !== true }
  }

  /** Ends a credential whose time has come, and what it opened; returns the settings that kept it. */
  expire(credential: string, expiresAt: number): ReadonlyArray<string> {
    for (const [hash, { principal, lasting: isLasting }] of this.#byHash)
      if (principal.credential === credential) this.expired.remember(hash, { expiresAt, isBrowser: isLasting !== true })
    return this.#end(credential, () => true, true)
  }

  /** Ends the key of a browser whose time has come, and what it opened. */
  expireKey(hash: string): void {
    const entry = this.#byHash.get(hash)
    if (entry === undefined) return
    this.expired.remember(hash, { expiresAt: entry.expiresAt, isBrowser: true })
    this.#remove(hash)
    for (const listener of this.#keyListeners) listener(entry.principal, true)
  }

  /**
   * Takes the key of a browser, or a device with the browsers that it signed in, out of force (G-26); `undefined` for any other
   * credential, which is left as it is.
   */
  signOut({ browser, credential, device }: Principal): SignedOut | undefined {
    if (browser === undefined && device !== true) return undefined
    const isIt = ({ principal }: Entry): boolean =>
      principal.credential === credential && (browser === undefined || principal.browser === browser)
    const entries = [...this.#byHash.values()].filter(isIt)
    for (const { hash } of entries) this.#remove(hash)
    return {
      settings: entries.flatMap(({ setting }) => setting ?? []),
      close: () => {
        if (browser === undefined) for (const listener of this.#listeners) listener(credential, false)
        else for (const { principal } of entries) for (const listener of this.#keyListeners) listener(principal, false)
      },
    }
  }

  /** The one with this hash. */
  withHash(hash: string): Entry | undefined {
    return this.#byHash.get(hash)
  }

  /** Proof for the one with this public id, also when it has expired; `undefined` when it is not known. */
  prove(id: string, nonce: string, address: string): string | undefined {
    for (const entry of this.#byHash.values()) if (entry.proofId === id) return makeProof(entry.hash, nonce, address)
    return this.expired.prove(id, nonce, address)
  }

  /** Whether a credential is in force, itself or in a browser; of a browser, whether its own key is. */
  isInForce({ browser, credential }: Pick<Principal, "browser" | "credential">): boolean {
    return browser === undefined ? this.#counts.has(credential) : this.#byHash.has(browser)
  }

  /** The credential itself that has this id. */
  lasting(credential: string): Entry | undefined {
    for (const entry of this.#byHash.values())
      if (entry.lasting === true && entry.principal.credential === credential) return entry
    return undefined
  }

  /** Gives a credential, and the browsers that it signed in, another name: at once also where they are connected. */
  rename(credential: string, name: string): void {
    for (const { principal } of this.#byHash.values())
      if (principal.credential === credential) (principal as { name: string }).name = name
  }

  /** Ends a credential and what it opened; returns the settings that kept it. */
  end(credential: string): ReadonlyArray<string> {
    return this.#end(credential, () => true, false)
  }

  #end(credential: string, which: (entry: Entry) => boolean, hasExpired: boolean): ReadonlyArray<string> {
    const settings: Array<string> = []
    for (const [hash, entry] of this.#byHash) {
      if (entry.principal.credential !== credential || !which(entry)) continue
      this.#remove(hash)
      if (entry.setting !== undefined) settings.push(entry.setting)
    }
    for (const listener of this.#listeners) listener(credential, hasExpired)
    return settings
  }

  /** Ends what links made of a credential; the connections of the credential itself are closed too and come back. */
  endBrowsers(credential: string): ReadonlyArray<string> {
    return this.#end(credential, (entry) => entry.lasting !== true, false)
  }

  /** Calls back with the id of each credential that ends, and whether its time had come. */
  onEnd(listener: (credential: string, hasExpired: boolean) => void): void {
    this.#listeners.push(listener)
  }

  /** Calls back with each browser whose key ends by itself, and whether its time had come: the one principal that `find` gave for it. */
  onKeyEnd(listener: (browser: Principal, hasExpired: boolean) => void): void {
    this.#keyListeners.push(listener)
  }

  #remove(hash: string): void {
    const credential = this.#byHash.get(hash)?.principal.credential
    if (credential === undefined) return
    this.#byHash.delete(hash)
    const count = (this.#counts.get(credential) ?? 1) - 1
    if (count === 0) this.#counts.delete(credential)
    else this.#counts.set(credential, count)
  }
}
