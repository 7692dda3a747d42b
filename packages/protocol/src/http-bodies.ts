/**
 * Bodies that only the HTTP contract has.
 */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"
import { UUID_V7 } from "./uuid.ts"
import { Key, UpdateSession } from "./session.ts"
import { matching, visible } from "./text.ts"

/** Bytes as base64 (RFC 4648 section 4, with padding). */
export const Base64 = Schema.String.check(
  matching(
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    "bytes are written as base64 with padding and without line ends",
  ),
)

/** What the description says of a key, in a header, a query or a body. */
export const KEY_DESCRIBED = {
  description: "Idempotency key: the request is carried out once, however often it is sent with this key",
  examples: ["8e03978e-40d5"],
} as const

/** Header with a request's key, plain or, as RFC 8941 has strings, in quotes; it means the same as `key` in the request. */
export const KeyHeader = Schema.Struct({
  "idempotency-key": Schema.optionalKey(
    Schema.String.check(
      matching(
        /^(?:[\x21\x23-\x7e][\x21-\x7e]{0,199}|"[\x21\x23-\x7e]{1,200}")$/,
        "a key has 1 to 200 printable ASCII characters and no blanks",
      ),
    ).annotate(KEY_DESCRIBED),
  ),
})
export type KeyHeader = typeof KeyHeader.Type

/** Body of `POST …/input`: exactly one of `text` and `base64`. */
export const InputRequest = Schema.Struct({
  key: Schema.optionalKey(Key),
  text: Schema.optionalKey(Schema.String),
  base64: Schema.optionalKey(Base64),
}).annotate({ identifier: "InputRequest" })

/** Who is attached to sessions now. */
export const ViewersReport = Schema.Struct({
  sessions: Schema.Array(
    Schema.Struct({
      session: Schema.String,
      viewers: Schema.Array(
        Schema.Struct({
          client: Schema.String,
          /** Unique to its connection; several may have the same `client`. */
          seat: Schema.String,
          name: Schema.String,
          mode: Schema.Literals(["interactive", "viewer"]),
          cols: Schema.optionalKey(Schema.Int),
          rows: Schema.optionalKey(Schema.Int),
          /** True for the one whose size the terminal has. */
          sizes: Schema.Boolean,
        }),
      ),
    }),
  ),
}).annotate({ identifier: "ViewersReport" })
export type ViewersReport = typeof ViewersReport.Type

/** Most sessions that one batch may name. */
export const BATCH_MAX = 1000

/** Body of `POST /api/sessions/batch`; `change` belongs to the action `update`. */
export const BatchRequest = Schema.Struct({
  sessions: Schema.Array(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))).check(
    Schema.isMaxLength(BATCH_MAX),
  ),
  action: Schema.Literals(["update", "archive", "restore", "delete"]),
  change: Schema.optionalKey(UpdateSession),
}).annotate({ identifier: "BatchRequest" })
export type BatchRequest = typeof BatchRequest.Type

const Failure = Schema.StructWithRest(Schema.Struct({ tag: Schema.String, message: Schema.String }), [
  Schema.Record(Schema.String, Schema.Json),
])

/** A result for each session, in the order asked: `changed` or `error`. */
export const BatchResult = Schema.Struct({
  results: Schema.Array(
    Schema.Struct({
      session: Schema.String,
      changed: Schema.optionalKey(Schema.Boolean),
      seq: Schema.optionalKey(Schema.Finite),
      error: Schema.optionalKey(Failure),
    }),
  ),
}).annotate({ identifier: "BatchResult" })
export type BatchResult = typeof BatchResult.Type

/** Rights of a token: everything, everything but administration, or reading (G-8). */
export const TokenScope = Schema.Literals(["all", "write", "read"])
export type TokenScope = typeof TokenScope.Type

/** Name of a token: 1 to 64 letters, digits, `.`, `_`, `-`, `@` and blanks between them. */
export const TokenName = Schema.String.check(
  matching(
    /^[\p{L}\p{N}._@-](?:[\p{L}\p{N}._@ -]{0,62}[\p{L}\p{N}._@-])?$/u,
    "the name of a token has 1 to 64 letters, digits or ._-@, and blanks only between them",
  ),
  visible,
)

/** Most sessions that a token can be bound to. */
export const TOKEN_SESSIONS_MAX = 100

/** The sessions that a token is bound to. */
const Bound = Schema.Array(Schema.String.check(matching(UUID_V7, "name sessions by their whole ids"))).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(TOKEN_SESSIONS_MAX),
)

/**
 * Body of `POST /api/tokens`. With `sessions` the token sees and changes these sessions alone; with `expiresAt`, epoch
 * milliseconds, it ends by itself then.
 */
export const TokenRequest = Schema.Struct({
  name: TokenName,
  scope: Schema.optionalKey(TokenScope.annotate(without("all; write for a token that is bound to sessions"))),
  sessions: Schema.optionalKey(Bound),
  expiresAt: Schema.optionalKey(Schema.Finite),
}).annotate({
  identifier: "TokenRequest",
})
export type TokenRequest = typeof TokenRequest.Type

/** A token without its secret. Times are epoch milliseconds. */
export const TokenShown = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  scope: TokenScope,
  createdAt: Schema.Finite,
  /** The sessions that it is bound to; all of them when absent. */
  sessions: Schema.optionalKey(Schema.Array(Schema.String)),
  /** When it ends by itself. */
  expiresAt: Schema.optionalKey(Schema.Finite),
  /** When it was used last, to about a minute; absent while it was not used. */
  usedAt: Schema.optionalKey(Schema.Finite),
  /** It is a device of the owner, which a link of `devices.pair` signed in (G-23). */
  device: Schema.optionalKey(Schema.Literal(true)),
}).annotate({ identifier: "TokenShown" })
export type TokenShown = typeof TokenShown.Type

/** Body of `PATCH /api/tokens/:tokenId`. */
export const TokenRename = Schema.Struct({ name: TokenName }).annotate({ identifier: "TokenRename" })

/** A new token with its secret, which cannot be shown again. */
export const TokenMade = Schema.Struct({ ...TokenShown.fields, secret: Schema.String }).annotate({ identifier: "TokenMade" })

/** All tokens, oldest first. */
export const TokenList = Schema.Struct({ tokens: Schema.Array(TokenShown) }).annotate({ identifier: "TokenList" })

/** A one-time link and when it expires. */
export const LinkMade = Schema.Struct({ url: Schema.String, expiresAt: Schema.Finite }).annotate({ identifier: "LinkMade" })

/** An address of the hub; `isLocal`: it leads every device to itself, so that only the hub's own machine reaches the hub there. */
export const HubAddress = Schema.Struct({ address: Schema.String, isLocal: Schema.Boolean }).annotate({
  identifier: "HubAddress",
})
export type HubAddress = typeof HubAddress.Type

/** Body of `POST /api/devices`: what the device is called, what it may do, and at which address it reaches the hub. */
export const PairRequest = Schema.Struct({
  name: Schema.optionalKey(TokenName.annotate(without("Phone"))),
  scope: Schema.optionalKey(TokenScope.annotate(without("write"))),
  address: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2048)).annotate(
      without("the first address that other devices reach, or a local one"),
    ),
  ),
}).annotate({ identifier: "PairRequest" })
export type PairRequest = typeof PairRequest.Type

/** What has become of a link for a device: whether it still waits to be opened, and the device that opened it. */
export const PairingReport = Schema.Struct({
  isOpen: Schema.Boolean,
  device: Schema.optionalKey(TokenShown),
}).annotate({ identifier: "PairingReport" })
export type PairingReport = typeof PairingReport.Type

/** A link that signs a device in once, the id of the pairing, and the addresses that the link could have. */
export const PairingMade = Schema.Struct({
  pairing: Schema.String,
  ...LinkMade.fields,
  ...HubAddress.fields,
  addresses: Schema.Array(HubAddress),
}).annotate({ identifier: "PairingMade" })
export type PairingMade = typeof PairingMade.Type

/** The credential was replaced; the new one is in the file, not in the answer. */
export const CredentialRotated = Schema.Struct({ rotated: Schema.Boolean }).annotate({ identifier: "CredentialRotated" })

/** Body of `POST /api/runner/stop`. */
export const StopRunners = Schema.Struct({ now: Schema.optionalKey(Schema.Boolean.annotate({ default: false })) }).annotate({
  identifier: "StopRunners",
})

/** State of each runner. */
export const RunnerReport = Schema.Struct({ runners: Schema.Array(Schema.Unknown) }).annotate({ identifier: "RunnerReport" })

/** The process serves. */
export const Live = Schema.Struct({ live: Schema.Boolean, version: Schema.String }).annotate({ identifier: "Live" })

/** Whether the hub can do its work, and what is missing. */
export const HealthReport = Schema.Struct({
  ready: Schema.Boolean,
  store: Schema.String,
  runner: Schema.String,
  problems: Schema.Array(Schema.String),
}).annotate({ identifier: "HealthReport" })
