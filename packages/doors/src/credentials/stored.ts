/**
 * Tokens and browsers' keys as they are kept in the store: hashes, never secrets.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { TokenShown } from "@holdfast/protocol/http-bodies"

/** Settings by which tokens are kept, by their ids. */
export const TOKEN = "token/"

/** Settings by which keys of browsers are kept, by their hashes. */
export const BROWSER = "browser/"

/** Settings that say when a token expired, by the hash of its secret. */
export const EXPIRED = "expired/"

const Hash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))
/** `from`: of a device, the hash of the owner's credential that it was paired under. */
const StoredToken = Schema.fromJsonString(Schema.Struct({ ...TokenShown.fields, hash: Hash, from: Schema.optionalKey(Hash) }))
const StoredKey = Schema.fromJsonString(Schema.Struct({ from: Hash, hash: Hash, expiresAt: Schema.Finite }))
const decodeToken = Schema.decodeUnknownOption(StoredToken)
const decodeKey = Schema.decodeUnknownOption(StoredKey)

/** Text of a token with the hash of its secret. */
export function tokenText(token: typeof StoredToken.Type): string {
  return JSON.stringify(token)
}

/** Text of a browser's key: its hash, and that of the credential it acts as. */
export function keyText(key: typeof StoredKey.Type): string {
  return JSON.stringify(key)
}

/** The token a text holds, or `undefined`. */
export function parseToken(text: string): typeof StoredToken.Type | undefined {
  return Option.getOrUndefined(decodeToken(text))
}

/** The key a text holds, or `undefined`. */
export function parseKey(text: string): typeof StoredKey.Type | undefined {
  return Option.getOrUndefined(decodeKey(text))
}
