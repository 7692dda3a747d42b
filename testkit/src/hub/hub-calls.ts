/**
 * A hub with a method for each operation that tests use, as an effect: `performed` with the arguments in a short form.
 *
 * Whoever asks may do everything where a method takes no caller.
 */
import * as Effect from "effect/Effect"
import type { ConfigureAgent, RenewAgent } from "@holdfast/protocol/agent/agent"
import type { SendMessage } from "@holdfast/protocol/agent/message"
import type { AnswerPermission } from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { EditMessage } from "@holdfast/protocol/agent/queue"
import type { LookAtDirectory, SetTrust } from "@holdfast/protocol/agent/trust"
import type { DoorError } from "@holdfast/protocol/errors"
import type { ForkSession } from "@holdfast/protocol/history"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type {
  CreateSession,
  MarkSession,
  RestartSession,
  SessionQuery,
  SignalName,
  UpdateSession,
} from "@holdfast/protocol/session"
import {
  type Caller,
  type Handlers,
  type Hub,
  type Outcome,
  type Performed,
  performed,
  type PerformedName,
  type Principal,
} from "@holdfast/hub/Hub"
import { asEffect, Operations } from "@holdfast/hub/inside/operations/Operations"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"

/** Who acts in tests. */
export const OWNER: Principal = { name: "owner", credential: "owner", scope: "all" }

type Answered<N extends PerformedName> = Effect.Effect<Outcome<N>, DoorError>

const keyed = (session: string, key: string | undefined): { readonly session: string; readonly key?: string } =>
  key === undefined ? { session } : { session, key }

const list = (names: EventFilter["channel"]): ReadonlyArray<string> | undefined =>
  names === undefined ? undefined : typeof names === "string" ? [names] : [...names]

/** Which events, as the hub's own callers say it. */
export interface EventRange extends EventFilter {
  readonly after: number
  readonly log?: string
  readonly limit: number
}

/** The operations on sessions and terminals of a hub. */
export function hubCalls(hub: Hub["Service"]) {
  return {
    create: (request: CreateSession, by: Caller): Answered<"sessions.create"> => performed(hub, "sessions.create", request, by),
    resolve: (name: string): Effect.Effect<string, DoorError> =>
      Effect.map(performed(hub, "sessions.resolve", { name }, OWNER), ({ session }) => session),
    get: (session: string): Answered<"sessions.get"> => performed(hub, "sessions.get", { session }, OWNER),
    list: (query: SessionQuery): Answered<"sessions.list"> => performed(hub, "sessions.list", query, OWNER),
    update: (session: string, change: UpdateSession, by: Caller): Answered<"sessions.update"> =>
      performed(hub, "sessions.update", { session, ...change }, by),
    mark: (session: string, mark: MarkSession, by: Caller): Answered<"log.mark"> =>
      performed(hub, "log.mark", { session, ...mark }, by),
    archive: (session: string, key: string | undefined, by: Caller): Answered<"sessions.archive"> =>
      performed(hub, "sessions.archive", keyed(session, key), by),
    restore: (session: string, key: string | undefined, by: Caller): Answered<"sessions.restore"> =>
      performed(hub, "sessions.restore", keyed(session, key), by),
    remove: (session: string, key: string | undefined, by: Caller): Answered<"sessions.delete"> =>
      performed(hub, "sessions.delete", keyed(session, key), by),
    events: (session: string, { after, channel, type, ...rest }: EventRange): Answered<"log.events"> => {
      const [channels, types] = [list(channel), list(type)]
      const filter = { ...(channels && { channel: channels }), ...(types && { type: types }) }
      return performed(
        hub,
        "log.events",
        { session, after: Object.is(after, -0) ? "-0" : String(after), ...filter, ...rest },
        OWNER,
      )
    },
    input: (session: string, key: string | undefined, bytes: Uint8Array, by: Caller): Answered<"terminal.input"> =>
      performed(hub, "terminal.input", { ...keyed(session, key), base64: Buffer.from(bytes).toString("base64") }, by),
    resize: (session: string, cols: number, rows: number, by: Caller): Answered<"terminal.resize"> =>
      performed(hub, "terminal.resize", { session, cols, rows }, by),
    signal: (session: string, signal: SignalName, by: Caller): Answered<"terminal.signal"> =>
      performed(hub, "terminal.signal", { session, signal }, by),
    setTypist: (
      session: string,
      seated: NonNullable<Caller["seated"]>,
      mode: "single" | "free",
      by: Caller,
    ): Answered<"terminal.keyboard"> => performed(hub, "terminal.keyboard", { session, mode }, { ...by, seated }),
    restart: (session: string, request: RestartSession, by: Caller): Answered<"terminal.restart"> =>
      performed(hub, "terminal.restart", { session, ...request }, by),
    viewers: (session: string | undefined): Effect.Effect<Outcome<"viewers.list">["sessions"], DoorError> =>
      Effect.map(performed(hub, "viewers.list", session === undefined ? {} : { session }, OWNER), ({ sessions }) => sessions),
    /** Ends the attachments of everyone but of a client, or of a connection by the name it is seen under. */
    release: (
      session: string,
      except: string | Omit<NonNullable<Caller["seated"]>, "name"> | undefined,
      name: string,
      by: Caller,
    ): Effect.Effect<number, DoorError> => {
      const asked =
        typeof except === "string"
          ? performed(hub, "viewers.detach", { session, except }, { ...by, name })
          : performed(
              hub,
              "viewers.detach",
              { session },
              except === undefined ? { ...by, name } : { ...by, seated: { ...except, name } },
            )
      return Effect.map(asked, ({ detached }) => detached)
    },
    screen: (session: string): Answered<"terminal.screen"> => performed(hub, "terminal.screen", { session }, OWNER),
    runnerStatus: Effect.map(performed(hub, "runners.list", {}, OWNER), ({ runners }) => runners),
    stopRunners: (now: boolean): Effect.Effect<ReadonlyArray<unknown>, DoorError> =>
      Effect.map(performed(hub, "runners.stop", { now }, OWNER), ({ runners }) => runners),
  }
}

/** The operations on agents of a hub. */
export function agentCalls(hub: Hub["Service"]) {
  return {
    list: Effect.map(performed(hub, "agents.list", {}, OWNER), ({ agents }) => agents),
    send: (session: string, message: SendMessage, by: Caller): Answered<"messages.send"> =>
      performed(hub, "messages.send", { session, ...message }, by),
    messages: (session: string, page: { readonly before?: number; readonly limit: number }): Answered<"messages.list"> =>
      performed(hub, "messages.list", { session, ...page }, OWNER),
    queued: (session: string, messageId: string): Answered<"queue.get"> =>
      performed(hub, "queue.get", { session, messageId }, OWNER),
    file: (session: string, hash: string): Answered<"messages.file"> => performed(hub, "messages.file", { session, hash }, OWNER),
    edit: (session: string, messageId: string, change: EditMessage, by: Caller): Answered<"queue.edit"> =>
      performed(hub, "queue.edit", { session, messageId, ...change }, by),
    unqueue: (session: string, messageId: string, by: Caller): Answered<"queue.remove"> =>
      performed(hub, "queue.remove", { session, messageId }, by),
    reorder: (session: string, order: ReadonlyArray<string>, by: Caller): Answered<"queue.reorder"> =>
      performed(hub, "queue.reorder", { session, order }, by),
    resolveMessage: (session: string, messageId: string, action: "again" | "drop", by: Caller): Answered<"queue.resolve"> =>
      performed(hub, "queue.resolve", { session, messageId, action }, by),
    hold: (session: string, by: Caller): Answered<"queue.hold"> => performed(hub, "queue.hold", { session }, by),
    release: (session: string, by: Caller): Answered<"queue.release"> => performed(hub, "queue.release", { session }, by),
    interrupt: (session: string, by: Caller): Answered<"agent.interrupt"> => performed(hub, "agent.interrupt", { session }, by),
    stopTask: (session: string, taskId: string, by: Caller): Answered<"tasks.stop"> =>
      performed(hub, "tasks.stop", { session, taskId }, by),
    configure: (session: string, change: ConfigureAgent, by: Caller): Answered<"agent.configure"> =>
      performed(hub, "agent.configure", { session, ...change }, by),
    renew: (session: string, change: RenewAgent, by: Caller): Answered<"agent.renew"> =>
      performed(hub, "agent.renew", { session, ...change }, by),
    fork: (session: string, request: ForkSession, by: Caller): Answered<"sessions.fork"> =>
      performed(hub, "sessions.fork", { session, ...request }, by),
    answer: (session: string, requestId: string, answer: AnswerPermission, by: Caller): Answered<"permissions.answer"> =>
      performed(hub, "permissions.answer", { session, requestId, ...answer }, by),
    permission: (session: string, requestId: string): Answered<"permissions.get"> =>
      performed(hub, "permissions.get", { session, requestId }, OWNER),
    waiting: Effect.map(performed(hub, "permissions.list", {}, OWNER), ({ permissions }) => permissions),
    importable: Effect.map(performed(hub, "imports.list", {}, OWNER), ({ sessions }) => sessions),
    importClaude: (id: string, by: Caller): Answered<"imports.create"> => performed(hub, "imports.create", { id }, by),
    trust: performed(hub, "trust.list", {}, OWNER),
    look: (asked: LookAtDirectory, by: Caller): Answered<"trust.look"> => performed(hub, "trust.look", asked, by),
    setTrust: (change: SetTrust, by: Caller): Answered<"trust.set"> => performed(hub, "trust.set", change, by),
    revokeTrust: (directory: string, by: Caller): Answered<"trust.revoke"> => performed(hub, "trust.revoke", { directory }, by),
    rules: (session?: string): Effect.Effect<ReadonlyArray<PermissionRule>, DoorError> =>
      Effect.map(performed(hub, "rules.list", session === undefined ? {} : { session }, OWNER), ({ rules }) => rules),
    forgetRule: (rule: PermissionRule, by: Caller, session?: string): Answered<"rules.forget"> =>
      performed(hub, "rules.forget", session === undefined ? rule : { session, ...rule }, by),
  }
}

/** Makes a handler of an effect, as the hub does. */
export const handlerOf = asEffect((asked, done) => {
  const fiber = Effect.runFork(asked)
  fiber.addObserver(done)
  return fiber
})

/** A hub that carries out some operations in another way. */
export function withHandlers(
  hub: Hub["Service"],
  handlers: Partial<Handlers<PerformedName>>,
  telemetry: Telemetry = noTelemetry,
): Hub["Service"] {
  const own = new Operations(telemetry)
  own.add(handlers as Handlers<PerformedName>)
  const perform: Hub["Service"]["perform"] = (name, input, by, done) =>
    name in handlers
      ? own.perform(name, input, by, done as (performed: Performed<unknown>) => void)
      : hub.perform(name, input, by, done)
  return { ...hub, perform }
}

/** A hub with its operations on sessions as methods. */
export type HubCalls = Hub["Service"] & ReturnType<typeof hubCalls>

/** A hub's operations on agents as methods. */
export type AgentCalls = ReturnType<typeof agentCalls>
