/**
 * What doors ask of agents: messages, the queue, turns, permission requests, and which agents there are.
 *
 * Sessions are named by their full ids. Callers have passed the guard; `Principal` says who they are.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
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
import type { Interrupted } from "@holdfast/protocol/agent/task"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { MessageFile } from "./agent/message-files.ts"
import type { Changed, Principal } from "./Hub.ts"

/** The contract. */
export class Agents extends Context.Service<
  Agents,
  {
    /** The agents of the configuration, with what is missing for those that cannot be used. */
    readonly list: Effect.Effect<ReadonlyArray<AgentEntry>, DoorError>
    /** Sends a message, with a key once; the same key again gives the first answer. */
    readonly send: (id: string, message: SendMessage, by: Principal) => Effect.Effect<Sent, DoorError>
    /** Stored messages, oldest first within a page, the newest page first; `before` is the seq that a page ends below. */
    readonly messages: (
      id: string,
      page: { readonly before?: number; readonly limit: number },
    ) => Effect.Effect<MessagePage, DoorError>
    /** A message in the queue with all its parts; `MessageNotQueued` when none has this id. */
    readonly queued: (id: string, message: string) => Effect.Effect<QueueItem, DoorError>
    /** A file of a session's messages by its SHA-256; `FileNotFound` when it has none of it. */
    readonly file: (id: string, hash: string) => Effect.Effect<MessageFile, DoorError>
    readonly edit: (id: string, message: string, change: EditMessage, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly unqueue: (id: string, message: string, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly reorder: (id: string, order: ReadonlyArray<string>, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly resolveMessage: (
      id: string,
      message: string,
      action: "again" | "drop",
      by: Principal,
    ) => Effect.Effect<Changed, DoorError>
    readonly hold: (id: string, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly release: (id: string, by: Principal) => Effect.Effect<Changed, DoorError>
    /** Stops the streaming turn; `interrupted` is false when there was none, and names the background tasks that run on. */
    readonly interrupt: (id: string, by: Principal) => Effect.Effect<Interrupted, DoorError>
    /** Has a background task stopped while its agent lives; `TaskNotFound` when none of this id runs. */
    readonly stopTask: (id: string, task: string, by: Principal) => Effect.Effect<Changed, DoorError>
    readonly configure: (id: string, change: ConfigureAgent, by: Principal) => Effect.Effect<Changed, DoorError>
    /** Lets the agent begin anew, with the transcript as its context. */
    readonly renew: (id: string, change: RenewAgent, by: Principal) => Effect.Effect<Changed, DoorError>
    /** Answers a request; `PermissionSettled` with the answer that won when it was not this one (P-1). */
    readonly answer: (
      id: string,
      request: string,
      answer: AnswerPermission,
      by: Principal,
    ) => Effect.Effect<PermissionDecision, DoorError>
    /** A request with all that was asked and what became of it; `PermissionNotFound` when none had this id. */
    readonly permission: (id: string, request: string) => Effect.Effect<PermissionDetail, DoorError>
    /** Every open request of every session, oldest first (P-2). */
    readonly waiting: Effect.Effect<ReadonlyArray<WaitingPermission>, DoorError>
    /** Sessions of Claude Code on this machine, the latest first. */
    readonly importable: Effect.Effect<ReadonlyArray<ClaudeImportable>, DoorError>
    /** Imports one by its id; a second time gives the session of the first. */
    readonly importClaude: (
      id: string,
      by: Principal,
    ) => Effect.Effect<{ readonly session: Session; readonly created: boolean }, DoorError>
    /** What people said about directories, and which wait for a word. */
    readonly trust: Effect.Effect<TrustList, DoorError>
    /** What a directory brings for an agent, and how it stands. */
    readonly look: (asked: LookAtDirectory, by: Principal) => Effect.Effect<DirectoryTrust, DoorError>
    readonly setTrust: (change: SetTrust, by: Principal) => Effect.Effect<TrustedDirectory, DoorError>
    readonly revokeTrust: (directory: string, by: Principal) => Effect.Effect<{ readonly revoked: boolean }, DoorError>
    /** Answers that are remembered for a session, or without one for all (P-4). */
    readonly rules: (id?: string) => Effect.Effect<ReadonlyArray<PermissionRule>, DoorError>
    readonly forgetRule: (
      rule: PermissionRule,
      by: Principal,
      id?: string,
    ) => Effect.Effect<{ readonly forgotten: boolean }, DoorError>
  }
>()("@holdfast/hub/Agents") {}
