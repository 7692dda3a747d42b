/**
 * `holdfast approve`, `inbox` and `rules`: what agents may not do without a person's word.
 */
import type {
  AnswerPermission,
  PermissionOption,
  PermissionRequest,
  PermissionRule,
  Remember,
  WaitingPermission,
} from "@holdfast/protocol/agent/permission"
import { refused, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { shortId } from "../sessions/show-state.ts"
import { ago, span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { table } from "../text/table.ts"
import { fitText } from "../text/width.ts"
import { askAgents, oneOf, useAgents } from "./agent-hub.ts"

/** An answer as it is typed. */
export interface ApproveOptions {
  readonly session: string
  readonly request: string
  readonly option: string
  readonly remember: Remember["scope"] | undefined
  readonly prefix: string | undefined
  readonly message: string | undefined
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
  throw refused("OptionUnknown", `the request has no option ${wanted}; it has${known}`)
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
      if (only === undefined) throw usage("--answer belongs to questions; this request asks none")
      throw usage(`--answer takes QUESTION=ANSWER; the questions are\n  ${questions.map(printable).join("\n  ")}`)
    }),
  )
}

/** Answers a permission request. */
export async function approve(given: ApproveOptions): Promise<void> {
  if (given.prefix !== undefined && given.remember === undefined) throw usage("--prefix belongs to --remember session or always")
  const hub = useAgents()
  const session = await askAgents(hub, (_, api) => api.get(given.session))
  const open = session.permissions.filter(({ decision }) => decision === undefined)
  const settled = session.permissions.find(({ id, decision }) => id === given.request && decision !== undefined)
  if (settled?.decision !== undefined) {
    throw refused(
      "PermissionSettled",
      `${printable(settled.decision.by)} answered this request before: ${settled.decision.allow ? "allowed" : "refused"}`,
    )
  }
  const request = oneOf(
    open,
    given.request,
    "open request",
    `nothing waits for an answer in ${printable(session.label)}; a request is gone once it is answered or its turn has ended`,
  )
  const option = optionOf(request.options, given.option)
  const { remember, prefix, message } = given
  const answer: AnswerPermission = {
    optionId: option.id,
    ...(remember === undefined ? {} : { remember: { scope: remember, ...(prefix === undefined ? {} : { prefix }) } }),
    ...(message === undefined ? {} : { message }),
    ...(given.answers.length === 0 ? {} : { answers: answersOf(request, given.answers) }),
  }
  const decision = await askAgents(hub, (agents) => agents.answer(session.id, request.id, answer))
  printEither(given.json, decision, () => [
    `${decision.allow ? "allowed" : "refused"}: ${printable(request.title)} (${printable(option.label)})`,
  ])
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
    const command = `  ${hint(`approve ${shortId(session)} ${request.id.length <= 16 ? printable(request.id) : shortId(request.id)} ${options[0]?.id ?? "OPTION"}${questions.length > 0 ? " --answer CHOICE" : ""}`)}`
    const others = options.map(({ id, label: name }) => `${printable(id)} (${printable(name)})`).join(", ")
    return [
      draw("bold", fitText(head, width)),
      fitText(`  ${printable(title)}`, width),
      ...asked.map((line) => fitText(line, width)),
      draw("cyan", command),
      draw("dim", fitText(`  options: ${others}`, width)),
    ]
  })
}

/** Prints everything that waits over all sessions; with `follow` again whenever something is asked or answered. */
export async function inbox(follow: boolean, json: boolean): Promise<void> {
  const hub = useAgents()
  const read = async (): Promise<ReadonlyArray<WaitingPermission>> =>
    (await askAgents(hub, (agents) => agents.waiting())).permissions
  const show = (waiting: ReadonlyArray<WaitingPermission>): void =>
    print(...(waiting.length === 0 ? ["nothing waits"] : inboxLines(waiting, Date.now(), { paint, width: outputWidth() ?? 200 })))
  const first = await read()
  if (!follow) return json ? printJson(first) : show(first)
  const { followInbox } = await import("./follow-inbox.ts")
  await followInbox(hub, first, read, (waiting) => {
    if (json) print(JSON.stringify(waiting))
    else show(waiting)
  })
}

/** Prints the answers that are remembered for all sessions. */
export async function rulesList(json: boolean): Promise<void> {
  const { rules } = await askAgents(useAgents(), (agents) => agents.rules())
  printEither(json, rules, () =>
    rules.length === 0
      ? ["no rules; approve --remember always makes one"]
      : table(
          [
            { title: "#", text: (rule: PermissionRule) => String(rules.indexOf(rule) + 1), side: "right" },
            {
              title: "ANSWER",
              text: ({ allow }) => (allow ? "allow" : "refuse"),
              style: ({ allow }) => (allow ? "green" : "red"),
            },
            { title: "TOOL", text: ({ tool }) => printable(tool), style: () => "bold" },
            { title: "BEGINS WITH", text: ({ prefix }) => (prefix === undefined ? "(anything)" : printable(prefix)) },
          ],
          rules,
          { paint, width: outputWidth() ?? 200 },
        ),
  )
}

/** Forgets a remembered answer, named by its place in the list. */
export async function rulesRemove(place: number, json: boolean): Promise<void> {
  const hub = useAgents()
  const { rules } = await askAgents(hub, (agents) => agents.rules())
  const rule = rules[place - 1]
  if (rule === undefined) throw refused("RuleNotFound", `there is no rule ${place}; see ${hint("rules ls")}`)
  const { forgotten } = await askAgents(hub, (agents) => agents.forgetRule(rule))
  printEither(json, { forgotten, rule }, () => [forgotten ? `forgot rule ${place}` : "the rule was gone before"])
}
