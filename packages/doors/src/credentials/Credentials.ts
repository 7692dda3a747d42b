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
import type { TokenScope, TokenShown } from "@holdfast/protocol/http-bodies"
import type { Store, StoreError } from "@holdfast/store/Store"
import type { Principal } from "@holdfast/hub/Hub"
import { Links } from "./links.ts"
import { makeProof, PROVABLE_MIN, proofId } from "./proof.ts"
import { hashSecret, makeId, makeSecret, sameHash, SECRET_MAX } from "./secret.ts"
import { keyText, parseKey, parseToken, tokenText } from "./stored.ts"

/** What of the store is needed here. */
export type SettingsStore = Pick<Store["Service"], "putSetting" | "settings">

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

interface Entry {
  readonly hash: string
  readonly principal: Principal
  readonly expiresAt: number
  /** It is a credential itself, not a browser's key. */
  readonly lasting?: true
  /** Public id under which the hub proves that it knows it; browsers' keys have none. */
  readonly proofId?: string
  /** Name of the setting that keeps it, if one does. */
  readonly setting?: string
}

/** The credentials in force. */
export interface Credentials {
  /** Whose secret this is. */
  readonly authenticate: (secret: string) => Principal | undefined
  /** Proof for the credential with this public id (G-12); `undefined` when it is not known. */
  readonly prove: (id: string, nonce: string, address: string) => string | undefined
  /** Whether a credential's id is still in force. */
  readonly inForce: (credential: string) => boolean
  readonly tokens: () => ReadonlyArray<TokenShown>
  readonly makeToken: (
    name: string,
    scope: TokenScope,
  ) => Effect.Effect<TokenShown & { readonly secret: string }, StorageFull | Unavailable>
  /** Gives false when there is no such token. */
  readonly revokeToken: (id: string) => Effect.Effect<boolean, StorageFull | Unavailable>
  /** Replaces the owner's credential; all that the old one opened ends, and so do the owner's browsers, whatever signed them in. */
  readonly rotate: Effect.Effect<void, StorageFull | Unavailable>
  readonly makeLink: (principal: Principal) => { readonly secret: string; readonly expiresAt: number }
  /** Turns a link's secret into a browser's key; `undefined` when the link is not good (any more). */
  readonly redeem: (link: string) => Effect.Effect<string | undefined, StorageFull | Unavailable>
  /** Calls back with the id of each credential that ends. */
  readonly onEnd: (listener: (credential: string) => void) => void
  /** The owner, as whom the hub itself makes links. */
  readonly owner: () => Principal
}

/** Loads the credentials; drops keys that expired, and those of credentials that are not in force any more. */
export const makeCredentials = Effect.fnUntraced(function* (options: CredentialOptions) {
  const { store, now } = options
  const byHash = new Map<string, Entry>()
  const shown = new Map<string, TokenShown>()
  const listeners: Array<(credential: string) => void> = []
  const links = new Links()
  let owner = ownerOf(options.owner)

  function ownerOf(secret: string): Entry {
    const principal: Principal = { ...OWNER, credential: `owner-${makeId()}` }
    return lasting(hashSecret(secret), principal)
  }
  const find = (secret: string): Entry | undefined => {
    if (secret.length > SECRET_MAX) return undefined
    const hash = hashSecret(secret)
    const entry = byHash.get(hash)
    return entry !== undefined && sameHash(entry.hash, hash) && entry.expiresAt > now() ? entry : undefined
  }
  const end = (credential: string, which: (entry: Entry) => boolean = () => true): ReadonlyArray<string> => {
    const settings: Array<string> = []
    for (const [hash, entry] of byHash) {
      if (entry.principal.credential !== credential || !which(entry)) continue
      byHash.delete(hash)
      if (entry.setting !== undefined) settings.push(entry.setting)
    }
    links.dropCredential(credential)
    for (const listener of listeners) listener(credential)
    return settings
  }
  const rotating = Semaphore.makeUnsafe(1)
  /** Ends what links made of a credential; the connections of the credential itself are closed too and come back. */
  const endBrowsers = (credential: string): ReadonlyArray<string> => end(credential, (entry) => entry.lasting !== true)
  const forget = (settings: ReadonlyArray<string>) =>
    Effect.forEach(settings, (setting) => store.putSetting(setting, undefined), { discard: true })

  byHash.set(owner.hash, owner)
  if (options.fixed !== "") {
    const principal: Principal = { ...OWNER, credential: FIXED }
    const hash = hashSecret(options.fixed)
    byHash.set(hash, lasting(hash, principal, options.fixed.length >= PROVABLE_MIN))
  }
  for (const { name, value } of yield* store.settings("token/")) {
    const token = parseToken(value)
    if (token === undefined) continue
    shown.set(token.id, { id: token.id, name: token.name, scope: token.scope, createdAt: token.createdAt })
    const principal = { name: token.name, credential: token.id, scope: token.scope }
    byHash.set(token.hash, { ...lasting(token.hash, principal), setting: name })
  }
  for (const { name, value } of yield* store.settings("browser/")) {
    const key = parseKey(value)
    const from = key === undefined ? undefined : byHash.get(key.from)
    if (key === undefined || from === undefined || key.expiresAt <= now()) {
      yield* store.putSetting(name, undefined)
      continue
    }
    byHash.set(key.hash, { hash: key.hash, principal: from.principal, expiresAt: key.expiresAt, setting: name })
  }

  function principalOf(credential: string): Principal | undefined {
    for (const entry of byHash.values()) if (entry.principal.credential === credential) return entry.principal
    return undefined
  }

  function credentialOf(credential: string): Entry | undefined {
    for (const entry of byHash.values()) if (entry.lasting === true && entry.principal.credential === credential) return entry
    return undefined
  }

  const credentials: Credentials = {
    authenticate: (secret) => find(secret)?.principal,
    prove: (id, nonce, address) => {
      for (const entry of byHash.values()) if (entry.proofId === id) return makeProof(entry.hash, nonce, address)
      return undefined
    },
    inForce: (credential) => principalOf(credential) !== undefined,
    tokens: () => [...shown.values()].sort((a, b) => a.createdAt - b.createdAt),
    makeToken: (name, scope) =>
      Effect.gen(function* () {
        const secret = makeSecret("hft_")
        const token: TokenShown = { id: makeId(), name, scope, createdAt: now() }
        const hash = hashSecret(secret)
        yield* store.putSetting(`token/${token.id}`, tokenText({ ...token, hash }))
        shown.set(token.id, token)
        const principal: Principal = { name, credential: token.id, scope }
        byHash.set(hash, { ...lasting(hash, principal), setting: `token/${token.id}` })
        return { ...token, secret }
      }).pipe(Effect.mapError(storeProblem)),
    revokeToken: (id) =>
      Effect.suspend(() => {
        if (!shown.has(id)) return Effect.succeed(false)
        // Ended in memory first; the token stays listed until the store has let go of it, so that revoking can be repeated.
        const settings = new Set([...end(id), `token/${id}`])
        return Effect.map(forget([...settings]), () => shown.delete(id))
      }).pipe(Effect.mapError(storeProblem)),
    rotate: Effect.suspend(() => {
      const replaced = Effect.tryPromise({
        try: options.replaceOwner,
        catch: (cause) => new Unavailable({ message: cause instanceof Error ? cause.message : String(cause) }),
      })
      return Effect.flatMap(replaced, (secret) => {
        const before = owner.principal.credential
        owner = ownerOf(secret)
        byHash.set(owner.hash, owner)
        return forget([...end(before), ...endBrowsers(FIXED)]).pipe(Effect.mapError(storeProblem))
      })
      // What is in the file is what counts here, also when whoever asked has gone or two ask.
    }).pipe(rotating.withPermit, Effect.uninterruptible),
    makeLink: (principal) => {
      const expiresAt = now() + options.linkExpiry
      return { secret: links.make(principal, expiresAt), expiresAt }
    },
    redeem: (secret) =>
      Effect.suspend(() => {
        const link = links.take(secret, now())
        if (link === undefined) return Effect.succeed(undefined)
        const from = credentialOf(link.principal.credential)
        if (from === undefined) return Effect.succeed(undefined)
        const key = makeSecret()
        const hash = hashSecret(key)
        const expiresAt = now() + options.signInExpiry
        const setting = `browser/${hash}`
        return store.putSetting(setting, keyText({ from: from.hash, hash, expiresAt })).pipe(
          Effect.map(() => {
            // The credential may have ended meanwhile.
            if (!byHash.has(from.hash)) return undefined
            byHash.set(hash, { hash, principal: from.principal, expiresAt, setting })
            return key
          }),
          Effect.tapError(() => Effect.sync(() => links.putBack(secret, link))),
        )
      }).pipe(Effect.mapError(storeProblem)),
    onEnd: (listener) => void listeners.push(listener),
    owner: () => owner.principal,
  }
  return credentials
})

/** A credential that does not expire; where it is `provable`, the hub can be asked to prove that it knows it. */
const lasting = (hash: string, principal: Principal, provable = true): Entry => ({
  hash,
  principal,
  expiresAt: Number.POSITIVE_INFINITY,
  lasting: true,
  ...(provable ? { proofId: proofId(hash) } : {}),
})

const storeProblem = (error: StoreError): StorageFull | Unavailable =>
  error._tag === "StoreFull" ? new StorageFull({ message: error.message }) : new Unavailable({ message: error.message })
