/**
 * The HTTP routes for agents as typed functions (docs/protocol/rules.md, H-15 to H-20).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { AgentEntry, ConfigureAgent, RenewAgent } from "@holdfast/protocol/agent/agent"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import type { MessagePage, SendMessage, Sent } from "@holdfast/protocol/agent/message"
import type {
  AnswerPermission,
  PermissionDecision,
  PermissionDetail,
  WaitingPermission,
} from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { EditMessage, QueueItem } from "@holdfast/protocol/agent/queue"
import type { DirectoryTrust, LookAtDirectory, SetTrust, TrustedDirectory, TrustList } from "@holdfast/protocol/agent/trust"
import type { Interrupted, Task } from "@holdfast/protocol/agent/task"
import type { Session } from "@holdfast/protocol/session"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"
import type { CallOptions } from "../signals.ts"

/** The routes for agents, called with the given options. */
export function makeAgentApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    agents: (how?: CallOptions): Promise<{ readonly agents: ReadonlyArray<AgentEntry> }> =>
      call<"agents.list">("GET /api/agents", {}, how),
    send: (session: string, message: SendMessage, how?: CallOptions): Promise<Sent> =>
      call<"messages.send">("POST /api/sessions/:session/messages", { ...message, session }, how),
    /** Stored messages, the newest page without `before`. */
    messages: (
      session: string,
      page?: { readonly before?: number; readonly limit?: number },
      how?: CallOptions,
    ): Promise<MessagePage> => call<"messages.list">("GET /api/sessions/:session/messages", { ...page, session }, how),
    /** A message in the queue with all its parts. */
    queued: (session: string, messageId: string, how?: CallOptions): Promise<QueueItem> =>
      call<"queue.get">("GET /api/sessions/:session/queue/:messageId", { session, messageId }, how),
    /** Sends a waiting message now, into the streaming turn or in its place. */
    sendNow: (session: string, messageId: string, mode: "steer" | "interrupt", how?: CallOptions): Promise<Session> =>
      call<"queue.send">("POST /api/sessions/:session/queue/:messageId/send", { session, messageId, mode }, how),
    edit: (session: string, messageId: string, change: EditMessage, how?: CallOptions): Promise<Session> =>
      call<"queue.edit">("PATCH /api/sessions/:session/queue/:messageId", { ...change, session, messageId }, how),
    unqueue: (session: string, messageId: string, how?: CallOptions): Promise<Session> =>
      call<"queue.remove">("DELETE /api/sessions/:session/queue/:messageId", { session, messageId }, how),
    /** Puts the waiting messages into the order of `order`, which names all of them. */
    reorder: (session: string, order: ReadonlyArray<string>, how?: CallOptions): Promise<Session> =>
      call<"queue.reorder">("PUT /api/sessions/:session/queue", { session, order }, how),
    /** Has an uncertain message sent again, or drops it. */
    resolve: (session: string, messageId: string, action: "again" | "drop", how?: CallOptions): Promise<Session> =>
      call<"queue.resolve">("POST /api/sessions/:session/queue/:messageId/resolve", { session, messageId, action }, how),
    hold: (session: string, how?: CallOptions): Promise<Session> =>
      call<"queue.hold">("POST /api/sessions/:session/queue/hold", { session }, how),
    release: (session: string, how?: CallOptions): Promise<Session> =>
      call<"queue.release">("POST /api/sessions/:session/queue/release", { session }, how),
    interrupt: (session: string, how?: CallOptions): Promise<Interrupted> =>
      call<"agent.interrupt">("POST /api/sessions/:session/interrupt", { session }, how),
    /** The background tasks that run. */
    tasks: (session: string, how?: CallOptions): Promise<{ readonly tasks: ReadonlyArray<Task> }> =>
      call<"tasks.list">("GET /api/sessions/:session/tasks", { session }, how),
    /** Stops one of them while its agent lives. */
    stopTask: (session: string, taskId: string, how?: CallOptions): Promise<Session> =>
      call<"tasks.stop">("POST /api/sessions/:session/tasks/:taskId/stop", { session, taskId }, how),
    configure: (session: string, change: ConfigureAgent, how?: CallOptions): Promise<Session> =>
      call<"agent.configure">("PATCH /api/sessions/:session/agent", { ...change, session }, how),
    renew: (session: string, change: RenewAgent, how?: CallOptions): Promise<Session> =>
      call<"agent.renew">("POST /api/sessions/:session/agent/renew", { ...change, session }, how),
    answer: (session: string, requestId: string, answer: AnswerPermission, how?: CallOptions): Promise<PermissionDecision> =>
      call<"permissions.answer">("POST /api/sessions/:session/permissions/:requestId", { ...answer, session, requestId }, how),
    /** A request with its whole input, also one that is settled. */
    permission: (session: string, requestId: string, how?: CallOptions): Promise<PermissionDetail> =>
      call<"permissions.get">("GET /api/sessions/:session/permissions/:requestId", { session, requestId }, how),
    waiting: (how?: CallOptions): Promise<{ readonly permissions: ReadonlyArray<WaitingPermission> }> =>
      call<"permissions.list">("GET /api/permissions", {}, how),
    importable: (how?: CallOptions): Promise<{ readonly sessions: ReadonlyArray<ClaudeImportable> }> =>
      call<"imports.list">("GET /api/imports/claude", {}, how),
    importClaude: (id: string, how?: CallOptions): Promise<Session> =>
      call<"imports.create">("POST /api/imports/claude", { id }, how),
    trust: (how?: CallOptions): Promise<TrustList> => call<"trust.list">("GET /api/trust", {}, how),
    look: (asked: LookAtDirectory, how?: CallOptions): Promise<DirectoryTrust> =>
      call<"trust.look">("POST /api/trust/look", asked, how),
    setTrust: (change: SetTrust, how?: CallOptions): Promise<TrustedDirectory> =>
      call<"trust.set">("POST /api/trust", change, how),
    revokeTrust: (directory: string, how?: CallOptions): Promise<{ readonly revoked: boolean }> =>
      call<"trust.revoke">("POST /api/trust/revoke", { directory }, how),
    /** Remembered answers of a session, or without one those for all. */
    rules: (session?: string, how?: CallOptions): Promise<{ readonly rules: ReadonlyArray<PermissionRule> }> =>
      call<"rules.list">("GET /api/permissions/rules", { session }, how),
    forgetRule: (rule: PermissionRule, session?: string, how?: CallOptions): Promise<{ readonly forgotten: boolean }> =>
      call<"rules.forget">("POST /api/permissions/rules/forget", { ...rule, session }, how),
  }
}

/** The routes of a hub for agents. */
export type AgentApi = ReturnType<typeof makeAgentApi>
