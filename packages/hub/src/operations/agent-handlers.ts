/** What the hub does for each operation on agents, their messages and their queues. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { AgentRequest } from "@holdfast/core/agent/commands"
import { shownTasks } from "@holdfast/core/agent/task-state"
import type { Interrupted } from "@holdfast/protocol/agent/task"
import type { DoorError } from "@holdfast/protocol/errors"
import { forkSession } from "../agent/fork-session.ts"
import * as Permissions from "../agent/permission-requests.ts"
import * as Requests from "../agent/requests.ts"
import { lookAt, revokeTrust, setTrust, trustList } from "../agent/trust/trust-requests.ts"
import { waitingPermissions } from "../agent/waiting-permissions.ts"
import type { Caller, Changed, Created, Done, Handlers, PerformedName } from "../Hub.ts"
import { fromCallback } from "../session/Fork.ts"
import { newId } from "../session/new-id.ts"
import { create } from "../sessions/create.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { change } from "../sessions/lifecycle.ts"
import * as Queries from "../sessions/queries.ts"
import { asEffect } from "./Operations.ts"

/** Messages of a page when the request does not say. */
const PAGE = 50

type Imports = typeof import("../agent/import-session.ts")

/** Few hubs import anything: what that needs is loaded when it is asked for. */
const imports = <A>(use: (door: Imports) => Effect.Effect<A, DoorError>): Effect.Effect<A, DoorError> =>
  Effect.flatMap(
    Effect.promise(() => import("../agent/import-session.ts")),
    use,
  )

/** Makes the handlers. */
export function agentHandlers(context: HubContext) {
  const effect = asEffect(context.fork)
  const { catalog } = context.agents
  /** A handler that appends what a command of the session's loop decides. */
  const changes =
    <I extends { readonly session: string }>(command: (input: I) => AgentRequest) =>
    (input: I, by: Caller, done: Done<Changed>): void =>
      change(context, input.session, { command: command(input) }, by, done)
  const nextTurn = (): string => newId(context.now())

  return {
    "agents.list": effect(() => Effect.map(catalog.list, (agents) => ({ agents }))),
    "agents.install": effect(({ agent, ...keyed }, by) =>
      Effect.flatMap(catalog.installer(agent), ({ title, command, args, env }) => {
        const label = `Install ${title}`
        return fromCallback<Created, DoorError>((answer) =>
          create(context, { kind: "terminal", command, args, env, label, ...keyed }, by, answer),
        )
      }),
    ),
    "agent.interrupt": ({ session }, by, done) =>
      change(context, session, { command: { kind: "request", _tag: "Interrupt", reason: "person" } }, by, (exit) =>
        done(Exit.map(exit, ({ changed }) => interrupted(context, session, changed))),
      ),
    "agent.configure": effect(({ session, ...wanted }, by) => Requests.configure(context, session, wanted, by)),
    "agent.renew": effect(({ session, ...wanted }, by) => Requests.renew(context, session, wanted, by)),
    "sessions.fork": effect(({ session, ...wanted }, by) => forkSession(context, session, wanted, by)),
    "messages.send": effect(({ session, ...message }, by) => Requests.sendMessage(context, session, message, by)),
    "messages.list": effect(({ session, limit = PAGE, ...page }) => Requests.messages(context, session, { limit, ...page })),
    "messages.file": effect(({ session, hash }) => Requests.messageFile(context, session, hash)),
    "queue.get": effect(({ session, messageId }) => Requests.queuedMessage(context, session, messageId)),
    "queue.edit": effect(({ session, messageId, ...edited }, by) =>
      Requests.editMessage(context, session, messageId, edited, by),
    ),
    "queue.remove": changes(({ messageId }) => ({ kind: "request", _tag: "RemoveMessage", messageId })),
    "queue.reorder": changes(({ order }) => ({ kind: "request", _tag: "ReorderQueue", order })),
    "queue.send": changes(({ messageId, mode }) => ({
      kind: "request",
      _tag: "SendQueued",
      messageId,
      mode,
      turn: nextTurn(),
    })),
    "queue.resolve": changes(({ messageId, action }) => ({
      kind: "request",
      _tag: "ResolveMessage",
      messageId,
      action,
      turn: nextTurn(),
    })),
    "queue.hold": changes(() => ({ kind: "request", _tag: "HoldQueue" })),
    "queue.release": changes(() => ({ kind: "request", _tag: "ReleaseQueue", turn: nextTurn() })),
    "tasks.list": effect(({ session }) => Effect.map(Queries.get(context, session), ({ tasks = [] }) => ({ tasks }))),
    "tasks.stop": changes(({ taskId }) => ({ kind: "request", _tag: "StopTask", taskId })),
    "permissions.list": effect((_, by) =>
      Effect.map(waitingPermissions(context, by.sessions), (permissions) => ({ permissions })),
    ),
    "permissions.get": effect(({ session, requestId }) => Permissions.permission(context, session, requestId)),
    "permissions.answer": effect(({ session, requestId, ...answer }, by) =>
      Permissions.answerPermission(context, session, requestId, answer, by),
    ),
    "rules.list": effect(({ session }) => Effect.map(Permissions.rules(context, session), (rules) => ({ rules }))),
    "rules.forget": effect(({ session, ...rule }, by) => Permissions.forgetRule(context, rule, by, session)),
    "trust.list": effect(() => trustList(context)),
    "trust.look": effect((input) => lookAt(context, input)),
    "trust.set": effect((input, by) => setTrust(context, input, by)),
    "trust.revoke": effect(({ directory }) => revokeTrust(context, directory)),
    "imports.list": effect(() => imports((door) => Effect.map(door.importable(context), (sessions) => ({ sessions })))),
    "imports.create": effect(({ id }, by) =>
      imports((door) => door.importClaude(context, id, by)).pipe(
        Effect.tap(({ session, created }) => (created ? Requests.noteDirectory(context, session.id, by) : Effect.void)),
        Effect.map(({ session, created }) => ({ session: context.table.peek(session.id)?.session.record() ?? session, created })),
      ),
    ),
  } satisfies Partial<Handlers<PerformedName>>
}

/** What an interrupt came to; background tasks run on and are named. */
function interrupted({ table }: HubContext, id: string, changed: boolean): Interrupted {
  const agent = table.peek(id)?.session.durable.agent
  // A turn that is being stopped already counts as interrupted.
  const result = { interrupted: changed || agent?.turn?.interrupting === "person" }
  return agent === undefined || agent.tasks.length === 0 ? result : { ...result, tasks: shownTasks(agent) }
}
