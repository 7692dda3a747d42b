/**
 * Credentials: the owner's, tokens, and the keys of browsers that were signed in by a link.
 *
 * All are in memory by the hash of their secret, so that the guard decides without waiting; hashes of tokens and keys
 * last in the store. A key acts as the credential whose link it came from and ends with it, also when that was replaced
 * while no hub ran (G-6, G-7, G-17).
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { StorageFull, Unavailable } from "@holdfast/protocol/errors"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import type { Principal } from "@holdfast/hub/Hub"
import { CredentialTable, type Entry, EXPIRED_MAX, type Expired, lasting } from "./CredentialTable.ts"
import { Expiry } from "./Expiry.ts"
import { Links } from "./links.ts"
import { PROVABLE_MIN } from "./proof.ts"
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
const OWNER = { name: "owner", scope: "all", holder: "owner" } as const

/** Id of the fixed token. */
const FIXED = "fixed"

/** A token that is to be made; without `sessions` it is for all of them, without `expiresAt` it lasts until it is revoked. */
export type NewToken = Pick<TokenShown, "name" | "scope" | "sessions" | "expiresAt">

/** Name of the setting that keeps the time of an expired token, before the hash of its secret. */
const EXPIRED = "expired/"

/** Milliseconds for which it is kept that a token has expired. */
const EXPIRED_KEPT = 90 * 24 * 3_600_000

/** The credentials in force. */
export interface Credentials {
  /** Whose secret this is. */
  readonly authenticate: (secret: string) => Principal | undefined
  /** That the credential with this secret has expired; `undefined` for any other secret. */
  readonly expired: (secret: string) => Expired | undefined
  /** Proof for the credential with this public id (G-12); `undefined` when it is not known. */
  readonly prove: (id: string, nonce: string, address: string) => string | undefined
  /** Whether a credential's id is still in force. */
  readonly inForce: (credential: string) => boolean
  readonly tokens: () => ReadonlyArray<TokenShown>
  readonly makeToken: (request: NewToken) => Effect.Effect<TokenShown & { readonly secret: string }, StorageFull | Unavailable>
  /** Gives false when there is no such token. */
  readonly revokeToken: (id: string) => Effect.Effect<boolean, StorageFull | Unavailable>
  /** Replaces the owner's credential; all that the old one opened ends, and so do the owner's browsers, whatever signed them in. */
  readonly rotate: Effect.Effect<void, StorageFull | Unavailable>
  readonly makeLink: (principal: Principal) => { readonly secret: string; readonly expiresAt: number }
  /** Turns a link's secret into a browser's key; `undefined` when the link is not good (any more). */
  readonly redeem: (link: string) => Effect.Effect<string | undefined, StorageFull | Unavailable>
  /** Calls back with the id of each credential that ends, and whether its time had come. */
  readonly onEnd: (listener: (credential: string, hasExpired: boolean) => void) => void
  /** The owner, as whom the hub itself makes links. */
  readonly owner: () => Principal
}

/** Loads the credentials; drops keys that expired, and those of credentials that are not in force any more. */
export const makeCredentials = Effect.fnUntraced(function* (options: CredentialOptions) {
  const table = new CredentialTable(options.now)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const made = new Made(options, table, (effect) => void fork(effect))
  if (options.fixed !== "") {
    const principal: Principal = { ...OWNER, credential: FIXED }
    table.add(lasting(hashSecret(options.fixed), principal, options.fixed.length >= PROVABLE_MIN))
  }
  yield* made.load
  const credentials: Credentials = {
    authenticate: (secret) => table.find(secret)?.principal,
    expired: (secret) => table.findExpired(secret),
    prove: (id, nonce, address) => table.prove(id, nonce, address),
    inForce: (credential) => table.has(credential),
    tokens: () => made.tokens(),
    makeToken: (request) => made.makeToken(request),
    revokeToken: (id) => made.revokeToken(id),
    rotate: made.rotate,
    makeLink: (principal) => made.makeLink(principal),
    redeem: (link) => made.redeem(link),
    onEnd: (listener) => table.onEnd(listener),
    owner: () => made.owner,
  }
  return credentials
})

/** What makes and ends credentials, and keeps them in the store. */
class Made {
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
        if ((token.expiresAt ?? Number.POSITIVE_INFINITY) <= now()) {
          yield* store.putSetting(`${EXPIRED}${token.hash}`, String(token.expiresAt))
          yield* store.putSetting(name, undefined)
          continue
        }
        const { hash, ...shown } = token
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

  makeToken(request: NewToken): ReturnType<Credentials["makeToken"]> {
    const { store, now } = this.#options
    return Effect.gen({ self: this }, function* () {
      const secret = makeSecret("hft_")
      const token: TokenShown = { id: makeId(), ...request, createdAt: now() }
      const hash = hashSecret(secret)
      yield* store.putSetting(`token/${token.id}`, tokenText({ ...token, hash }))
      this.#add(token, hash)
      return { ...token, secret }
    }).pipe(Effect.mapError(storeProblem))
  }

  /** Puts a token in force. */
  #add(token: TokenShown, hash: string): void {
    const { id, name, scope, sessions, expiresAt } = token
    this.#shown.set(id, token)
    const principal: Principal = {
      name,
      credential: id,
      scope,
      ...(sessions === undefined ? {} : { sessions: new Set(sessions) }),
    }
    this.#table.add({ ...lasting(hash, principal, true, expiresAt), setting: `token/${id}` })
    if (expiresAt !== undefined) this.#expiry.add(id, expiresAt)
  }

  revokeToken(id: string): ReturnType<Credentials["revokeToken"]> {
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

  get rotate(): Credentials["rotate"] {
    return Effect.suspend(() => {
      const replaced = Effect.tryPromise({
        try: this.#options.replaceOwner,
        catch: (cause) => new Unavailable({ message: cause instanceof Error ? cause.message : String(cause) }),
      })
      return Effect.flatMap(replaced, (secret) => {
        const before = this.owner.credential
        this.#owner = this.#own(secret)
        return this.#forget([...this.#table.end(before), ...this.#table.endBrowsers(FIXED)]).pipe(Effect.mapError(storeProblem))
      })
      // What is in the file is what counts here, also when the client that asked has gone or two ask.
    }).pipe(this.#rotating.withPermit, Effect.uninterruptible)
  }

  makeLink(principal: Principal): ReturnType<Credentials["makeLink"]> {
    const expiresAt = this.#options.now() + this.#options.linkExpiry
    return { secret: this.#links.make(principal, expiresAt), expiresAt }
  }

  redeem(secret: string): ReturnType<Credentials["redeem"]> {
    const { store, now, signInExpiry } = this.#options
    return Effect.suspend(() => {
      const link = this.#links.take(secret, now())
      if (link === undefined) return Effect.succeed(undefined)
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
