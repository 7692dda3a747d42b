/** The credential of the Effect surface: by value, by a function, or as an effect (docs/protocol/rules.md, C-33, F-7). */
import * as Effect from "effect/Effect"
import { askCredential, type Credential } from "../credential.ts"

/**
 * A token, or in a browser what `browserKey` returns; or a function or an effect that gives it, which is asked at each connect and
 * call, and once more when the hub answers 401.
 */
export type Token = Credential | Effect.Effect<string | undefined>

/** The same for what is not written in Effect. */
export function credentialOf(token: Token): Credential {
  return Effect.isEffect(token) ? () => Effect.runPromise(token) : token
}

/** The token now; `undefined` where it cannot be had, so that the hub says what it thinks of that. */
export function tokenNow(token: Token): Effect.Effect<string | undefined> {
  if (Effect.isEffect(token)) return token
  if (typeof token !== "function") return Effect.succeed(token)
  return Effect.orElseSucceed(
    Effect.tryPromise(() => askCredential(token)),
    () => undefined,
  )
}
