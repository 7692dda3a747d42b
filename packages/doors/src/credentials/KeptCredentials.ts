/**
 * What makes and ends credentials, and keeps them in the store: their hashes, never their secrets (G-7).
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { StorageFull, Unavailable } from "@holdfast/protocol/errors"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import { headOf } from "@holdfast/protocol/text-cut"
import type { Principal } from "@holdfast/hub/Hub"
import { type CredentialTable, type Entry, EXPIRED_MAX, lasting } from "./CredentialTable.ts"
import { Expiry } from "./Expiry.ts"
import { Links, type NewDevice, type PairedDevice } from "./links.ts"
import { type Pairing, Pairings } from "./Pairings.ts"
import { hashSecret, makeId, makeSecret } from "./secret.ts"
import { keyText, parseKey, parseToken, tokenText } from "./stored.ts"

/** Why a setting was not kept; `StoreFull` is the tag of a full disk. */
export interface SettingProblem {
  readonly _tag: string
  readonly message: string
}

/** Where hashes last: settings by name, as the hub's store keeps them. */
export interface SettingsStore {
  /** Keeps a setting, or removes it when there is no value. */
  readonly putSetting: (name: string, value: string | undefined) => Effect.Effect<void, SettingProblem>
  /** The settings whose name begins with `prefix`. */
  readonly settings: (
    prefix: string,
  ) => Effect.Effect<ReadonlyArray<{ readonly name: string; readonly value: string }>, SettingProblem>
}

/** How `makeCredentials` is set up. Times are milliseconds. */
export interface CredentialOptions {
  readonly store: SettingsStore
  /** The owner's secret, from its file. */
  readonly owner: string
  /** Writes a new owner's secret to its file and gives it; may reject. */
  readonly replaceOwner: () => Promise<string>
  /** Fixed token with all rights; empty for none. */
  readonly fixed: string
  readonly linkExpiry: number
  readonly signInExpiry: number
  readonly now: () => number
}

/** What the owner's credential, its successors and the fixed token have in common. No token's id is `owner`. */
export const OWNER = { name: "owner", scope: "all", holder: "owner" } as const

/** Id of the fixed token. */
export const FIXED = "fixed"

/** What a device is called that was given no name. */
const DEVICE = "Phone"

/** A token that is to be made; without `sessions` it is for all of them, without `expiresAt` it lasts until it is revoked. */
export type NewToken = Pick<TokenShown, "name" | "scope" | "sessions" | "expiresAt">

/** Name of the setting that keeps the time of an expired token, before the hash of its secret. */
const EXPIRED = "expired/"

/** Milliseconds for which it is kept that a token has expired. */
const EXPIRED_KEPT = 90 * 24 * 3_600_000

type Kept<A> = Effect.Effect<A, StorageFull | Unavailable>

/** The credentials that are made and ended while the hub runs. */
export class KeptCredentials {
  readonly pairings = new Pairings()
  readonly #options: CredentialOptions
  readonly #table: CredentialTable
  readonly #shown = new Map<string, TokenShown>()
  readonly #links = new Links()
  readonly #rotating = Semaphore.makeUnsafe(1)
  readonly #expiry: Expiry
  #owner: Entry

  constructor(options: CredentialOptions, table: CredentialTable, run: (effect: Effect.Effect<void>) => void) {
    this.#options = options
    this.#table = table
    this.#expiry = new Expiry(options.now, (ids) => {
      // What the store does not let go of now is dropped at the next start.
      for (const id of ids) run(Effect.ignore(this.#expire(id)))
    })
    this.#owner = this.#own(options.owner)
    table.onEnd((credential) => this.#links.dropCredential(credential))
  }

  get owner(): Principal {
    return this.#owner.principal
  }

  /** Takes tokens and browsers' keys from the store. */
  get load(): Effect.Effect<void, SettingProblem> {
    const { store, now } = this.#options
    return Effect.gen({ self: this }, function* () {
      for (const { name, value } of yield* store.settings("token/")) {
        const token = parseToken(value)
        if (token === undefined) continue
        if (token.from !== undefined && token.from !== this.#owner.hash) {
          yield* store.putSetting(name, undefined)
          continue
        }
        if ((token.expiresAt ?? Number.POSITIVE_INFINITY) <= now()) {
          yield* store.putSetting(`${EXPIRED}${token.hash}`, String(token.expiresAt))
          yield* store.putSetting(name, undefined)
          continue
        }
        const { hash, from: _, ...shown } = token
        this.#add(shown, hash)
      }
      for (const { name, value } of yield* store.settings("browser/")) {
        const key = parseKey(value)
        const from = key === undefined ? undefined : this.#table.withHash(key.from)
        if (key !== undefined && from !== undefined && key.expiresAt <= now())
          this.#table.remember(key.hash, { expiresAt: key.expiresAt, isBrowser: true })
        if (key === undefined || from === undefined || key.expiresAt <= now()) yield* store.putSetting(name, undefined)
        else this.#table.add({ hash: key.hash, principal: from.principal, expiresAt: key.expiresAt, setting: name })
      }
      const over = (yield* store.settings(EXPIRED))
        .map(({ name, value }) => ({ name, expiresAt: Number(value) }))
        .toSorted((a, b) => a.expiresAt - b.expiresAt)
      for (const [at, { name, expiresAt }] of over.entries()) {
        if (at >= over.length - EXPIRED_MAX && expiresAt > now() - EXPIRED_KEPT)
          this.#table.remember(name.slice(EXPIRED.length), { expiresAt, isBrowser: false })
        else yield* store.putSetting(name, undefined)
      }
    })
  }

  tokens(): ReadonlyArray<TokenShown> {
    return [...this.#shown.values()].sort((a, b) => a.createdAt - b.createdAt)
  }

  makeToken(request: NewToken): Kept<TokenShown & { readonly secret: string }> {
    return Effect.mapError(this.#make(request), storeProblem)
  }

  #make(request: NewToken & Pick<TokenShown, "device">): Effect.Effect<TokenShown & { readonly secret: string }, SettingProblem> {
    return Effect.gen({ self: this }, function* () {
      const secret = makeSecret("hft_")
      const token: TokenShown = { id: makeId(), ...request, createdAt: this.#options.now() }
      const hash = hashSecret(secret)
      yield* this.#keep(token, hash)
      this.#add(token, hash)
      return { ...token, secret }
    })
  }

  renameToken(id: string, name: string): Kept<TokenShown | undefined> {
    return Effect.suspend(() => {
      const [shown, entry] = [this.#shown.get(id), this.#table.lasting(id)]
      if (shown === undefined || entry === undefined) return Effect.succeed(undefined)
      const token = { ...shown, name }
      return Effect.map(this.#keep(token, entry.hash), () => {
        // It may have ended meanwhile.
        if (this.#table.lasting(id) === undefined) return undefined
        this.#shown.set(id, token)
        this.#table.rename(id, name)
        return token
      })
    }).pipe(Effect.mapError(storeProblem))
  }

  #keep(token: TokenShown, hash: string): Effect.Effect<void, SettingProblem> {
    const from = token.device === true ? { from: this.#owner.hash } : {}
    return this.#options.store.putSetting(`token/${token.id}`, tokenText({ ...token, hash, ...from }))
  }

  /** Puts a token in force. */
  #add(token: TokenShown, hash: string): void {
    const { id, name, scope, sessions, expiresAt, device } = token
    this.#shown.set(id, token)
    const principal: Principal = {
      name,
      credential: id,
      scope,
      ...(device === true ? { holder: OWNER.holder } : {}),
      ...(sessions === undefined ? {} : { sessions: new Set(sessions) }),
    }
    this.#table.add({ ...lasting(hash, principal, true, expiresAt), setting: `token/${id}` })
    if (expiresAt !== undefined) this.#expiry.add(id, expiresAt)
  }

  revokeToken(id: string): Kept<boolean> {
    return Effect.suspend(() => {
      if (!this.#shown.has(id)) return Effect.succeed(false)
      this.#expiry.remove(id)
      return this.#drop(id, this.#table.end(id))
    }).pipe(Effect.mapError(storeProblem))
  }

  /** Ends a token whose time has come; whoever shows its secret later hears why it is refused. */
  #expire(id: string): Effect.Effect<unknown, SettingProblem> {
    return Effect.suspend(() => {
      const entry = this.#table.lasting(id)
      if (entry === undefined) return this.#drop(id, [])
      const dropped = this.#drop(id, this.#table.expire(id, entry.expiresAt))
      return Effect.andThen(this.#options.store.putSetting(`${EXPIRED}${entry.hash}`, String(entry.expiresAt)), dropped)
    })
  }

  /** Ended in memory first; the token stays listed until the store has let go of it, so that revoking can be repeated. */
  #drop(id: string, settings: ReadonlyArray<string>): Effect.Effect<boolean, SettingProblem> {
    return Effect.map(this.#forget([...new Set([...settings, `token/${id}`])]), () => this.#shown.delete(id))
  }

  get rotate(): Kept<void> {
    return Effect.suspend(() => {
      const replaced = Effect.tryPromise({
        try: this.#options.replaceOwner,
        catch: (cause) => new Unavailable({ message: cause instanceof Error ? cause.message : String(cause) }),
      })
      return Effect.flatMap(replaced, (secret) => {
        const before = this.owner.credential
        this.#owner = this.#own(secret)
        const devices = this.tokens().flatMap(({ id, device }) => (device === true ? [id] : []))
        const kept = [before, ...devices].flatMap((credential) => this.#table.end(credential))
        return this.#forget([...kept, ...this.#table.endBrowsers(FIXED)]).pipe(
          Effect.map(() => devices.forEach((id) => this.#shown.delete(id))),
          Effect.mapError(storeProblem),
        )
      })
      // What is in the file is what counts here, also when the client that asked has gone or two ask.
    }).pipe(this.#rotating.withPermit, Effect.uninterruptible)
  }

  makeLink(principal: Principal): { readonly secret: string; readonly expiresAt: number } {
    const expiresAt = this.#options.now() + this.#options.linkExpiry
    return { secret: this.#links.make({ principal, expiresAt }), expiresAt }
  }

  makePairing(
    principal: Principal,
    device: NewDevice,
  ): { readonly pairing: string; readonly secret: string; readonly expiresAt: number } {
    const [pairing, expiresAt] = [makeId(), this.#options.now() + this.#options.linkExpiry]
    return { pairing, secret: this.#links.make({ principal, expiresAt, device: { ...device, pairing } }), expiresAt }
  }

  /** What has become of a pairing. */
  pairing(id: string): Pairing {
    const device = this.#shown.get(this.pairings.device(id) ?? "")
    return {
      isOpen: this.pairings.isOpening(id) || this.#links.waitsFor(id, this.#options.now()),
      ...(device === undefined ? {} : { device }),
    }
  }

  /** Makes the device of a link, which is a token of its own (G-23); its maker may have ended meanwhile. */
  #pair(
    principal: Principal,
    { name = DEVICE, pairing, scope }: PairedDevice,
  ): Effect.Effect<string | undefined, SettingProblem> {
    const taken = new Set(this.tokens().map((token) => token.name))
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${headOf(name, 60)} ${number}`
    return Effect.flatMap(this.#make({ name: free, scope, device: true }), ({ id, secret }) => {
      if (!this.#table.has(principal.credential)) return Effect.as(this.#drop(id, this.#table.end(id)), undefined)
      this.pairings.settle(pairing, id)
      return Effect.succeed(secret)
    })
  }

  redeem(secret: string): Kept<string | undefined> {
    const { store, now, signInExpiry } = this.#options
    return Effect.suspend(() => {
      const link = this.#links.take(secret, now())
      if (link === undefined) return Effect.succeed(undefined)
      const { device } = link
      if (device !== undefined) {
        this.pairings.begin(device.pairing)
        return this.#pair(link.principal, device).pipe(
          Effect.tapError(() => Effect.sync(() => this.#links.putBack(secret, link))),
          Effect.ensuring(Effect.sync(() => this.pairings.end(device.pairing))),
        )
      }
      const from = this.#table.lasting(link.principal.credential)
      if (from === undefined) return Effect.succeed(undefined)
      const key = makeSecret()
      const hash = hashSecret(key)
      const expiresAt = Math.min(now() + signInExpiry, from.expiresAt)
      const setting = `browser/${hash}`
      return store.putSetting(setting, keyText({ from: from.hash, hash, expiresAt })).pipe(
        Effect.map(() => {
          // The credential may have ended meanwhile.
          if (this.#table.withHash(from.hash) === undefined) return undefined
          this.#table.add({ hash, principal: from.principal, expiresAt, setting })
          return key
        }),
        Effect.tapError(() => Effect.sync(() => this.#links.putBack(secret, link))),
      )
    }).pipe(Effect.mapError(storeProblem))
  }

  #own(secret: string): Entry {
    const entry = lasting(hashSecret(secret), { ...OWNER, credential: `owner-${makeId()}` })
    this.#table.add(entry)
    return entry
  }

  #forget(settings: ReadonlyArray<string>): Effect.Effect<void, SettingProblem> {
    return Effect.forEach(settings, (setting) => this.#options.store.putSetting(setting, undefined), { discard: true })
  }
}

const storeProblem = (error: SettingProblem): StorageFull | Unavailable =>
  error._tag === "StoreFull" ? new StorageFull({ message: error.message }) : new Unavailable({ message: error.message })
