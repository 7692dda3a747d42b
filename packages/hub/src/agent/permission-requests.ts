/** What people and programs ask about permission requests and the rules made of their answers (P-1 to P-14). */
import * as Effect from "effect/Effect"
import { settledBefore } from "@holdfast/core/agent/permissions"
import { suggestionsFor } from "@holdfast/core/agent/rule-words"
import type { AnswerPermission, PermissionDecision, PermissionDetail } from "@holdfast/protocol/agent/permission"
import type { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import { type DoorError, PermissionNotFound, PermissionSettled, Unprocessable } from "@holdfast/protocol/errors"
import type { Principal } from "../Hub.ts"
import type { AgentRequestContext } from "./AgentContext.ts"
import { doneEvents } from "../session/done-events.ts"
import { eventAt } from "../session/event-at.ts"
import { storeProblem } from "../session/store-problem.ts"
import { findRequest, type LoggedRequest, requestOf } from "./logged-request.ts"
import { ask } from "./requests.ts"
import { carried } from "../session/command.ts"
import { ALWAYS_MAX } from "./rules.ts"

const inLog = (core: AgentRequestContext, id: string, request: string): Effect.Effect<LoggedRequest | undefined, DoorError> =>
  core.store.head(id).pipe(
    Effect.mapError(storeProblem),
    Effect.flatMap((head) => findRequest(core.store, head, request)),
  )

/** Why an answer came to nothing: the decision that won, also after the turn, or that there was never such a request (P-1). */
const whySettled = (core: AgentRequestContext, id: string, missing: PermissionNotFound): Effect.Effect<never, DoorError> =>
  Effect.flatMap(inLog(core, id, missing.requestId), (logged): Effect.Effect<never, DoorError> => {
    if (logged === undefined) return Effect.fail(missing)
    const { decision, cancelled } = logged
    if (decision !== undefined) return Effect.fail(settledBefore(missing.requestId, decision))
    const message = `this request was cancelled: ${cancelled ?? "its turn has ended"}`
    return Effect.fail(new PermissionSettled({ message, requestId: missing.requestId }))
  })

/** Answers a permission request; the first answer wins (P-1). */
export function answerPermission(
  core: AgentRequestContext,
  id: string,
  request: string,
  answer: AnswerPermission,
  by: Principal,
): Effect.Effect<PermissionDecision, DoorError> {
  return Effect.gen(function* () {
    const at = core.now()
    if (answer.remember?.scope === "always" && core.agents.rules.all.length >= ALWAYS_MAX) {
      const message = `${ALWAYS_MAX} answers are already remembered for all sessions; forget some first`
      return yield* new Unprocessable({ message, field: "remember" })
    }
    const { session, done } = yield* ask(core, id, by, {
      kind: "request",
      _tag: "AnswerPermission",
      requestId: request,
      answer,
      by: by.name,
      at,
    }).pipe(Effect.catchTag("PermissionNotFound", (missing) => whySettled(core, id, missing)))
    let decision: PermissionDecision | undefined
    for (const { name, data } of yield* doneEvents(session, done)) {
      if (name === "permission/answered") ({ decision } = data)
      // The session's driver stores it; it holds from here on (P-20).
      if (name === "permission/remembered" && data.scope === "always") core.agents.rules.apply(data.rule, at)
    }
    return decision ?? (yield* Effect.die(new Error("a request was answered without an event")))
  })
}

/** A request with all that was asked and what became of it (P-13). */
export function permission(core: AgentRequestContext, id: string, request: string): Effect.Effect<PermissionDetail, DoorError> {
  return Effect.gen(function* () {
    const { session } = yield* core.table.open(id)
    const open = session.durable.agent?.permissions.find((one) => one.id === request)
    const event = open === undefined ? undefined : yield* eventAt(core.store, session.handle, open.seq)
    const logged = event === undefined ? yield* inLog(core, id, request) : requestOf(event, request)
    if (logged === undefined) {
      return yield* new PermissionNotFound({ message: "this session has no request with this id", requestId: request })
    }
    const decision = open?.decision === undefined ? {} : { decision: open.decision }
    return { ...logged, ...decision, suggestions: suggestionsFor({ ...logged.request, parsed: open?.parsed }) }
  })
}

/** Answers that are remembered for a session, or without one for all. */
export function rules(
  core: AgentRequestContext,
  id: string | undefined,
): Effect.Effect<ReadonlyArray<PermissionRule>, DoorError> {
  return id === undefined
    ? Effect.sync(() => core.agents.rules.all)
    : Effect.map(core.table.open(id), ({ session }) => session.durable.agent?.rules ?? [])
}

/** What sessions still owe of a rule is owed no more once it is forgotten. */
const dropOwed = ({ table }: AgentRequestContext, rule: PermissionRule, by: Principal): Effect.Effect<void, DoorError> =>
  Effect.forEach(
    Array.from(table.all(), ({ session }) => session).filter(({ durable }) => durable.agent?.owedRules !== undefined),
    (session) => carried(session, { command: { kind: "report", _tag: "RuleKept", rule }, by }),
    { discard: true },
  )

/** Forgets a remembered answer of a session, or without one for all. */
export function forgetRule(
  core: AgentRequestContext,
  rule: PermissionRule,
  by: Principal,
  id: string | undefined,
): Effect.Effect<{ readonly forgotten: boolean }, DoorError> {
  if (id !== undefined) {
    return Effect.map(ask(core, id, by, { kind: "request", _tag: "ForgetRule", rule }), ({ done }) => ({
      forgotten: done.changed,
    }))
  }
  return dropOwed(core, rule, by).pipe(
    Effect.andThen(core.agents.rules.forget(rule).pipe(Effect.mapError(storeProblem))),
    Effect.map((forgotten) => ({ forgotten })),
  )
}
