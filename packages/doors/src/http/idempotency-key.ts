/** The key of a request, from its `Idempotency-Key` header or from its body or query (H-25). */
import * as Effect from "effect/Effect"
import { KeyConflict } from "@holdfast/protocol/errors"
import type { KeyHeader } from "@holdfast/protocol/http-bodies"

/** The request with its key, wherever it stood. Fails with `KeyConflict` when it stands in both places and differs. */
export const withKey = <A extends { readonly key?: string }>(request: A, headers: KeyHeader): Effect.Effect<A, KeyConflict> => {
  const header = headers["idempotency-key"]
  if (header === undefined) return Effect.succeed(request)
  // A structured field (RFC 8941) writes it as a string, most clients write it plain.
  const key = header.startsWith('"') ? header.slice(1, -1) : header
  if (request.key === undefined || request.key === key) return Effect.succeed({ ...request, key })
  const message = "the Idempotency-Key header and the key of the request differ; give one of them, or the same"
  return Effect.fail(new KeyConflict({ message, key }))
}
