/** Operations on the hub itself: runners, credentials, health, the description. */
import * as Schema from "effect/Schema"
import {
  CredentialRotated,
  HealthReport,
  LinkMade,
  Live,
  RunnerReport,
  StopRunners,
  TokenList,
  TokenMade,
  TokenRequest,
} from "../http-bodies.ts"
import { matching } from "../text.ts"
import { ItemId, operation } from "./operation.ts"

/** The operations that the hub carries out. */
export const runners = {
  "runners.list": operation({
    scope: "read",
    http: "GET /api/runner",
    output: RunnerReport,
    summary: "List the runners and their state",
    changes: false,
  }),
  "runners.stop": operation({
    scope: "all",
    http: "POST /api/runner/stop",
    body: StopRunners,
    output: RunnerReport,
    summary: "Drain the runners. With now, end their processes too",
    changes: true,
    example: { now: false },
  }),
} as const

/** The operations that the HTTP door carries out: credentials, health, the description of the API. */
export const administration = {
  "tokens.list": operation({
    scope: "all",
    http: "GET /api/tokens",
    socket: false,
    output: TokenList,
    summary: "List tokens without their secrets",
    changes: false,
  }),
  "tokens.create": operation({
    scope: "all",
    http: "POST /api/tokens",
    socket: false,
    body: TokenRequest,
    output: TokenMade,
    status: 201,
    summary: "Create a token. Its secret is shown only in this answer",
    changes: true,
    example: { name: "laptop", scope: "write" },
  }),
  "tokens.revoke": operation({
    scope: "all",
    http: "DELETE /api/tokens/:tokenId",
    socket: false,
    params: { tokenId: ItemId.annotate({ description: "Id of the token" }) },
    output: Schema.Struct({ revoked: Schema.Boolean }),
    summary: "Revoke a token and close what it opened",
    changes: true,
    errors: ["TokenNotFound"],
  }),
  "credential.rotate": operation({
    scope: "all",
    http: "POST /api/credential/rotate",
    socket: false,
    output: CredentialRotated,
    summary: "Replace the credential in its file and close what the old one opened",
    changes: true,
  }),
  "credential.prove": operation({
    scope: "public",
    http: "GET /api/proof",
    socket: false,
    query: Schema.Struct({
      credential: Schema.String.check(
        matching(/^[0-9a-f]{32}$/, "the public id of a credential has 32 hexadecimal digits in lower case"),
      ).annotate({
        description: "Public id of the credential",
      }),
      nonce: Schema.String.check(matching(/^[\w-]{22,64}$/, "a nonce has 22 to 64 letters of A to Z, digits, _ or -")).annotate({
        description: "Random text that the proof covers",
      }),
    }),
    output: Schema.Struct({ proof: Schema.String }),
    summary: "Prove that the hub knows a credential, so that a program need not send it to find out",
    changes: false,
    errors: ["Unauthorized"],
  }),
  "links.create": operation({
    scope: "write",
    bound: "free",
    http: "POST /api/links",
    socket: false,
    output: LinkMade,
    status: 201,
    summary: "Create a link that signs a browser in once",
    changes: true,
  }),
  "links.open": operation({
    scope: "public",
    http: "GET /open",
    socket: false,
    query: Schema.Struct({ link: Schema.String.annotate({ description: "Secret of the one-time link" }) }),
    output: Schema.String,
    content: ["text/html"],
    summary: "Open a one-time link: a page that gives the browser its key",
    changes: true,
    errors: ["Unauthorized", "Unavailable", "StorageFull"],
  }),
  "health.live": operation({
    scope: "public",
    http: "GET /health/live",
    socket: false,
    output: Live,
    summary: "Answer 200 as long as the process serves",
    changes: false,
    quiet: true,
  }),
  "health.ready": operation({
    scope: "public",
    http: "GET /health/ready",
    socket: false,
    output: HealthReport,
    summary: "Answer 200 when the store and a runner can be used, otherwise 503 with what is missing",
    changes: false,
    quiet: true,
    errors: ["Unavailable"],
  }),
  "server.metrics": operation({
    scope: "read",
    http: "GET /metrics",
    socket: false,
    output: Schema.String,
    content: ["text/plain"],
    summary: "Get the metrics in Prometheus text format",
    changes: false,
    quiet: true,
  }),
  "server.openapi": operation({
    scope: "public",
    http: "GET /openapi.json",
    socket: false,
    output: Schema.Json,
    summary: "Get this description",
    changes: false,
  }),
  "server.docs": operation({
    scope: "public",
    http: "GET /docs",
    socket: false,
    output: Schema.String,
    content: ["text/html"],
    summary: "Get this description as a page to read",
    changes: false,
  }),
} as const
