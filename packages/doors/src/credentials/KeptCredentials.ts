/**
 * What makes and ends credentials, and keeps them in the store: their hashes, never their secrets (G-7), and
 * nothing of those that have ended (G-25).
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { type StorageFull, Unavailable } from "@holdfast/protocol/errors"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import { headOf } from "@holdfast/protocol/text-cut"
import type { Principal } from "@holdfast/hub/Hub"
import { type CredentialTable, type Entry, lasting } from "./CredentialTable.ts"
import type { CredentialOptions, NewToken, SettingProblem } from "./credential-options.ts"
import { endedProblem, signedOutProblem, storeProblem } from "./credential-problems.ts"
import { Expiry } from "./Expiry.ts"
import { Forgetting } from "./Forgetting.ts"
import { LastUses } from "./LastUses.ts"
import { Links, type NewDevice, type PairedDevice } from "./links.ts"
import { type Pairing, Pairings } from "./Pairings.ts"
import { hashSecret, makeId, makeSecret } from "./secret.ts"
import { FIXED, OWNER } from "./owner.ts"
import { BROWSER, EXPIRED, keyText, parseKey, parseToken, TOKEN, tokenText } from "./stored.ts"

/** What a device is called that was given no name. */
const DEVICE = "Phone"

type Kept<A> = Effect.Effect<A, StorageFull | Unavailable>

/** A token whose time has come, and the settings that keep it and its browsers. */
interface Ending {
  readonly hash: string
  readonly expiresAt: number
  readonly settings: ReadonlyArray<string>
}

/** The credentials that are made and ended while the hub runs. */
export class KeptCredentials {
  readonly pairings = new Pairings()
  readonly uses: LastUses
  readonly #options: CredentialOptions
  readonly #table: CredentialTable
  readonly #shown = new Map<string, TokenShown>()
  readonly #links = new Links()
  readonly #rotating = Semaphore.makeUnsafe(1)
  readonly #expiry: Expiry
  readonly #forgetting: Forgetting
  /** Ids of tokens that another version wrote: they open nothing, and their persons are not forgotten. */
  readonly #unread = new Set<string>()
  /** Tokens whose time has come and that the store still has. */
  readonly #ending = new Map<string, Ending>()
  readonly #listeners: Array<(person: string) => void> = []
  #owner: Entry

  constructor(options: CredentialOptions, table: CredentialTable, run: (effect: Effect.Effect<void>) => void) {
    this.#options = options
    this.#table = table
    this.#expiry = new Expiry(options.now, (settings) => {
      for (const setting of settings) run(this.#over(setting))
    })
    this.#forgetting = new Forgetting(options, this.#expiry)
    this.uses = new LastUses(options.store)
    this.#owner = this.#own(options.owner)
    table.onEnd((credential) => this.#links.dropCredential(credential))
    table.onKeyEnd(({ browser = "" }) => this.#links.dropBrowser(browser))
  }

  get owner(): Principal {
    return this.#owner.principal
  }

  /** Takes tokens and browsers' keys from the store. */
  get load(): Effect.Effect<void, SettingProblem> {
    const { store, now } = this.#options
    return Effect.gen({ self: this }, function* () {
      for (const { name, value } of yield* store.settings(TOKEN)) {
        const token = parseToken(value)
        if (token === undefined) {
          this.#unread.add(name.slice(TOKEN.length))
          continue
        }
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
      yield* this.uses.load((id) => this.#shown.has(id) || this.#unread.has(id))
      for (const { name, value } of yield* store.settings(BROWSER)) {
        const key = parseKey(value)
        const from = key === undefined ? undefined : this.#table.withHash(key.from)
        if (key !== undefined && from !== undefined && key.expiresAt <= now())
          this.#table.expired.remember(key.hash, { expiresAt: key.expiresAt, isBrowser: true })
        if (key === undefined || from === undefined || key.expiresAt <= now()) yield* store.putSetting(name, undefined)
        else this.#addKey(key.hash, from, key.expiresAt)
      }
      const over = (yield* store.settings(EXPIRED)).map(({ name, value }) => ({ name, expiresAt: Number(value) }))
      for (const { name, expiresAt } of over.toSorted((a, b) => a.expiresAt - b.expiresAt))
        this.#table.expired.remember(name.slice(EXPIRED.length), { expiresAt, isBrowser: false })
      yield* this.#dropDisplaced
    })
  }

  isPerson(person: string): boolean {
    return person === OWNER.holder || this.#shown.has(person) || this.#unread.has(person)
  }

  onLeft(listener: (person: string) => void): void {
    this.#listeners.push(listener)
  }

  tokens(): ReadonlyArray<TokenShown> {
    return [...this.#shown.values()].sort((a, b) => a.createdAt - b.createdAt).map((token) => this.uses.shown(token))
  }

  makeToken(request: NewToken): Kept<TokenShown & { readonly secret: string }> {
    // What the store has is in force, also when the client that asked has gone; so it is below.
    return this.#make(request).pipe(Effect.mapError(storeProblem), Effect.uninterruptible)
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
      return Effect.flatMap(this.#keep(token, entry.hash), () => {
        // It may have ended meanwhile.
        if (this.#table.lasting(id) === undefined) return Effect.as(this.#forgetting.forget([`${TOKEN}${id}`]), undefined)
        this.#shown.set(id, token)
        this.#table.rename(id, name)
        return Effect.succeed(token)
      })
    }).pipe(Effect.mapError(storeProblem), Effect.uninterruptible)
  }

  #keep(token: TokenShown, hash: string): Effect.Effect<void, SettingProblem> {
    const from = token.device === true ? { from: this.#owner.hash } : {}
    return this.#options.store.putSetting(`${TOKEN}${token.id}`, tokenText({ ...token, hash, ...from }))
  }

  /** Puts a token in force. */
  #add(token: TokenShown, hash: string): void {
    const { id, name, scope, sessions, expiresAt, device } = token
    this.#shown.set(id, token)
    const principal: Principal = {
      name,
      credential: id,
      scope,
      ...(device === true ? { holder: OWNER.holder, device } : {}),
      ...(sessions === undefined ? {} : { sessions: new Set(sessions) }),
    }
    const setting = `${TOKEN}${id}`
    this.#table.add({ ...lasting(hash, principal, true, expiresAt), setting, use: this.uses.of(id) })
    if (expiresAt !== undefined) this.#expiry.add(setting, expiresAt)
  }

  /** Puts the key of a browser in force. */
  #addKey(hash: string, { principal, use }: Entry, expiresAt: number): void {
    const setting = `${BROWSER}${hash}`
    // Its own object: connections that it opened are known by it.
    const entry = { hash, principal: { ...principal, browser: hash }, expiresAt, setting }
    this.#table.add(use === undefined ? entry : { ...entry, use })
    this.#expiry.add(setting, expiresAt)
  }

  revokeToken(id: string): Kept<boolean> {
    return Effect.suspend(() => {
      if (!this.#shown.has(id)) return Effect.succeed(false)
      return this.#drop(id, this.#table.end(id))
    }).pipe(Effect.mapError(endedProblem), Effect.uninterruptible)
  }

  signOut(principal: Principal): Kept<boolean> {
    return Effect.suspend(() => {
      const signedOut = this.#table.signOut(principal)
      if (signedOut === undefined) return Effect.succeed(false)
      const { browser, credential } = principal
      const { close, settings } = signedOut
      const forgotten = browser === undefined ? this.#drop(credential, settings) : this.#forgetting.forget(settings)
      // Who asked over a connection that is closed now gets the answer first.
      const closing = Effect.sync(() => void setImmediate(close))
      return Effect.as(Effect.ensuring(forgotten, closing), true)
    }).pipe(Effect.mapError(signedOutProblem), Effect.uninterruptible)
  }

  /** Ends a token or a browser's key whose time has come; what the store does not let go of now is tried again. */
  #over(setting: string): Effect.Effect<void> {
    const over = () => {
      if (setting.startsWith(TOKEN)) return this.#expire(setting.slice(TOKEN.length))
      if (setting.startsWith(BROWSER)) this.#table.expireKey(setting.slice(BROWSER.length))
      return this.#forgetting.forget([setting])
    }
    return Effect.suspend(over).pipe(Effect.catch(() => Effect.sync(() => this.#forgetting.later(setting))))
  }

  /** Whoever shows the secret of an expired token later hears why it is refused. */
  #expire(id: string): Effect.Effect<void, SettingProblem> {
    return Effect.suspend(() => {
      const entry = this.#table.lasting(id)
      if (entry !== undefined) {
        const { hash, expiresAt } = entry
        this.#ending.set(id, { hash, expiresAt, settings: this.#table.expire(id, expiresAt) })
      }
      const ending = this.#ending.get(id)
      // It was ended before its time, and the store did not let go of it then.
      if (ending === undefined) return Effect.asVoid(this.#drop(id, []))
      const kept = this.#options.store.putSetting(`${EXPIRED}${ending.hash}`, String(ending.expiresAt))
      return kept.pipe(Effect.andThen(this.#drop(id, ending.settings)), Effect.andThen(this.#dropDisplaced))
    })
  }

  /** Lets go of the times of expired tokens that are not remembered any more. */
  get #dropDisplaced(): Effect.Effect<void, SettingProblem> {
    return Effect.suspend(() => this.#forgetting.forget(this.#table.expired.takeDisplaced().map((hash) => `${EXPIRED}${hash}`)))
  }

  /**
   * Ended in memory first; the token stays listed until the store has let go of it, so that revoking can be repeated. Without
   * the token, which goes first, a restart brings none of its browsers back.
   */
  #drop(id: string, settings: ReadonlyArray<string>): Effect.Effect<boolean, SettingProblem> {
    return Effect.map(this.#forgetting.forget([...new Set([`${TOKEN}${id}`, ...settings, ...this.uses.forget(id)])]), () => {
      this.#ending.delete(id)
      if (!this.#shown.delete(id)) return false
      for (const listener of this.#listeners) listener(id)
      return true
    })
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
        this.#links.dropDevices()
        const devices = this.tokens().flatMap(({ id, device }) => (device === true ? [id] : []))
        for (const id of devices) this.#shown.delete(id)
        const ended = [before, ...devices].flatMap((credential) => this.#table.end(credential))
        const uses = devices.flatMap((id) => this.uses.forget(id))
        const kept = new Set([...ended, ...uses, ...this.#table.endBrowsers(FIXED), ...this.#forgetting.left])
        return this.#forgetting.forget([...kept]).pipe(Effect.mapError(endedProblem))
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

  /** Makes the device of a link, which is a token of its own (G-23); its maker may have ended meanwhile, or the owner's credential. */
  #pair(
    principal: Principal,
    { name = DEVICE, pairing, scope }: PairedDevice,
  ): Effect.Effect<string | undefined, SettingProblem> {
    const taken = new Set(this.tokens().map((token) => token.name))
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${headOf(name, 60)} ${number}`
    const owner = this.#owner
    return Effect.flatMap(this.#make({ name: free, scope, device: true }), ({ id, secret }) => {
      if (owner !== this.#owner || !this.#table.isInForce(principal))
        return Effect.as(this.#drop(id, this.#table.end(id)), undefined)
      this.pairings.settle(pairing, id)
      return Effect.succeed(secret)
    })
  }

  redeem(secret: string): Kept<string | undefined> {
    const { store, now, signInExpiry } = this.#options
    return Effect.suspend(() => {
      const link = this.#links.take(secret, now())
      // What its maker opened, and may make links over, is closed a moment after its own end.
      if (link === undefined || !this.#table.isInForce(link.principal)) return Effect.succeed(undefined)
      const { device } = link
      const owner = this.#owner
      const putBack = Effect.sync(() => {
        if (owner === this.#owner && this.#table.isInForce(link.principal)) this.#links.putBack(secret, link)
      })
      if (device !== undefined) {
        this.pairings.begin(device.pairing)
        return this.#pair(link.principal, device).pipe(
          Effect.tapError(() => putBack),
          Effect.ensuring(Effect.sync(() => this.pairings.end(device.pairing))),
        )
      }
      const from = this.#table.lasting(link.principal.credential)
      if (from === undefined) return Effect.succeed(undefined)
      const key = makeSecret()
      const hash = hashSecret(key)
      const expiresAt = Math.min(now() + signInExpiry, from.expiresAt)
      const setting = `${BROWSER}${hash}`
      return store.putSetting(setting, keyText({ from: from.hash, hash, expiresAt })).pipe(
        Effect.flatMap(() => {
          // The credential may have ended meanwhile, with the keys that were there, or the browser that made the link; or the
          // owner's, with all keys of the owner.
          const isReplaced = from.principal.holder === OWNER.holder && owner !== this.#owner
          if (isReplaced || this.#table.withHash(from.hash) === undefined || !this.#table.isInForce(link.principal))
            return Effect.as(this.#forgetting.forget([setting]), undefined)
          this.#addKey(hash, from, expiresAt)
          return Effect.succeed(key)
        }),
        Effect.tapError(() => putBack),
      )
    }).pipe(Effect.mapError(storeProblem), Effect.uninterruptible)
  }

  #own(secret: string): Entry {
    const entry = lasting(hashSecret(secret), { ...OWNER, credential: `owner-${makeId()}` })
    this.#table.add(entry)
    return entry
  }
}
