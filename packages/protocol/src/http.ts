/**
 * The HTTP contract as a definition: what the hub serves, what `/openapi.json` describes, what clients can use.
 *
 * The unstable HTTP API module of the effect library is used here and in the hub's HTTP door only. Each endpoint says
 * which scope it needs; the guard's table is read from here, so that a route without a scope cannot exist (G-1, H-11).
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Event } from "./event.ts"
import { agents, messages } from "./agent/http-agents.ts"
import { ErrorBodies } from "./http-errors.ts"
import { Needs, Streams } from "./http-scope.ts"
import {
  BatchRequest,
  BatchResult,
  CredentialRotated,
  HealthReport,
  InputRequest,
  KeyHeader,
  LinkMade,
  Live,
  RunnerReport,
  StopRunners,
  TokenList,
  TokenMade,
  TokenRequest,
  ViewersReport,
} from "./http-bodies.ts"
import {
  Appended,
  CreateSession,
  Key,
  MarkSession,
  Resolved,
  RestartSession,
  Screen,
  Session,
  SessionPage,
  SessionQuery,
  SignalName,
  UpdateSession,
} from "./session.ts"

const params = { id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256)) }
const error = ErrorBodies
const keyed = Schema.Struct({ key: Schema.optionalKey(Key) })
const whole = Schema.optionalKey(Schema.String)
const created = Session.pipe(HttpApiSchema.status(201))
const sse = HttpApiSchema.StreamUint8Array({ contentType: "text/event-stream" })
const names = Schema.optionalKey(Schema.Array(Schema.String))
const filter = { channel: names, type: names, turn: Schema.optionalKey(Schema.String) }

/** Integer in a query, as text. */
const Page = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))

const sessions = HttpApiGroup.make("sessions").add(
  HttpApiEndpoint.post("create", "/api/sessions", {
    headers: KeyHeader,
    payload: CreateSession,
    success: [created, Session],
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Opens a session; the same key and body again answers 200 with the same one"),
  HttpApiEndpoint.get("list", "/api/sessions", { query: SessionQuery, success: SessionPage, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Lists sessions, last active first"),
  HttpApiEndpoint.post("batch", "/api/sessions/batch", { payload: BatchRequest, success: BatchResult, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Applies one change to up to 1,000 sessions, with a result for each"),
  HttpApiEndpoint.get("watch", "/api/sessions/stream", { query: { after: whole }, success: sse, error })
    .annotate(Needs, "read")
    .annotate(Streams, true)
    .annotate(
      OpenApi.Summary,
      "Follows the feed of sessions; event is session, synced or reset, id is CHANGE@FEED, Last-Event-ID wins over after",
    ),
  HttpApiEndpoint.get("resolve", "/api/sessions/resolve", {
    query: { name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256)) },
    success: Resolved,
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "The id of the session that an id, its unique beginning or end, or a label names"),
  HttpApiEndpoint.get("get", "/api/sessions/:id", { params, success: Session, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "The record of one session"),
  HttpApiEndpoint.head("exists", "/api/sessions/:id", { params, success: HttpApiSchema.Empty(200), error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Whether a session exists"),
  HttpApiEndpoint.patch("update", "/api/sessions/:id", {
    params,
    headers: KeyHeader,
    payload: UpdateSession,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Renames, tags, pins"),
  HttpApiEndpoint.delete("remove", "/api/sessions/:id", { params, headers: KeyHeader, query: keyed, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Ends the child and moves the session to the trash"),
  HttpApiEndpoint.post("archive", "/api/sessions/:id/archive", {
    params,
    headers: KeyHeader,
    payload: keyed,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Archives a session"),
  HttpApiEndpoint.post("restore", "/api/sessions/:id/restore", {
    params,
    headers: KeyHeader,
    payload: keyed,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Brings a session back from the archive or the trash"),
)

const log = HttpApiGroup.make("log").add(
  HttpApiEndpoint.get("events", "/api/sessions/:id/events", {
    params,
    query: { after: whole, log: whole, limit: Schema.optionalKey(Page), ...filter },
    success: Schema.Struct({
      events: Schema.Array(Event),
      firstSeq: Schema.Finite,
      lastSeq: Schema.Finite,
      next: Schema.Finite,
      atHead: Schema.Boolean,
      log: Schema.String,
    }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "A page of events after a seq; next is the cursor to go on with"),
  HttpApiEndpoint.get("follow", "/api/sessions/:id/events/stream", {
    params,
    query: { after: whole, log: whole, ...filter },
    success: sse,
    error,
  })
    .annotate(Needs, "read")
    .annotate(Streams, true)
    .annotate(OpenApi.Summary, "Follows a log; event is event, snapshot or synced, id is the seq, Last-Event-ID wins over after"),
  HttpApiEndpoint.post("mark", "/api/sessions/:id/marks", {
    params,
    headers: KeyHeader,
    payload: MarkSession,
    success: Appended,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Appends a mark"),
  HttpApiEndpoint.get("export", "/api/sessions/:id/export", {
    params,
    query: { format: Schema.Literals(["cast", "jsonl", "md"]) },
    success: HttpApiSchema.StreamUint8Array({
      contentType: ["application/x-asciicast", "application/x-ndjson", "text/markdown"],
    }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(Streams, true)
    .annotate(OpenApi.Summary, "The log as asciicast version 2, as one event a line, or as a Markdown transcript"),
)

const terminal = HttpApiGroup.make("terminal").add(
  HttpApiEndpoint.post("input", "/api/sessions/:id/input", {
    params,
    headers: KeyHeader,
    payload: InputRequest,
    success: Appended,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Types into a terminal; with a key once"),
  HttpApiEndpoint.post("resize", "/api/sessions/:id/resize", {
    params,
    payload: Schema.Struct({ cols: Schema.Finite, rows: Schema.Finite }),
    success: Schema.Struct({}),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Sizes a terminal, 1 to 1000 cells each way"),
  HttpApiEndpoint.post("signal", "/api/sessions/:id/signal", {
    params,
    payload: Schema.Struct({ signal: SignalName }),
    success: Schema.Struct({}),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Sends a signal to the child's process group"),
  HttpApiEndpoint.post("restart", "/api/sessions/:id/restart", {
    params,
    headers: KeyHeader,
    payload: RestartSession,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Starts the command of an ended terminal again, in the same session; with a key once"),
  HttpApiEndpoint.get("viewers", "/api/viewers", {
    query: { session: Schema.optionalKey(Schema.String) },
    success: ViewersReport,
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Who is attached now, to one session or to all"),
  HttpApiEndpoint.post("detach", "/api/sessions/:id/detach", {
    params,
    payload: Schema.Struct({ except: Schema.optionalKey(Schema.String) }),
    success: Schema.Struct({ detached: Schema.Finite }),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Ends the attachments of people, but for one client's"),
  HttpApiEndpoint.get("screen", "/api/sessions/:id/screen", { params, success: Screen, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "What a viewer sees now"),
)

const hub = HttpApiGroup.make("hub").add(
  HttpApiEndpoint.get("runner", "/api/runner", { success: RunnerReport, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "State of the runners"),
  HttpApiEndpoint.post("stopRunner", "/api/runner/stop", { payload: StopRunners, success: RunnerReport, error })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Drains the runners; with now their children end too"),
  HttpApiEndpoint.get("tokens", "/api/tokens", { success: TokenList, error })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Lists tokens without their secrets"),
  HttpApiEndpoint.post("makeToken", "/api/tokens", {
    payload: TokenRequest,
    success: TokenMade.pipe(HttpApiSchema.status(201)),
    error,
  })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Makes a token; its secret is shown this once"),
  HttpApiEndpoint.delete("revokeToken", "/api/tokens/:id", { params, success: Schema.Struct({ revoked: Schema.Boolean }), error })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Revokes a token and closes what it opened"),
  HttpApiEndpoint.post("rotate", "/api/credential/rotate", { success: CredentialRotated, error })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Replaces the credential in its file and closes what the old one opened"),
  HttpApiEndpoint.post("makeLink", "/api/links", { success: LinkMade.pipe(HttpApiSchema.status(201)), error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Makes a link that signs a browser in once"),
  HttpApiEndpoint.get("proof", "/api/proof", {
    query: {
      credential: Schema.String.check(Schema.isPattern(/^[0-9a-f]{32}$/)),
      nonce: Schema.String.check(Schema.isPattern(/^[\w-]{22,64}$/)),
    },
    success: Schema.Struct({ proof: Schema.String }),
    error,
  })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "Proves that the hub knows a credential, so that it need not be sent to find out"),
  HttpApiEndpoint.get("open", "/open", {
    query: { link: Schema.String },
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html" })),
    error,
  })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "A page that turns a one-time link into the browser's key"),
)

const operations = HttpApiGroup.make("operations").add(
  HttpApiEndpoint.get("live", "/health/live", { success: Live, error })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "200 as long as the process serves"),
  HttpApiEndpoint.get("ready", "/health/ready", { success: [HealthReport, HealthReport.pipe(HttpApiSchema.status(503))], error })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "200 when store and runner can be used, otherwise 503 with what is missing"),
  HttpApiEndpoint.get("metrics", "/metrics", { success: Schema.String.pipe(HttpApiSchema.asText()), error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Figures in Prometheus text format"),
  HttpApiEndpoint.get("openapi", "/openapi.json", { success: Schema.Json, error })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "This description"),
  HttpApiEndpoint.get("docs", "/docs", { success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html" })), error })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "This description, to read"),
  HttpApiEndpoint.get("home", "/", { success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html" })), error })
    .annotate(Needs, "public")
    .annotate(OpenApi.Summary, "What this is"),
)

/** Every route of the HTTP door. Bodies and queries with fields that are not known are refused. */
export const HoldfastApi = HttpApi.make("Holdfast")
  .add(sessions, log, terminal, messages, agents, hub, operations)
  .annotate(OpenApi.Title, "Holdfast")
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error" })
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
