/**
 * The HTTP routes for agents as typed functions (docs/PROTOCOL.md, H-15 to H-20).
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
import { json } from "./request.ts"
import type { HttpOptions } from "./request.ts"

const of = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`
const item = (id: string, message: string): string => `${of(id)}/queue/${encodeURIComponent(message)}`

/** The routes for agents, called with the given options. */
export function makeAgentApi(options: HttpOptions) {
  const get = <A>(path: string, query?: object): Promise<A> => json<A>(options, "GET", path, { query: { ...query } })
  const post = <A>(path: string, body: unknown = {}): Promise<A> => json<A>(options, "POST", path, { body })
  return {
    agents: (): Promise<{ readonly agents: ReadonlyArray<AgentEntry> }> => get("/api/agents"),
    send: (id: string, message: SendMessage): Promise<Sent> => post(`${of(id)}/messages`, message),
    /** Stored messages, the newest page without `before`. */
    messages: (id: string, page: { readonly before?: number; readonly limit?: number } = {}): Promise<MessagePage> =>
      get(`${of(id)}/messages`, page),
    /** A message in the queue with all its parts. */
    queued: (id: string, message: string): Promise<QueueItem> => get(item(id, message)),
    edit: (id: string, message: string, change: EditMessage): Promise<Session> =>
      json(options, "PATCH", item(id, message), { body: change }),
    unqueue: (id: string, message: string): Promise<Session> => json(options, "DELETE", item(id, message)),
    /** Puts the waiting messages into the order of `order`, which names all of them. */
    reorder: (id: string, order: ReadonlyArray<string>): Promise<Session> =>
      json(options, "PUT", `${of(id)}/queue`, { body: { order } }),
    /** Has an uncertain message sent again, or drops it. */
    resolve: (id: string, message: string, action: "again" | "drop"): Promise<Session> =>
      post(`${item(id, message)}/resolve`, { action }),
    hold: (id: string): Promise<Session> => post(`${of(id)}/queue/hold`),
    release: (id: string): Promise<Session> => post(`${of(id)}/queue/release`),
    interrupt: (id: string): Promise<Interrupted> => post(`${of(id)}/interrupt`),
    /** The background tasks that run. */
    tasks: (id: string): Promise<{ readonly tasks: ReadonlyArray<Task> }> => get(`${of(id)}/tasks`),
    /** Stops one of them while its agent lives. */
    stopTask: (id: string, task: string): Promise<Session> => post(`${of(id)}/tasks/${encodeURIComponent(task)}/stop`),
    configure: (id: string, change: ConfigureAgent): Promise<Session> =>
      json(options, "PATCH", `${of(id)}/agent`, { body: change }),
    renew: (id: string, change: RenewAgent): Promise<Session> => post(`${of(id)}/agent/renew`, change),
    answer: (id: string, request: string, answer: AnswerPermission): Promise<PermissionDecision> =>
      post(`${of(id)}/permissions/${encodeURIComponent(request)}`, answer),
    /** A request with its whole input, also one that is settled. */
    permission: (id: string, request: string): Promise<PermissionDetail> =>
      get(`${of(id)}/permissions/${encodeURIComponent(request)}`),
    waiting: (): Promise<{ readonly permissions: ReadonlyArray<WaitingPermission> }> => get("/api/permissions"),
    importable: (): Promise<{ readonly sessions: ReadonlyArray<ClaudeImportable> }> => get("/api/imports/claude"),
    importClaude: (id: string): Promise<Session> => post("/api/imports/claude", { id }),
    trust: (): Promise<TrustList> => get("/api/trust"),
    look: (asked: LookAtDirectory): Promise<DirectoryTrust> => post("/api/trust/look", asked),
    setTrust: (change: SetTrust): Promise<TrustedDirectory> => post("/api/trust", change),
    revokeTrust: (directory: string): Promise<{ readonly revoked: boolean }> => post("/api/trust/revoke", { directory }),
    /** Remembered answers of a session, or without one those for all. */
    rules: (id?: string): Promise<{ readonly rules: ReadonlyArray<PermissionRule> }> =>
      get(id === undefined ? "/api/permissions/rules" : `${of(id)}/rules`),
    forgetRule: (rule: PermissionRule, id?: string): Promise<{ readonly forgotten: boolean }> =>
      post(id === undefined ? "/api/permissions/rules/forget" : `${of(id)}/rules/forget`, rule),
  }
}

/** The routes of a hub for agents. */
export type AgentApi = ReturnType<typeof makeAgentApi>
