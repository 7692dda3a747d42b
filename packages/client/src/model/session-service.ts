/**
 * What is asked of a hub about sessions, as promises that fail with errors of their own classes, which a program can tell apart
 * by `instanceof` or by `tag` (docs/protocol/rules.md, U-8).
 */
import type { AnswerPermission, PermissionDecision } from "@holdfast/protocol/agent/permission"
import type { Sent, SendMessage } from "@holdfast/protocol/agent/message"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import { HoldfastError, isTransient } from "../errors.ts"
import type { AgentApi } from "../http/agent-api.ts"
import type { Api } from "../http/api.ts"
import type { Hub } from "./Hub.ts"

/** A session could not be created: `reason` is the tag of the hub's error, `session` what was asked for, `metadata` the error's fields. */
export class SessionCreationError extends HoldfastError {
  readonly reason: string
  readonly session: CreateSession
  readonly metadata: Readonly<Record<string, unknown>>

  constructor(cause: HoldfastError, session: CreateSession) {
    super("SessionCreationError", cause.message, cause.fields, cause.status)
    this.cause = cause
    this.reason = cause.tag
    this.session = session
    this.metadata = cause.fields
  }

  /** That of the error which it stands for. */
  override get retryable(): boolean {
    return isTransient(this.cause)
  }
}

/** There is no such session, or not any more. */
export class SessionNotFoundError extends HoldfastError {
  readonly session: string

  constructor(cause: HoldfastError, session: string) {
    super("SessionNotFoundError", cause.message, cause.fields, cause.status)
    this.cause = cause
    this.session = session
  }
}

/** The credential does not allow `action`. */
export class SessionPermissionError extends HoldfastError {
  readonly session: string | undefined
  readonly user: string | undefined
  readonly action: string | undefined

  constructor(cause: HoldfastError, session: string | undefined) {
    super("SessionPermissionError", cause.message, cause.fields, cause.status)
    this.cause = cause
    this.session = textOf(cause.fields["session"]) ?? session
    this.user = textOf(cause.fields["user"])
    this.action = textOf(cause.fields["action"])
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** The error of a call about a session, in its own class where it has one. */
export function sessionError(cause: unknown, session?: string): unknown {
  if (!(cause instanceof HoldfastError)) return cause
  if (cause.tag === "SessionNotFound" && session !== undefined) return new SessionNotFoundError(cause, session)
  if (cause.tag === "SessionPermissionError" || cause.tag === "Forbidden") return new SessionPermissionError(cause, session)
  return cause
}

type OfSession<F> = F extends (session: string, ...rest: infer Rest) => Promise<infer Answer>
  ? (session: string, ...rest: Rest) => Promise<Answer>
  : never

/** Calls about one session, each named as in the client library. */
export type SessionCalls = {
  readonly [Name in (typeof SESSION_CALLS)[number]]: OfSession<Api[Name]>
} & { readonly [Name in (typeof AGENT_CALLS)[number]]: OfSession<AgentApi[Name]> }

/** Everything that a page does to sessions. */
export interface SessionService extends SessionCalls {
  readonly create: (request: CreateSession) => Promise<Session>
  readonly list: Api["list"]
  readonly batch: Api["batch"]
  readonly send: (session: string, message: string | SendMessage) => Promise<Sent>
  /**
   * Answers a permission request; gives the answer that won, which may be that of another who was faster. A text is the id of an
   * option.
   */
  readonly answer: (session: string, request: string, answer: string | AnswerPermission) => Promise<PermissionDecision>
}

const SESSION_CALLS = ["get", "exists", "update", "archive", "restore", "remove", "restart", "signal", "input", "mark"] as const
const AGENT_CALLS = [
  "interrupt",
  "edit",
  "unqueue",
  "reorder",
  "sendNow",
  "resolve",
  "hold",
  "release",
  "queued",
  "permission",
  "stopTask",
  "configure",
  "renew",
] as const

/** The service over a hub, which is looked for at each call. */
export function sessionService(hub: () => Hub): SessionService {
  const failing = async <A>(call: () => Promise<A>, session?: string): Promise<A> => {
    try {
      return await call()
    } catch (cause) {
      throw sessionError(cause, session)
    }
  }
  const bound = <Name extends string>(
    names: ReadonlyArray<Name>,
    api: () => Readonly<Record<Name, (...args: never) => Promise<unknown>>>,
  ) =>
    names.map((name) => {
      const call = (session: string, ...rest: ReadonlyArray<unknown>): Promise<unknown> =>
        failing(() => (api()[name] as (...args: ReadonlyArray<unknown>) => Promise<unknown>)(session, ...rest), session)
      return [name, call] as const
    })
  const calls = Object.fromEntries([
    ...bound(SESSION_CALLS, () => hub().sessions),
    ...bound(AGENT_CALLS, () => hub().agents),
  ]) as unknown as SessionCalls
  return Object.freeze({
    ...calls,
    create: async (request: CreateSession) => {
      try {
        return await hub().sessions.create(request)
      } catch (cause) {
        const error = sessionError(cause)
        throw error instanceof HoldfastError && !(error instanceof SessionPermissionError)
          ? new SessionCreationError(error, request)
          : error
      }
    },
    list: (query) => failing(() => hub().sessions.list(query)),
    batch: (request) => failing(() => hub().sessions.batch(request)),
    send: (session, message) =>
      failing(() => hub().agents.send(session, typeof message === "string" ? { text: message } : message), session),
    answer: (session, request, answer) =>
      failing(async () => {
        try {
          return await hub().agents.answer(session, request, typeof answer === "string" ? { optionId: answer } : answer)
        } catch (cause) {
          if (cause instanceof HoldfastError && cause.tag === "PermissionSettled" && isDecision(cause.fields["decision"]))
            return cause.fields["decision"]
          throw cause
        }
      }, session),
  } satisfies SessionService)
}

const isDecision = (value: unknown): value is PermissionDecision =>
  typeof value === "object" && value !== null && "optionId" in value && "allow" in value
