/** Operations on agents: turns, tasks, permission requests, remembered answers, trust, imports. */
import * as Schema from "effect/Schema"
import { AgentEntry, AgentName, ConfigureAgent, RenewAgent } from "../agent/agent.ts"
import { ClaudeImportable, ImportClaude } from "../agent/import.ts"
import { AnswerPermission, PermissionDecision, PermissionDetail, WaitingPermission } from "../agent/permission.ts"
import { PermissionRule } from "../agent/permission-rule.ts"
import { Interrupted, Task } from "../agent/task.ts"
import { DirectoryTrust, LookAtDirectory, RevokeTrust, SetTrust, TrustedDirectory, TrustList } from "../agent/trust.ts"
import { ForkSession } from "../history.ts"
import { Session } from "../session.ts"
import { ItemId, ofSession, operation, SessionName } from "./operation.ts"
import { Keyed } from "./sessions.ts"

const optionalSession = {
  session: Schema.optionalKey(
    SessionName.annotate({ description: "Whole id of the session (default: the answers for all sessions)" }),
  ),
} as const
const ofRequest = { ...ofSession, requestId: ItemId.annotate({ description: "Whole id of the permission request" }) } as const

/** The operations on one agent. */
export const agents = {
  "agents.list": operation({
    scope: "read",
    bound: "free",
    http: "GET /api/agents",
    output: Schema.Struct({ agents: Schema.Array(AgentEntry) }),
    summary: "List the configured agents, with what is missing for those that cannot be used",
    changes: false,
  }),
  "agents.install": operation({
    scope: "write",
    http: "POST /api/agents/:agent/install",
    params: { agent: AgentName.annotate({ description: "Name of the agent", examples: ["codex"] }) },
    body: Keyed,
    output: Session,
    answer: "created",
    summary: "Install an agent on the hub's machine, in a terminal that shows how far it is and can be stopped",
    changes: true,
    errors: ["AgentUnknown", "KindNotAllowed", "SessionDeleted", "Unprocessable"],
    example: { key: "install-1" },
  }),
  "agent.interrupt": operation({
    scope: "write",
    http: "POST /api/sessions/:session/interrupt",
    params: ofSession,
    output: Interrupted,
    summary: "Stop the streaming turn and keep what it produced. The answer names the background tasks that continue to run",
    changes: true,
  }),
  "agent.configure": operation({
    scope: "write",
    http: "PATCH /api/sessions/:session/agent",
    params: ofSession,
    body: ConfigureAgent,
    output: Session,
    answer: "session",
    summary: "Change the model, the mode or the directory of an agent",
    changes: true,
    example: { model: "opus" },
  }),
  "agent.renew": operation({
    scope: "write",
    http: "POST /api/sessions/:session/agent/renew",
    params: ofSession,
    body: RenewAgent,
    output: Session,
    answer: "session",
    summary: "Restart the agent with the transcript as its context, whole or up to a message",
    changes: true,
    example: {},
  }),
  "sessions.fork": operation({
    scope: "write",
    http: "POST /api/sessions/:session/fork",
    params: ofSession,
    body: ForkSession,
    output: Session,
    answer: "created",
    summary:
      "Create a session whose agent continues from the messages of this one, all of them or up to one. This one stays as it is",
    changes: true,
    errors: ["KindNotAllowed", "SessionDeleted", "Unprocessable"],
    example: { label: "another way", key: "fork-1" },
  }),
  "tasks.list": operation({
    scope: "read",
    http: "GET /api/sessions/:session/tasks",
    params: ofSession,
    output: Schema.Struct({ tasks: Schema.Array(Task) }),
    summary: "List the background tasks of an agent that are running",
    changes: false,
  }),
  "tasks.stop": operation({
    scope: "write",
    http: "POST /api/sessions/:session/tasks/:taskId/stop",
    params: { ...ofSession, taskId: ItemId.annotate({ description: "Whole id of the background task" }) },
    output: Session,
    answer: "session",
    summary: "Stop one background task while its agent is running",
    changes: true,
    errors: ["TaskNotFound"],
  }),
  "permissions.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/permissions",
    output: Schema.Struct({ permissions: Schema.Array(WaitingPermission) }),
    summary: "List the permission requests of all sessions that wait for an answer",
    changes: false,
  }),
  "permissions.get": operation({
    scope: "read",
    http: "GET /api/sessions/:session/permissions/:requestId",
    params: ofRequest,
    output: PermissionDetail,
    summary: "Get a permission request with its whole input, even after it was settled, and the rules that would cover it",
    changes: false,
    errors: ["PermissionNotFound"],
  }),
  "permissions.answer": operation({
    scope: "write",
    http: "POST /api/sessions/:session/permissions/:requestId",
    params: ofRequest,
    body: AnswerPermission,
    output: PermissionDecision,
    summary: "Answer a permission request. The first answer wins; a later one is refused with the decision that won",
    changes: true,
    errors: ["PermissionNotFound", "PermissionSettled"],
    example: { optionId: "allow" },
  }),
  /** Answers that were remembered as rules. */
  "rules.list": operation({
    scope: "read",
    http: "GET /api/permissions/rules",
    query: Schema.Struct(optionalSession),
    output: Schema.Struct({ rules: Schema.Array(PermissionRule) }),
    summary: "List the remembered answers of one session or, without a session, those for all",
    changes: false,
  }),
  "rules.forget": operation({
    scope: "write",
    http: "POST /api/permissions/rules/forget",
    body: Schema.Struct({ ...optionalSession, ...PermissionRule.fields }),
    output: Schema.Struct({ forgotten: Schema.Boolean }),
    summary: "Forget a remembered answer of one session or, without a session, one for all",
    changes: true,
    example: { tool: "Bash", allow: true },
  }),
} as const

/** The operations on what agents share: trusted directories, sessions of other programs. */
export const directories = {
  "trust.list": operation({
    scope: "read",
    http: "GET /api/trust",
    output: TrustList,
    summary: "List the directories that are trusted or refused, and those that wait for a decision",
    changes: false,
  }),
  "trust.look": operation({
    scope: "write",
    http: "POST /api/trust/look",
    body: LookAtDirectory,
    output: DirectoryTrust,
    summary: "Show what a directory contains that an agent would run, and whether it is trusted",
    changes: false,
    errors: ["AgentUnknown", "AgentNotInstalled"],
    example: { directory: "/home/me/project" },
  }),
  "trust.set": operation({
    scope: "write",
    http: "POST /api/trust",
    body: SetTrust,
    output: TrustedDirectory,
    summary: "Trust a directory and everything below it, or refuse to",
    changes: true,
    example: { directory: "/home/me/project", trusted: true },
  }),
  "trust.revoke": operation({
    scope: "write",
    http: "POST /api/trust/revoke",
    body: RevokeTrust,
    output: Schema.Struct({ revoked: Schema.Boolean }),
    summary: "Revoke the decision about a directory. It applies from the agent's next start",
    changes: true,
    example: { directory: "/home/me/project" },
  }),
  "imports.list": operation({
    scope: "all",
    http: "GET /api/imports/claude",
    output: Schema.Struct({ sessions: Schema.Array(ClaudeImportable) }),
    summary: "List the Claude Code sessions on the hub's machine, the latest first",
    changes: false,
  }),
  "imports.create": operation({
    scope: "all",
    http: "POST /api/imports/claude",
    body: ImportClaude,
    output: Session,
    answer: "created",
    summary: "Import a Claude Code session, to read or to continue. Importing it again returns the same session",
    changes: true,
    errors: ["KindNotAllowed", "SessionNotFound", "SessionDeleted"],
    example: { id: "1a2b3c4d-1111-4222-8333-444455556666" },
  }),
} as const
