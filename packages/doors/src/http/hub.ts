/**
 * Handlers of the group `hub`: runners, tokens, the credential, one-time links.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Unauthorized } from "@holdfast/protocol/errors"
import { HoldfastApi } from "@holdfast/protocol/http"
import { connectionAddress } from "../credentials/proof.ts"
import { Hub } from "@holdfast/hub/Hub"
import { Administration } from "./Administration.ts"
import { answer, json } from "./answer.ts"
import { Exchange, principalOf } from "./Exchange.ts"
import { signInPage } from "./sign-in-page.ts"

/** Path and query of a one-time link. */
export const linkPath = (secret: string): string => `/open?link=${secret}`

const credentials = Effect.map(Administration, (administration) => administration.credentials)

/** The handlers. */
export const hubHandlers = HttpApiBuilder.group(HoldfastApi, "hub", (handlers) =>
  handlers
    .handle("runner", () =>
      answer(
        Effect.flatMap(Hub, (hub) => hub.runnerStatus),
        (runners) => json({ runners }),
      ),
    )
    .handle("stopRunner", ({ payload }) =>
      answer(
        Effect.flatMap(Hub, (hub) => hub.stopRunners(payload.now ?? false)),
        (runners) => json({ runners }),
      ),
    )
    .handle("tokens", () => Effect.map(credentials, (known) => json({ tokens: known.tokens() })))
    .handle("makeToken", ({ payload }) =>
      answer(
        Effect.flatMap(credentials, (known) => known.makeToken(payload.name, payload.scope ?? "all")),
        (token) => json(token, 201),
      ),
    )
    .handle("revokeToken", ({ params }) =>
      answer(
        Effect.flatMap(credentials, (known) => known.revokeToken(params.id)),
        (revoked) =>
          revoked
            ? json({ revoked })
            : json({ error: { tag: "NotFound", message: "no token has this id; GET /api/tokens lists them" } }, 404),
      ),
    )
    .handle("rotate", () =>
      answer(
        Effect.flatMap(credentials, (known) => known.rotate),
        () => json({ rotated: true }),
      ),
    )
    .handle("proof", ({ query }) => answer(prove(query.credential, query.nonce), (proof) => json({ proof })))
    .handle("makeLink", () =>
      Effect.gen(function* () {
        const { credentials: known, names } = yield* Administration
        const { secret, expiresAt } = known.makeLink(principalOf(yield* Exchange))
        return json({ url: `${names().origin}${linkPath(secret)}`, expiresAt }, 201)
      }),
    )
    .handle("open", ({ query }) => answer(open(query.link), (response) => response)),
)

/** Proves to a program that this is the hub it looks for (G-12). */
const prove = Effect.fnUntraced(function* (credential: string, nonce: string) {
  const { credentials: known } = yield* Administration
  const { socket } = (yield* Exchange).request
  const proof = known.prove(credential, nonce, connectionAddress(socket.localAddress, socket.localPort))
  if (proof === undefined) return yield* new Unauthorized({ message: "this hub does not know that credential" })
  return proof
})

/** Takes the link and gives the browser its key. A look ahead by the browser or a HEAD does not use it up. */
const open = Effect.fnUntraced(function* (link: string) {
  const { credentials: known } = yield* Administration
  const { request } = yield* Exchange
  const ahead =
    request.method !== "GET" ||
    `${String(request.headers["sec-purpose"])}${String(request.headers["purpose"])}`.includes("prefetch")
  const key = ahead ? undefined : yield* known.redeem(link)
  if (key === undefined) {
    return yield* new Unauthorized({ message: "this link was used or has expired; `holdfast open` makes a new one" })
  }
  return signInPage(key)
})
