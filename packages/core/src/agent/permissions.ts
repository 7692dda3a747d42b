/** Permission requests: asked, answered once, remembered, expired (docs/protocol/rules.md, P-1 to P-14). */
import { PermissionNotFound, PermissionSettled, Unprocessable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type {
  AnswerPermission,
  PermissionDecision,
  PermissionOption,
  PermissionRequest,
} from "@holdfast/protocol/agent/permission"
import type { PermissionRule, Remember } from "@holdfast/protocol/agent/permission-rule"
import type { AgentReport, AgentRequest } from "./commands.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { answersProblem } from "./permission-answers.ts"
import { BY_RULE } from "./permission-authors.ts"
import { allowing, rulesFor, sameRequests } from "./permission-rules.ts"

/** Rules that a session remembers at most: they are stored with every change of it. */
export const RULES_MAX = 100

const allows = ({ kind }: PermissionOption): boolean => kind === "allow_once" || kind === "allow_always"

/** The turn that an event about a request belongs to, if it does. */
export function ofTurn({ turn }: { readonly turn?: string }): { readonly turn?: string } {
  return turn === undefined ? {} : { turn }
}

/** The end of a request that the agent never had an answer to; one that was given came too late, and stands for nothing. */
export function cancelled(request: PermissionRequest, why: string): EventDraft {
  const reason = request.decision === undefined ? why : `${why} before the agent received the answer`
  return { name: "permission/cancelled", data: { requestId: request.id, reason }, ...ofTurn(request) }
}

/** That another answer came first. */
export function settledBefore(id: string, decision: PermissionDecision): PermissionSettled {
  return new PermissionSettled({
    message: `${decision.by} already answered this request: ${decision.allow ? "allowed" : "refused"}`,
    requestId: id,
    decision,
  })
}

/** Takes an answer; the first one wins. */
export function answerPermission(
  agent: AgentFacts,
  { requestId: id, answer, by, at }: Extract<AgentRequest, { _tag: "AnswerPermission" }>,
): ReadonlyArray<EventDraft> | PermissionSettled | PermissionNotFound | Unprocessable {
  const request = agent.permissions.find((open) => open.id === id)
  if (request === undefined) {
    return new PermissionNotFound({ message: "this session has no request with this id", requestId: id })
  }
  if (request.decision !== undefined) return settledBefore(id, request.decision)
  const option = request.options.find((choice) => choice.id === answer.optionId)
  if (option === undefined) {
    const known = request.options.map((choice) => JSON.stringify(choice.id)).join(", ")
    const message = `the request has no option ${JSON.stringify(answer.optionId)}; it has ${known}`
    return new Unprocessable({ message, field: "optionId" })
  }
  const { answers, message, remember, subject } = answer
  const allow = allows(option)
  const problem = allow || answers !== undefined ? answersProblem(request.questions ?? [], answers) : undefined
  if (problem !== undefined) return new Unprocessable({ message: problem, field: "answers" })
  const unfit = subject === undefined ? undefined : editProblem(request, answer, allow)
  if (unfit !== undefined) return new Unprocessable({ message: unfit, field: "subject" })
  const rule = remember === undefined ? undefined : ruleOf(agent, request, remember, allow)
  if (typeof rule === "string") return new Unprocessable({ message: rule, field: "remember" })
  const decision: PermissionDecision = {
    optionId: option.id,
    allow,
    by,
    at,
    ...(answers === undefined ? {} : { answers }),
    ...(message === undefined ? {} : { message }),
    ...(subject === undefined ? {} : { subject }),
  }
  const answered: EventDraft = { name: "permission/answered", data: { requestId: id, decision }, by, ...ofTurn(request) }
  if (rule === undefined || remember === undefined) return [answered]
  return [answered, { name: "permission/remembered", data: { rule, scope: remember.scope }, by }]
}

/** What is wrong with an answer that edits what was asked, in words (P-22); undefined when nothing is. */
function editProblem(
  { editable }: PermissionRequest,
  { subject = "", remember }: AnswerPermission,
  allow: boolean,
): string | undefined {
  if (editable !== true) return "the agent does not take an edited command; refuse, and say what it should do instead"
  if (!allow) return "a refusal edits nothing; leave out subject"
  if (remember !== undefined) return "an edited command makes no rule; leave out remember"
  return subject.trim() === "" ? "an edited command cannot be empty; refuse the request instead" : undefined
}

/** The rule that an answer makes, or why it makes none. */
function ruleOf(
  agent: AgentFacts,
  request: PermissionRequest,
  { scope, covers }: Remember,
  allow: boolean,
): PermissionRule | string {
  if (request.kind !== "tool") return `a ${request.kind} must be answered by a person each time; leave out remember`
  const rule: PermissionRule = { tool: request.tool, allow, ...(covers === undefined ? {} : { covers }) }
  if (allowing(request, [rule]).length === 0) {
    return "the rule would not cover this request; choose one of the request's suggestions"
  }
  const others = agent.rules.filter((other) => !sameRequests(other, rule))
  if (scope === "session" && others.length >= RULES_MAX)
    return `the session already remembers ${RULES_MAX} answers; forget some first`
  return rule
}

/** Ends a request whose time is up. */
export function expirePermission(agent: AgentFacts, id: string): ReadonlyArray<EventDraft> {
  const request = agent.permissions.find((open) => open.id === id)
  if (request === undefined || request.decision !== undefined) return []
  return [{ name: "permission/expired", data: { requestId: id }, ...ofTurn(request) }]
}

/** Forgets a rule of the session; nothing when there is none. */
export function forgetRule(agent: AgentFacts, rule: PermissionRule): ReadonlyArray<EventDraft> {
  return agent.rules.some((known) => known.allow === rule.allow && sameRequests(known, rule))
    ? [{ name: "permission/forgotten", data: { rule } }]
    : []
}

/** Ends what is owed of a rule for all sessions; nothing when it is not owed any more. */
export function ruleKept({ owedRules = [] }: AgentFacts, rule: PermissionRule): ReadonlyArray<EventDraft> {
  return owedRules.some((owed) => owed.rule.allow === rule.allow && sameRequests(owed.rule, rule))
    ? [{ name: "permission/kept", data: { rule } }]
    : []
}

/** Takes an agent's request, and answers it at once when a person's rules do: once, never for the agent to remember. */
export function askPermission(
  agent: AgentFacts,
  { turn, request, at, expiresAt, always }: Extract<AgentReport, { _tag: "AgentAsked" }>,
): ReadonlyArray<EventDraft> {
  if (agent.permissions.some(({ id }) => id === request.id)) return []
  // Whoever asks waits: what comes of a turn that is over is asked as well, as background work.
  const own = agent.turn !== undefined && agent.turn.id === turn ? { turn } : {}
  const data = { request, ...own, ...(expiresAt === undefined ? {} : { expiresAt }) }
  const asked: EventDraft = { name: "permission/asked", data, ...own }
  const found = rulesFor(request, [...agent.rules, ...always])
  if (found === undefined) return [asked]
  const { allow, rules } = found
  const option = request.options.find(({ kind }) => kind === (allow ? "allow_once" : "reject_once"))
  if (option === undefined && allow) return [asked]
  const decision: PermissionDecision = { optionId: option?.id ?? "", allow, by: BY_RULE, at, rules }
  return [asked, { name: "permission/answered", data: { requestId: request.id, decision }, ...own }]
}
