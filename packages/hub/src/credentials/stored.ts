/**
 * Tokens and cookies as they are kept in the store: hashes, never secrets.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { TokenShown } from "@holdfast/protocol/http-bodies"

const Hash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))
const StoredToken = Schema.fromJsonString(Schema.Struct({ ...TokenShown.fields, hash: Hash }))
const StoredCookie = Schema.fromJsonString(Schema.Struct({ of: Schema.String, hash: Hash, expiresAt: Schema.Number }))
const decodeToken = Schema.decodeUnknownOption(StoredToken)
const decodeCookie = Schema.decodeUnknownOption(StoredCookie)

/** Text of a token with the hash of its secret. */
export const tokenText = (token: typeof StoredToken.Type): string => JSON.stringify(token)

/** Text of a cookie with the hash of its value and the credential it acts as. */
export const cookieText = (cookie: typeof StoredCookie.Type): string => JSON.stringify(cookie)

/** The token a text holds, or `undefined`. */
export const parseToken = (text: string): typeof StoredToken.Type | undefined => Option.getOrUndefined(decodeToken(text))

/** The cookie a text holds, or `undefined`. */
export const parseCookie = (text: string): typeof StoredCookie.Type | undefined => Option.getOrUndefined(decodeCookie(text))
