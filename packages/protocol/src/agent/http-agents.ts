/** Routes for agents: messages, queue, turns, permission requests (docs/PROTOCOL.md, H-15 to H-19). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { ErrorBodies as error } from "../http-errors.ts"
import { KeyHeader } from "../http-bodies.ts"
import { BodyMost, Needs } from "../http-scope.ts"
import { Session } from "../session.ts"
import { AgentEntry, ConfigureAgent, RenewAgent } from "./agent.ts"
import { ClaudeImportable, ImportClaude } from "./import.ts"
import { MESSAGE_BODY_MAX, MessagePage, SendMessage, Sent } from "./message.ts"
import { AnswerPermission, PermissionDecision, PermissionDetail, WaitingPermission } from "./permission.ts"
import { PermissionRule } from "./permission-rule.ts"
import { EditMessage, QueueItem, ReorderQueue, ResolveMessage } from "./queue.ts"
import { DirectoryTrust, LookAtDirectory, RevokeTrust, SetTrust, TrustedDirectory, TrustList } from "./trust.ts"
import { Interrupted, Task } from "./task.ts"

const id = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))
const params = { id }
const item = { id, messageId: id }
const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
const Before = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }))

/** Messages and the queue of a session. */
export const messages = HttpApiGroup.make("messages").add(
  HttpApiEndpoint.post("send", "/api/sessions/:id/messages", {
    params,
    headers: KeyHeader,
    payload: SendMessage,
    success: Sent,
    error,
  })
    .annotate(Needs, "write")
    .annotate(BodyMost, MESSAGE_BODY_MAX)
    .annotate(OpenApi.Summary, "Sends a message; started, queued or steered. With a key once"),
  HttpApiEndpoint.get("messages", "/api/sessions/:id/messages", {
    params,
    query: { before: Schema.optionalKey(Before), limit: Schema.optionalKey(Limit) },
    success: MessagePage,
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Stored messages, the newest page first; before is the cursor of the next older page"),
  HttpApiEndpoint.get("file", "/api/sessions/:id/files/:hash", {
    params: { id, hash: id },
    success: HttpApiSchema.StreamUint8Array({ contentType: ["image/png", "application/octet-stream"] }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "A file of a message, by the SHA-256 that its event has"),
  HttpApiEndpoint.get("queued", "/api/sessions/:id/queue/:messageId", { params: item, success: QueueItem, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "A message in the queue with all its parts; the record has the beginning of a long one"),
  HttpApiEndpoint.patch("edit", "/api/sessions/:id/queue/:messageId", {
    params: item,
    payload: EditMessage,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(BodyMost, MESSAGE_BODY_MAX)
    .annotate(OpenApi.Summary, "Replaces the text or the parts of a waiting message"),
  HttpApiEndpoint.delete("unqueue", "/api/sessions/:id/queue/:messageId", { params: item, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Removes a waiting message"),
  HttpApiEndpoint.put("reorder", "/api/sessions/:id/queue", { params, payload: ReorderQueue, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Puts the waiting messages into a new order"),
  HttpApiEndpoint.post("resolve", "/api/sessions/:id/queue/:messageId/resolve", {
    params: item,
    payload: ResolveMessage,
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Has an uncertain message sent again, or drops it"),
  HttpApiEndpoint.post("hold", "/api/sessions/:id/queue/hold", { params, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Holds the queue until it is released"),
  HttpApiEndpoint.post("release", "/api/sessions/:id/queue/release", { params, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Lets a held queue go on"),
)

/** Turns, agents and permission requests. */
export const agents = HttpApiGroup.make("agents").add(
  HttpApiEndpoint.post("interrupt", "/api/sessions/:id/interrupt", {
    params,
    success: Interrupted,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Stops the streaming turn and keeps what it made; names the background tasks that run on"),
  HttpApiEndpoint.get("tasks", "/api/sessions/:id/tasks", {
    params,
    success: Schema.Struct({ tasks: Schema.Array(Task) }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "The background tasks of an agent that run"),
  HttpApiEndpoint.post("stopTask", "/api/sessions/:id/tasks/:taskId/stop", {
    params: { id, taskId: id },
    success: Session,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Stops one background task while its agent lives"),
  HttpApiEndpoint.patch("configure", "/api/sessions/:id/agent", { params, payload: ConfigureAgent, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Changes the model or the mode of an agent while it runs, or its directory"),
  HttpApiEndpoint.post("renew", "/api/sessions/:id/agent/renew", { params, payload: RenewAgent, success: Session, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Lets the agent begin anew, with the transcript as its context, whole or up to a message"),
  HttpApiEndpoint.post("answer", "/api/sessions/:id/permissions/:requestId", {
    params: { id, requestId: id },
    payload: AnswerPermission,
    success: PermissionDecision,
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Answers a permission request; 409 with the decision that won"),
  HttpApiEndpoint.get("permission", "/api/sessions/:id/permissions/:requestId", {
    params: { id, requestId: id },
    success: PermissionDetail,
    error,
  })
    .annotate(Needs, "read")
    .annotate(
      OpenApi.Summary,
      "A permission request with its whole input, also one that is settled, and rules that would cover it",
    ),
  HttpApiEndpoint.get("sessionRules", "/api/sessions/:id/rules", {
    params,
    success: Schema.Struct({ rules: Schema.Array(PermissionRule) }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Answers that are remembered for the session"),
  HttpApiEndpoint.post("forgetSessionRule", "/api/sessions/:id/rules/forget", {
    params,
    payload: PermissionRule,
    success: Schema.Struct({ forgotten: Schema.Boolean }),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Forgets an answer that is remembered for the session"),
  HttpApiEndpoint.get("waiting", "/api/permissions", {
    success: Schema.Struct({ permissions: Schema.Array(WaitingPermission) }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Everything that waits for an answer, over all sessions"),
  HttpApiEndpoint.get("rules", "/api/permissions/rules", {
    success: Schema.Struct({ rules: Schema.Array(PermissionRule) }),
    error,
  })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Answers that are remembered for all sessions"),
  HttpApiEndpoint.post("forgetRule", "/api/permissions/rules/forget", {
    payload: PermissionRule,
    success: Schema.Struct({ forgotten: Schema.Boolean }),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Forgets a remembered answer"),
  HttpApiEndpoint.get("trust", "/api/trust", { success: TrustList, error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "Directories that people trust or refused, and those that wait for a word"),
  HttpApiEndpoint.post("look", "/api/trust/look", { payload: LookAtDirectory, success: DirectoryTrust, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "What a directory brings that an agent would run, and whether it is trusted"),
  HttpApiEndpoint.post("setTrust", "/api/trust", { payload: SetTrust, success: TrustedDirectory, error })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Trusts a directory and everything below it, or refuses to"),
  HttpApiEndpoint.post("revokeTrust", "/api/trust/revoke", {
    payload: RevokeTrust,
    success: Schema.Struct({ revoked: Schema.Boolean }),
    error,
  })
    .annotate(Needs, "write")
    .annotate(OpenApi.Summary, "Takes back what was said about a directory; the next start is without it"),
  HttpApiEndpoint.get("importable", "/api/imports/claude", {
    success: Schema.Struct({ sessions: Schema.Array(ClaudeImportable) }),
    error,
  })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "The sessions of Claude Code on the hub's machine, the latest first"),
  HttpApiEndpoint.post("importClaude", "/api/imports/claude", {
    payload: ImportClaude,
    success: [Session.pipe(HttpApiSchema.status(201)), Session],
    error,
  })
    .annotate(Needs, "all")
    .annotate(OpenApi.Summary, "Imports a session of Claude Code, to read and to go on with; once"),
  HttpApiEndpoint.get("list", "/api/agents", { success: Schema.Struct({ agents: Schema.Array(AgentEntry) }), error })
    .annotate(Needs, "read")
    .annotate(OpenApi.Summary, "The agents of the configuration, and what is missing for those that cannot be used"),
)
