/**
 * What the HTTP door does for the operations that are not about sessions: credentials and links, health, and the description
 * of the API.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { type DoorError, TokenNotFound, Unauthorized, Unprocessable } from "@holdfast/protocol/errors"
import type { PairingMade, PairingReport, PairRequest, TokenMade, TokenRequest } from "@holdfast/protocol/http-bodies"
import type { AdministrationName } from "@holdfast/protocol/operations"
import { type Caller, type Done, type Handlers, type Hub, performed, type Running } from "@holdfast/hub/Hub"
import type { Credentials } from "../credentials/Credentials.ts"
import type { OwnNames } from "../guard/names.ts"

/** What the handlers need. */
export interface AdministrationParts {
  readonly hub: Pick<Hub["Service"], "health" | "perform">
  readonly credentials: Credentials
  /** Notes that credentials with open connections are used. */
  readonly noteUses: () => void
  /** As they are now; known once the hub listens. */
  readonly names: () => OwnNames
  readonly version: string
  /** Metrics in Prometheus text format. */
  readonly metrics: Effect.Effect<string>
  /** Runs what a request asks for, with the services of the door. */
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
}

/** Where people reach the hub, without a slash at its end. */
export function addressOf({ origin, base }: Pick<OwnNames, "origin" | "base">): string {
  return origin + base
}

/** Path and query of a one-time link, below that. */
export function linkPath(secret: string): string {
  return `/open?link=${secret}`
}

/** Makes the handlers. */
export function administrationHandlers({
  hub,
  credentials,
  noteUses,
  names,
  version,
  metrics,
  fork,
}: AdministrationParts): Handlers<AdministrationName> {
  const run =
    <I, A>(operation: (input: I, by: Caller) => Effect.Effect<A, DoorError>) =>
    (input: I, by: Caller, done: Done<A>): Running => {
      const fiber = fork(operation(input, by))
      fiber.addObserver(done)
      return fiber
    }
  return {
    "tokens.list": (_, __, done) => {
      noteUses()
      done(Exit.succeed({ tokens: credentials.tokens() }))
    },
    "tokens.create": run((request, by) => newToken(hub, credentials, request, by)),
    "tokens.rename": run(({ tokenId, name }) =>
      Effect.flatMap(credentials.renameToken(tokenId, name), (token) =>
        token === undefined ? Effect.fail(noToken(tokenId)) : Effect.succeed(token),
      ),
    ),
    "tokens.revoke": run(({ tokenId }) =>
      Effect.flatMap(credentials.revokeToken(tokenId), (revoked): Effect.Effect<{ readonly revoked: boolean }, DoorError> =>
        revoked ? Effect.succeed({ revoked }) : Effect.fail(noToken(tokenId)),
      ),
    ),
    "credential.rotate": run(() => Effect.as(credentials.rotate, { rotated: true })),
    "signIn.end": run((_, by) =>
      Effect.flatMap(credentials.signOut(by), (ended): Effect.Effect<{ readonly ended: boolean }, DoorError> =>
        ended ? Effect.succeed({ ended }) : Effect.fail(notSignedIn()),
      ),
    ),
    "credential.prove": ({ credential, nonce }, { address = "" }, done) => {
      const proof = credentials.prove(credential, nonce, address)
      if (proof === undefined) done(Exit.fail(new Unauthorized({ message: "this hub does not know that credential" })))
      else done(Exit.succeed({ proof }))
    },
    "devices.pair": run((request, by) => pair(credentials, names(), request, by)),
    "devices.paired": run(({ pairing, wait }) => paired(credentials, pairing, wait)),
    "links.create": (_, by, done) => {
      const { secret, expiresAt } = credentials.makeLink(by)
      done(Exit.succeed({ url: `${addressOf(names())}${linkPath(secret)}`, expiresAt }))
    },
    "links.open": run(({ link }) =>
      Effect.flatMap(credentials.redeem(link), (key): Effect.Effect<string, DoorError> => {
        const message =
          "this link has been used or has expired; `holdfast open` creates a new one, and `holdfast pair` one for a phone"
        return key === undefined ? Effect.fail(new Unauthorized({ message })) : Effect.succeed(key)
      }),
    ),
    "health.live": (_, __, done) => done(Exit.succeed({ live: true, version })),
    "health.ready": run((_, by) =>
      Effect.map(hub.health, ({ ready, store, runner, problems }) => {
        // What is wrong in detail has paths and lines of logs in it: only who shows a credential for all sessions is told.
        return { ready, store, runner, problems: by.scope === "none" || by.sessions !== undefined ? [] : problems }
      }),
    ),
    "server.metrics": run(() => metrics),
    "server.openapi": run(() => Effect.map(described(version), ({ openapi }) => openapi)),
    "server.docs": run(() => Effect.map(described(version), ({ docs }) => docs)),
  }
}

const notSignedIn = (): Unprocessable =>
  new Unprocessable({
    message:
      "this is not the key of a browser or a paired device; other programs may use this credential too; tokens.revoke ends a token, and credential.rotate replaces the owner's credential",
  })

const noToken = (tokenId: string): TokenNotFound =>
  new TokenNotFound({ message: "no token has this id; list them with tokens.list", tokenId })

/** Makes a link for a device, at the address that was asked for or else the first that other devices reach (G-23, G-24). */
const pair = (
  credentials: Credentials,
  { addresses }: OwnNames,
  { name, scope = "write", address: wanted }: PairRequest,
  by: Caller,
): Effect.Effect<PairingMade, DoorError> =>
  Effect.suspend(() => {
    const asked = wanted?.replace(/\/$/, "").toLowerCase()
    const chosen = asked === undefined ? addresses[0] : addresses.find(({ address }) => address.toLowerCase() === asked)
    if (chosen === undefined) {
      const known = addresses.map(({ address }) => address).join(", ")
      const message = `this hub does not answer at ${wanted}, but at ${known}; the setting publicUrl names further addresses, trustProxy that of a proxy`
      return Effect.fail(new Unprocessable({ message, field: "address" }))
    }
    const { secret, ...made } = credentials.makePairing(by, { name, scope })
    return Effect.succeed({ ...made, url: `${chosen.address}${linkPath(secret)}`, ...chosen, addresses })
  })

/** What has become of a pairing, once it has a device or the time is over. */
const paired = (credentials: Credentials, pairing: string, wait = 0): Effect.Effect<PairingReport> => {
  const report = Effect.sync(() => credentials.pairing(pairing))
  const settled = Effect.callback<void>((resume) => {
    if (!credentials.pairing(pairing).isOpen) return resume(Effect.void)
    const stop = credentials.onPaired(pairing, () => resume(Effect.void))
    return Effect.sync(stop)
  })
  return Effect.flatMap(report, (now) =>
    wait === 0 || !now.isOpen
      ? Effect.succeed(now)
      : settled.pipe(Effect.timeoutOption(`${wait} seconds`), Effect.andThen(report)),
  )
}

/** Makes a token; one that is bound to sessions is made for those that are there. */
const newToken = (
  hub: Pick<Hub["Service"], "perform">,
  credentials: Credentials,
  { name, scope, sessions, expiresAt }: TokenRequest,
  by: Caller,
): Effect.Effect<typeof TokenMade.Type, DoorError> =>
  Effect.gen(function* () {
    const refuse = (message: string, field: string) => new Unprocessable({ message, field })
    if (sessions !== undefined && scope === "all")
      return yield* refuse("a token that is bound to sessions has the scope write or read", "scope")
    if (expiresAt !== undefined && !(Number.isSafeInteger(expiresAt) && expiresAt > Date.now()))
      return yield* refuse("expiresAt must be a time to come, in whole epoch milliseconds", "expiresAt")
    const { key: _, ...asking } = by
    for (const session of sessions ?? []) yield* performed(hub, "sessions.get", { session }, asking)
    return yield* credentials.makeToken({
      name,
      scope: scope ?? (sessions === undefined ? "all" : "write"),
      ...(sessions === undefined ? {} : { sessions: [...new Set(sessions)] }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })
  })

interface Texts {
  readonly openapi: string
  readonly docs: string
}

let made: { readonly version: string; readonly texts: Promise<Texts> } | undefined

/** The texts of the description, made when someone asks for them: the version does not change while the hub runs. */
const described = (version: string): Effect.Effect<Texts> =>
  Effect.promise(() => {
    if (made?.version !== version) made = { version, texts: textsOf(version) }
    return made.texts
  })

async function textsOf(version: string): Promise<Texts> {
  const [{ describeApi }, { docsPage }] = await Promise.all([import("./openapi.ts"), import("./pages.ts")])
  const spec = describeApi(version)
  return { openapi: JSON.stringify(spec), docs: docsPage(spec) }
}
