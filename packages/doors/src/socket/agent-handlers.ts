/** The commands of the stream socket about agents, on the contract of the hub's agents. */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Agents } from "@holdfast/hub/Agents"
import type { Changed } from "@holdfast/hub/Hub"
import { wholeId } from "@holdfast/hub/session/whole-id"
import type { Call, Handlers } from "./RpcDesk.ts"

type AgentCommand =
  | "SendMessage"
  | "Messages"
  | "QueuedMessage"
  | "EditMessage"
  | "RemoveMessage"
  | "ReorderQueue"
  | "ResolveMessage"
  | "HoldQueue"
  | "ReleaseQueue"
  | "Interrupt"
  | "StopTask"
  | "ConfigureAgent"
  | "RenewAgent"
  | "AnswerPermission"
  | "Permission"
  | "Rules"
  | "ForgetRule"
  | "WaitingPermissions"
  | "Trust"
  | "SetTrust"
  | "RevokeTrust"
  | "Agents"

/** Messages of a page when nobody says. */
const PAGE = 50

/** Makes the handlers. */
export function makeAgentHandlers(agents: Agents["Service"]): Pick<Handlers, AgentCommand> {
  const on = <A>(session: string, operation: (id: string) => Effect.Effect<A, DoorError>): Effect.Effect<A, DoorError> =>
    Effect.flatMap(wholeId(session), operation)
  const change = (
    session: string,
    call: Call<{ readonly seq: number }>,
    operation: (id: string) => Effect.Effect<Changed, DoorError>,
  ): void => call.run(on(session, operation), ({ seq }) => call.done({ seq }))

  return {
    SendMessage: ({ session, message }, call) =>
      call.run(
        on(session, (id) => agents.send(id, message, call.connection.principal)),
        (sent) => call.done(sent),
      ),
    Messages: ({ session, before, limit = PAGE }, call) =>
      call.run(
        on(session, (id) => agents.messages(id, { limit, ...(before === undefined ? {} : { before }) })),
        (page) => call.done(page),
      ),
    QueuedMessage: ({ session, message }, call) =>
      call.run(
        on(session, (id) => agents.queued(id, message)),
        (item) => call.done(item),
      ),
    EditMessage: ({ session, message, change: body }, call) =>
      change(session, call, (id) => agents.edit(id, message, body, call.connection.principal)),
    RemoveMessage: ({ session, message }, call) =>
      change(session, call, (id) => agents.unqueue(id, message, call.connection.principal)),
    ReorderQueue: ({ session, change: { order } }, call) =>
      change(session, call, (id) => agents.reorder(id, order, call.connection.principal)),
    ResolveMessage: ({ session, message, change: { action } }, call) =>
      change(session, call, (id) => agents.resolveMessage(id, message, action, call.connection.principal)),
    HoldQueue: ({ session }, call) => change(session, call, (id) => agents.hold(id, call.connection.principal)),
    ReleaseQueue: ({ session }, call) => change(session, call, (id) => agents.release(id, call.connection.principal)),
    Interrupt: ({ session }, call) =>
      call.run(
        on(session, (id) => agents.interrupt(id, call.connection.principal)),
        (result) => call.done(result),
      ),
    StopTask: ({ session, task }, call) => change(session, call, (id) => agents.stopTask(id, task, call.connection.principal)),
    ConfigureAgent: ({ session, change: wanted }, call) =>
      change(session, call, (id) => agents.configure(id, wanted, call.connection.principal)),
    RenewAgent: ({ session, change: wanted }, call) =>
      change(session, call, (id) => agents.renew(id, wanted, call.connection.principal)),
    AnswerPermission: ({ session, request, answer }, call) =>
      call.run(
        on(session, (id) => agents.answer(id, request, answer, call.connection.principal)),
        (decision) => call.done(decision),
      ),
    Permission: ({ session, request }, call) =>
      call.run(
        on(session, (id) => agents.permission(id, request)),
        (detail) => call.done(detail),
      ),
    Rules: ({ session }, call) =>
      call.run(session === undefined ? agents.rules() : on(session, agents.rules), (rules) => call.done({ rules })),
    ForgetRule: ({ session, rule }, call) => {
      const { principal } = call.connection
      const forget = (id?: string) => agents.forgetRule(rule, principal, id)
      call.run(session === undefined ? forget() : on(session, forget), (result) => call.done(result))
    },
    WaitingPermissions: (_, call) => call.run(agents.waiting, (permissions) => call.done({ permissions })),
    Trust: (_, call) => call.run(agents.trust, (list) => call.done(list)),
    SetTrust: ({ change: word }, call) => call.run(agents.setTrust(word, call.connection.principal), (said) => call.done(said)),
    RevokeTrust: ({ directory }, call) =>
      call.run(agents.revokeTrust(directory, call.connection.principal), (result) => call.done(result)),
    Agents: (_, call) => call.run(agents.list, (list) => call.done({ agents: list })),
  }
}
