/** Commands of the stream socket about agents; the HTTP routes of `http-agents.ts` do the same. */
import * as Schema from "effect/Schema"
import { Rpc } from "effect/rpc"
import { Appended } from "../session.ts"
import { DoorError } from "../errors.ts"
import { AgentEntry, ConfigureAgent, RenewAgent } from "./agent.ts"
import { MessagePage, SendMessage, Sent } from "./message.ts"
import { AnswerPermission, PermissionDecision, PermissionDetail, WaitingPermission } from "./permission.ts"
import { PermissionRule } from "./permission-rule.ts"
import { EditMessage, QueueItem, ReorderQueue, ResolveMessage } from "./queue.ts"
import { RevokeTrust, SetTrust, TrustedDirectory, TrustList } from "./trust.ts"
import { Interrupted } from "./task.ts"

const session = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))
const message = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

/** The commands. */
export const agentRpcs = [
  Rpc.make("SendMessage", { payload: { session, message: SendMessage }, success: Sent, error: DoorError }),
  Rpc.make("Messages", {
    payload: { session, before: Schema.optionalKey(Schema.Int), limit: Schema.optionalKey(Schema.Int) },
    success: MessagePage,
    error: DoorError,
  }),
  Rpc.make("QueuedMessage", { payload: { session, message }, success: QueueItem, error: DoorError }),
  Rpc.make("EditMessage", { payload: { session, message, change: EditMessage }, success: Appended, error: DoorError }),
  Rpc.make("RemoveMessage", { payload: { session, message }, success: Appended, error: DoorError }),
  Rpc.make("ReorderQueue", { payload: { session, change: ReorderQueue }, success: Appended, error: DoorError }),
  Rpc.make("ResolveMessage", { payload: { session, message, change: ResolveMessage }, success: Appended, error: DoorError }),
  Rpc.make("HoldQueue", { payload: { session }, success: Appended, error: DoorError }),
  Rpc.make("ReleaseQueue", { payload: { session }, success: Appended, error: DoorError }),
  Rpc.make("Interrupt", { payload: { session }, success: Interrupted, error: DoorError }),
  Rpc.make("StopTask", { payload: { session, task: Schema.String }, success: Appended, error: DoorError }),
  Rpc.make("ConfigureAgent", { payload: { session, change: ConfigureAgent }, success: Appended, error: DoorError }),
  Rpc.make("RenewAgent", { payload: { session, change: RenewAgent }, success: Appended, error: DoorError }),
  Rpc.make("AnswerPermission", {
    payload: { session, request: Schema.String, answer: AnswerPermission },
    success: PermissionDecision,
    error: DoorError,
  }),
  Rpc.make("Permission", { payload: { session, request: Schema.String }, success: PermissionDetail, error: DoorError }),
  /** Rules of the session, or without one those that hold in all. */
  Rpc.make("Rules", {
    payload: { session: Schema.optionalKey(session) },
    success: Schema.Struct({ rules: Schema.Array(PermissionRule) }),
    error: DoorError,
  }),
  Rpc.make("ForgetRule", {
    payload: { session: Schema.optionalKey(session), rule: PermissionRule },
    success: Schema.Struct({ forgotten: Schema.Boolean }),
    error: DoorError,
  }),
  Rpc.make("WaitingPermissions", {
    success: Schema.Struct({ permissions: Schema.Array(WaitingPermission) }),
    error: DoorError,
  }),
  Rpc.make("Trust", { success: TrustList, error: DoorError }),
  Rpc.make("SetTrust", { payload: { change: SetTrust }, success: TrustedDirectory, error: DoorError }),
  Rpc.make("RevokeTrust", {
    payload: RevokeTrust.fields,
    success: Schema.Struct({ revoked: Schema.Boolean }),
    error: DoorError,
  }),
  Rpc.make("Agents", { success: Schema.Struct({ agents: Schema.Array(AgentEntry) }), error: DoorError }),
] as const
