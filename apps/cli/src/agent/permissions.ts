/**
 * `holdfast approve`, and what `inbox` prints of requests: what agents may not do without a person's word.
 */
import { suggestionsFor } from "@holdfast/core/agent/rule-words"
import type {
  AnswerPermission,
  PermissionOption,
  PermissionRequest,
  WaitingPermission,
} from "@holdfast/protocol/agent/permission"
import type { Remember, RuleSuggestion } from "@holdfast/protocol/agent/permission-rule"
import { refused, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { printEither } from "../output.ts"
import { shortId } from "../sessions/show-state.ts"
import { ago, span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { fitText } from "../text/width.ts"
import { askAgents, useAgents } from "./agent-hub.ts"
import { openRequest } from "./open-request.ts"
import { offerLines, requestName, ruleName, subjectLines, typedId, wholeLines } from "./request-lines.ts"

/** An answer as it is typed. */
export interface ApproveOptions {
  readonly session: string
  readonly request: string
  readonly option: string
  readonly remember: Remember["scope"] | undefined
  /** Which of the rules that are offered is remembered. */
  readonly rule: string | undefined
  readonly message: string | undefined
  /** In place of what the agent asked for. */
  readonly subject: string | undefined
  /** Answers to questions: `QUESTION=ANSWER`, or an answer alone where there is one question. */
  readonly answers: ReadonlyArray<string>
  readonly json: boolean
}

/** The option that is meant by its id, its kind, its place from 1, or its label; a refusal names all of them. */
export function optionOf(options: ReadonlyArray<PermissionOption>, wanted: string): PermissionOption {
  const lower = wanted.toLowerCase()
  const kinds: Readonly<Record<string, string>> = {
    allow: "allow_once",
    approve: "allow_once",
    yes: "allow_once",
    always: "allow_always",
    reject: "reject_once",
    deny: "reject_once",
    no: "reject_once",
    never: "reject_always",
  }
  const ofKind = (kind: string): PermissionOption | undefined => {
    const found = options.filter((option) => option.kind === kind)
    return found.length === 1 ? found[0] : undefined
  }
  const option =
    options.find(({ id }) => id === wanted) ??
    ofKind(lower.replaceAll("-", "_")) ??
    (/^\d{1,2}$/.test(wanted) ? options[Number(wanted) - 1] : undefined) ??
    options.find(({ label }) => label.toLowerCase() === lower) ??
    ofKind(kinds[lower] ?? "")
  if (option !== undefined) return option
  const known = options.map(({ id, label, kind }, i) => `\n  ${i + 1}  ${printable(id)}  ${printable(label)} (${kind})`).join("")
  throw refused("OptionUnknown", `the request has no option ${printable(wanted)}; it has${known}`)
}

/** Answers by question. Throws wrong usage when it is not clear which question is meant. */
export function answersOf(request: PermissionRequest, given: ReadonlyArray<string>): Readonly<Record<string, string>> {
  const questions = (request.questions ?? []).map(({ question }) => question)
  return Object.fromEntries(
    given.map((text): readonly [string, string] => {
      const asked = questions.find((question) => text.startsWith(`${question}=`))
      if (asked !== undefined) return [asked, text.slice(asked.length + 1)]
      const [only] = questions
      if (only !== undefined && questions.length === 1) return [only, text]
      if (only === undefined) throw usage("--answer is for questions; this request has none")
      throw usage(`--answer needs QUESTION=ANSWER; the questions are\n  ${questions.map(printable).join("\n  ")}`)
    }),
  )
}

/** Answers a permission request. */
export async function approve(given: ApproveOptions): Promise<void> {
  if (given.rule !== undefined && given.remember === undefined) throw usage("--for needs --remember session or --remember always")
  const hub = useAgents()
  const session = await askAgents(hub, (_, api) => api.get(given.session))
  const request = await openRequest(hub, session, given.request)
  const option = optionOf(request.options, given.option)
  const { remember, message, subject } = given
  const rule = remember === undefined ? undefined : ruleFor(request, given.rule)
  const answer: AnswerPermission = {
    optionId: option.id,
    ...(remember === undefined ? {} : { remember: { scope: remember, ...(rule?.covers && { covers: rule.covers }) } }),
    ...(message === undefined ? {} : { message }),
    ...(subject === undefined ? {} : { subject }),
    ...(given.answers.length === 0 ? {} : { answers: answersOf(request, given.answers) }),
  }
  const decision = await askAgents(hub, (agents) => agents.answer(session.id, request.id, answer))
  printEither(given.json, decision, () => [
    `${decision.allow ? "allowed" : "refused"}: ${printable(request.title)} (${printable(option.label)})`,
    ...(rule === undefined ? [] : [`from now on: ${printable(rule.label)}`]),
  ])
}

/** The rule that an answer makes: the one that is named, otherwise the narrowest; never unasked for every use of a tool. */
function ruleFor(request: PermissionRequest, name: string | undefined): RuleSuggestion {
  const offered = suggestionsFor(request)
  const found =
    name === undefined ? offered.find(({ covers }) => covers !== undefined) : offered.find((one) => ruleName(one) === name)
  if (found !== undefined) return found
  const known = offered.map((one) => `\n  --for ${ruleName(one)}: ${printable(one.label)}`).join("")
  throw refused(
    "RuleUnknown",
    offered.length === 0
      ? `a ${request.kind} must be answered each time; omit --remember`
      : `${name === undefined ? "say what the answer covers with --for" : `--for ${name} does not fit this request`}; the choices are${known}`,
  )
}

/** Prints all of a request, also of one that is settled, when its whole id is given. */
export async function showRequest(id: string, wanted: string, json: boolean): Promise<void> {
  const hub = useAgents()
  const session = await askAgents(hub, (_, api) => api.get(id))
  const request = wanted.length < 20 ? (await openRequest(hub, session, wanted)).id : wanted
  const detail = await askAgents(hub, (agents) => agents.permission(session.id, request))
  printEither(json, detail, () => wholeLines(detail))
}

/** What waits, oldest first, as lines with what to type. */
export function inboxLines(
  waiting: ReadonlyArray<WaitingPermission>,
  now: number,
  { width = 100, paint: draw = plain }: { readonly width?: number; readonly paint?: Paint } = {},
): ReadonlyArray<string> {
  const oldest = [...waiting].sort((a, b) => a.request.askedAt - b.request.askedAt)
  return oldest.flatMap(({ session, label, agent, request }) => {
    const { title, options, questions = [], askedAt, expiresAt } = request
    const left = expiresAt === undefined ? "" : `, ${span(expiresAt - now)} left`
    const head = `${shortId(session)}  ${printable(label)} (${printable(agent)})  ${ago(askedAt, now)}${left}`
    const asked = questions.flatMap(({ question, choices }) => [
      ...(question === title ? [] : [`  ${printable(question)}`]),
      `  choices: ${choices.map((choice) => printable(choice.label)).join(" | ")}`,
    ])
    const named = requestName(request)
    const option = options[0] === undefined ? "OPTION" : typedId(options[0].id, 0)
    const typed = `approve ${shortId(session)} ${named} ${option}`
    const command = `  ${hint(`${typed}${questions.map(() => (questions.length > 1 ? " --answer QUESTION=CHOICE" : " --answer CHOICE")).join("")}`)}`
    const others = options.map(({ id, label: name }, i) => `${typedId(id, i)} (${printable(name)})`).join(", ")
    return [
      draw("bold", fitText(head, width)),
      fitText(`  ${printable(title)}`, width),
      ...subjectLines(session, request, named),
      ...asked.map((line) => fitText(line, width)),
      draw("cyan", command),
      draw("dim", fitText(`  options: ${others}`, width)),
      ...offerLines(request).map((line) => draw("dim", line)),
    ]
  })
}
