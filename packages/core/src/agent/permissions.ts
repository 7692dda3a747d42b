/** Permission requests: asked, answered once, remembered, expired (docs/PROTOCOL.md, P-1 to P-6). */
import { PermissionSettled, Unprocessable } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/event"
import type { PermissionAsk, PermissionDecision, PermissionOption, PermissionRule } from "@holdfast/protocol/agent/permission"
import type { AgentReport, AgentRequest } from "./commands.ts"
import type { AgentPart } from "./part.ts"
import { BY_RULE } from "./permission-authors.ts"

const allows = ({ kind }: PermissionOption): boolean => kind === "allow_once" || kind === "allow_always"

/** The turn that an event about a request belongs to, if it does. */
export const ofTurn = ({ turn }: { readonly turn?: string }): { readonly turn?: string } => (turn === undefined ? {} : { turn })

/** Takes an answer; the first one wins. */
export function answerPermission(
  agent: AgentPart,
  { request: id, answer, by, at }: Extract<AgentRequest, { _tag: "AnswerPermission" }>,
): ReadonlyArray<EventDraft> | PermissionSettled | Unprocessable {
  const request = agent.permissions.find((open) => open.id === id)
  if (request === undefined) {
    return new PermissionSettled({
      message: "this request is gone: it was cancelled, its turn has ended, or the agent has the answer",
      request: id,
    })
  }
  if (request.decision !== undefined) {
    const { decision } = request
    return new PermissionSettled({ message: `${decision.by} answered this request before`, request: id, decision })
  }
  const option = request.options.find((choice) => choice.id === answer.optionId)
  if (option === undefined) {
    const known = request.options.map((choice) => choice.id).join(", ")
    return new Unprocessable({ message: `the request has no option ${answer.optionId}; it has ${known}`, field: "optionId" })
  }
  const { answers, message, remember } = answer
  const decision: PermissionDecision = {
    optionId: option.id,
    allow: allows(option),
    by,
    at,
    ...(answers === undefined ? {} : { answers }),
    ...(message === undefined ? {} : { message }),
  }
  const events: Array<EventDraft> = [{ name: "permission/answered", data: { id, decision }, by, ...ofTurn(request) }]
  if (remember !== undefined && request.kind === "tool") {
    const { scope, prefix } = remember
    const rule: PermissionRule = { tool: request.tool, allow: allows(option), ...(prefix === undefined ? {} : { prefix }) }
    events.push({ name: "permission/remembered", data: { rule, scope }, by })
  }
  return events
}

/** Ends a request whose time is up. */
export function expirePermission(agent: AgentPart, id: string): ReadonlyArray<EventDraft> {
  const request = agent.permissions.find((open) => open.id === id)
  if (request === undefined || request.decision !== undefined) return []
  return [{ name: "permission/expired", data: { id }, ...ofTurn(request) }]
}

const matches = (rule: PermissionRule, request: PermissionAsk): boolean =>
  rule.tool === request.tool && (rule.prefix === undefined || request.subject.startsWith(rule.prefix))

/** The rule that answers a request: a refusal before an approval, the longest prefix first. Plans and questions need a person. */
export function ruleFor(request: PermissionAsk, rules: ReadonlyArray<PermissionRule>): PermissionRule | undefined {
  if (request.kind !== "tool") return undefined
  const found = rules.filter((rule) => matches(rule, request))
  found.sort((a, b) => Number(a.allow) - Number(b.allow) || (b.prefix?.length ?? 0) - (a.prefix?.length ?? 0))
  return found[0]
}

const WANTED = {
  allow: ["allow_once", "allow_always"],
  reject: ["reject_once", "reject_always"],
} as const

/** The option that a rule takes, by kind, never by id. */
function optionFor(request: PermissionAsk, rule: PermissionRule): PermissionOption | undefined {
  for (const kind of WANTED[rule.allow ? "allow" : "reject"]) {
    const option = request.options.find((choice) => choice.kind === kind)
    if (option !== undefined) return option
  }
  return undefined
}

/** Takes an agent's request, and answers it at once when a person's rule does. */
export function askPermission(
  agent: AgentPart,
  { turn, request, at, expiresAt, always }: Extract<AgentReport, { _tag: "AgentAsked" }>,
): ReadonlyArray<EventDraft> {
  if (agent.permissions.some(({ id }) => id === request.id)) return []
  // Whoever asks waits: what comes of a turn that is over is asked as well, as background work.
  const own = agent.turn !== undefined && agent.turn.id === turn ? { turn } : {}
  const data = { request, ...own, ...(expiresAt === undefined ? {} : { expiresAt }) }
  const asked: EventDraft = { name: "permission/asked", data, ...own }
  const rule = ruleFor(request, [...agent.rules, ...always])
  const option = rule === undefined ? undefined : optionFor(request, rule)
  if (rule === undefined || option === undefined) return [asked]
  const decision: PermissionDecision = { optionId: option.id, allow: rule.allow, by: BY_RULE, at, rule }
  return [asked, { name: "permission/answered", data: { id: request.id, decision }, ...own }]
}
