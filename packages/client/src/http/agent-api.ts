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

/** The routes for agents, called with the given options. */
export function makeAgentApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    agents: (): Promise<{ readonly agents: ReadonlyArray<AgentEntry> }> => call<"agents.list">("GET /api/agents", {}),
    send: (session: string, message: SendMessage): Promise<Sent> =>
      call<"messages.send">("POST /api/sessions/:session/messages", { ...message, session }),
    /** Stored messages, the newest page without `before`. */
    messages: (session: string, page: { readonly before?: number; readonly limit?: number } = {}): Promise<MessagePage> =>
      call<"messages.list">("GET /api/sessions/:session/messages", { ...page, session }),
    /** A message in the queue with all its parts. */
    queued: (session: string, messageId: string): Promise<QueueItem> =>
      call<"queue.get">("GET /api/sessions/:session/queue/:messageId", { session, messageId }),
    edit: (session: string, messageId: string, change: EditMessage): Promise<Session> =>
      call<"queue.edit">("PATCH /api/sessions/:session/queue/:messageId", { ...change, session, messageId }),
    unqueue: (session: string, messageId: string): Promise<Session> =>
      call<"queue.remove">("DELETE /api/sessions/:session/queue/:messageId", { session, messageId }),
    /** Puts the waiting messages into the order of `order`, which names all of them. */
    reorder: (session: string, order: ReadonlyArray<string>): Promise<Session> =>
      call<"queue.reorder">("PUT /api/sessions/:session/queue", { session, order }),
    /** Has an uncertain message sent again, or drops it. */
    resolve: (session: string, messageId: string, action: "again" | "drop"): Promise<Session> =>
      call<"queue.resolve">("POST /api/sessions/:session/queue/:messageId/resolve", { session, messageId, action }),
    hold: (session: string): Promise<Session> => call<"queue.hold">("POST /api/sessions/:session/queue/hold", { session }),
    release: (session: string): Promise<Session> =>
      call<"queue.release">("POST /api/sessions/:session/queue/release", { session }),
    interrupt: (session: string): Promise<Interrupted> =>
      call<"agent.interrupt">("POST /api/sessions/:session/interrupt", { session }),
    /** The background tasks that run. */
    tasks: (session: string): Promise<{ readonly tasks: ReadonlyArray<Task> }> =>
      call<"tasks.list">("GET /api/sessions/:session/tasks", { session }),
    /** Stops one of them while its agent lives. */
    stopTask: (session: string, taskId: string): Promise<Session> =>
      call<"tasks.stop">("POST /api/sessions/:session/tasks/:taskId/stop", { session, taskId }),
    configure: (session: string, change: ConfigureAgent): Promise<Session> =>
      call<"agent.configure">("PATCH /api/sessions/:session/agent", { ...change, session }),
    renew: (session: string, change: RenewAgent): Promise<Session> =>
      call<"agent.renew">("POST /api/sessions/:session/agent/renew", { ...change, session }),
    answer: (session: string, requestId: string, answer: AnswerPermission): Promise<PermissionDecision> =>
      call<"permissions.answer">("POST /api/sessions/:session/permissions/:requestId", { ...answer, session, requestId }),
    /** A request with its whole input, also one that is settled. */
    permission: (session: string, requestId: string): Promise<PermissionDetail> =>
      call<"permissions.get">("GET /api/sessions/:session/permissions/:requestId", { session, requestId }),
    waiting: (): Promise<{ readonly permissions: ReadonlyArray<WaitingPermission> }> =>
      call<"permissions.list">("GET /api/permissions", {}),
    importable: (): Promise<{ readonly sessions: ReadonlyArray<ClaudeImportable> }> =>
      call<"imports.list">("GET /api/imports/claude", {}),
    importClaude: (id: string): Promise<Session> => call<"imports.create">("POST /api/imports/claude", { id }),
    trust: (): Promise<TrustList> => call<"trust.list">("GET /api/trust", {}),
    look: (asked: LookAtDirectory): Promise<DirectoryTrust> => call<"trust.look">("POST /api/trust/look", asked),
    setTrust: (change: SetTrust): Promise<TrustedDirectory> => call<"trust.set">("POST /api/trust", change),
    revokeTrust: (directory: string): Promise<{ readonly revoked: boolean }> =>
      call<"trust.revoke">("POST /api/trust/revoke", { directory }),
    /** Remembered answers of a session, or without one those for all. */
    rules: (session?: string): Promise<{ readonly rules: ReadonlyArray<PermissionRule> }> =>
      call<"rules.list">("GET /api/permissions/rules", session === undefined ? {} : { session }),
    forgetRule: (rule: PermissionRule, session?: string): Promise<{ readonly forgotten: boolean }> =>
      call<"rules.forget">("POST /api/permissions/rules/forget", session === undefined ? rule : { ...rule, session }),
  }
}

/** The routes of a hub for agents. */
export type AgentApi = ReturnType<typeof makeAgentApi>
