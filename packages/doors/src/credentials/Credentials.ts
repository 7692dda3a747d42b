/**
 * Credentials: the owner's, tokens, and the keys of browsers that were signed in by a link.
 *
 * All are in memory by the hash of their secret, so that the guard decides without waiting; hashes of tokens and keys
 * last in the store. A key acts as the credential whose link it came from and ends with it, also when that was replaced
 * while no hub ran (G-6, G-7, G-17). Nothing is left of what has ended but that it expired, of the last of them (G-25).
 */
import * as Effect from "effect/Effect"
import type { StorageFull, Unavailable } from "@holdfast/protocol/errors"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import type { Principal } from "@holdfast/hub/Hub"
import { CredentialTable, lasting } from "./CredentialTable.ts"
import type { CredentialOptions, NewToken, SettingProblem } from "./credential-options.ts"
import type { Expired } from "./ExpiredSecrets.ts"
import { KeptCredentials } from "./KeptCredentials.ts"
import type { NewDevice } from "./links.ts"
import { FIXED, OWNER } from "./owner.ts"
import type { Pairing } from "./Pairings.ts"
import { PROVABLE_MIN } from "./proof.ts"
import { hashSecret } from "./secret.ts"

/** The credentials in force. */
export interface Credentials {
  /** Whose secret this is. */
  readonly authenticate: (secret: string) => Principal | undefined
  /** That the credential with this secret has expired; `undefined` for any other secret. */
  readonly expired: (secret: string) => Expired | undefined
  /** Proof for the credential with this public id (G-12); `undefined` when it is not known. */
  readonly prove: (id: string, nonce: string, address: string) => string | undefined
  /** Whether who was let in is still: its credential, or its own key where it is a browser (G-7, G-26). */
  readonly inForce: (principal: Pick<Principal, "browser" | "credential">) => boolean
  /** Whether there is such a person (H-22): the owner, or a token that the store still has, be it that of a device. */
  readonly isPerson: (person: string) => boolean
  readonly tokens: () => ReadonlyArray<TokenShown>
  /** Who has a connection open uses its credential. */
  readonly use: (principal: Principal) => void
  /** Has the store keep when tokens were used last, where that is much later than what it has, or at the end of the hub. */
  readonly keepUses: (isLast: boolean) => Effect.Effect<void, SettingProblem>
  readonly makeToken: (request: NewToken) => Effect.Effect<TokenShown & { readonly secret: string }, StorageFull | Unavailable>
  /** Gives a token another name; `undefined` when there is no such token. */
  readonly renameToken: (id: string, name: string) => Effect.Effect<TokenShown | undefined, StorageFull | Unavailable>
  /** Gives false when there is no such token. */
  readonly revokeToken: (id: string) => Effect.Effect<boolean, StorageFull | Unavailable>
  /** Replaces the owner's credential; all that the old one opened ends, and so do the owner's browsers and devices, whatever signed them in. */
  readonly rotate: Effect.Effect<void, StorageFull | Unavailable>
  /** Makes a link that signs a browser in as its maker. */
  readonly makeLink: (principal: Principal) => { readonly secret: string; readonly expiresAt: number }
  /** Makes a link that signs in a device of the owner's own, and the id of that pairing. */
  readonly makePairing: (
    principal: Principal,
    device: NewDevice,
  ) => { readonly pairing: string; readonly secret: string; readonly expiresAt: number }
  /** What has become of a pairing. */
  readonly pairing: (id: string) => Pairing
  /** Calls back once when a pairing has a device; gives what ends that. */
  readonly onPaired: (id: string, listener: () => void) => () => void
  /** Turns a link's secret into a browser's key or a device's secret; `undefined` when the link is not good (any more). */
  readonly redeem: (link: string) => Effect.Effect<string | undefined, StorageFull | Unavailable>
  /** Calls back with the id of each credential that ends, and whether its time had come. */
  readonly onEnd: (listener: (credential: string, hasExpired: boolean) => void) => void
  /** Signs out the browser or the device that asks; gives false for any other credential. What it opened is closed a moment later. */
  readonly signOut: (principal: Principal) => Effect.Effect<boolean, StorageFull | Unavailable>
  /**
   * Calls back with each browser whose sign-in ends by itself, and whether its time had come: the principal that `authenticate`
   * gave for it, and no equal one.
   */
  readonly onKeyEnd: (listener: (browser: Principal, hasExpired: boolean) => void) => void
  /** Calls back with each token that the store has let go of: that person is not there any more. */
  readonly onLeft: (listener: (person: string) => void) => void
  /** The owner, as whom the hub itself makes links. */
  readonly owner: () => Principal
}

/** Loads the credentials; drops keys that expired, and those of credentials that are not in force any more. */
export const makeCredentials = Effect.fnUntraced(function* (options: CredentialOptions) {
  const table = new CredentialTable(options.now)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const made = new KeptCredentials(options, table, (effect) => void fork(effect))
  if (options.fixed !== "") {
    const principal: Principal = { ...OWNER, credential: FIXED }
    table.add(lasting(hashSecret(options.fixed), principal, options.fixed.length >= PROVABLE_MIN))
  }
  yield* made.load
  const credentials: Credentials = {
    authenticate: (secret) => table.find(secret)?.principal,
    expired: (secret) => table.findExpired(secret),
    prove: (id, nonce, address) => table.prove(id, nonce, address),
    inForce: (principal) => table.isInForce(principal),
    isPerson: (person) => made.isPerson(person),
    tokens: () => made.tokens(),
    use: ({ credential }) => made.uses.note(credential, options.now()),
    keepUses: (isLast) => made.uses.keep(isLast),
    makeToken: (request) => made.makeToken(request),
    renameToken: (id, name) => made.renameToken(id, name),
    revokeToken: (id) => made.revokeToken(id),
    rotate: made.rotate,
    signOut: (principal) => made.signOut(principal),
    makeLink: (principal) => made.makeLink(principal),
    makePairing: (principal, device) => made.makePairing(principal, device),
    pairing: (id) => made.pairing(id),
    onPaired: (id, listener) => made.pairings.on(id, listener),
    redeem: (link) => made.redeem(link),
    onEnd: (listener) => table.onEnd(listener),
    onKeyEnd: (listener) => table.onKeyEnd(listener),
    onLeft: (listener) => made.onLeft(listener),
    owner: () => made.owner,
  }
  return credentials
})
