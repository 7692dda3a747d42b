/**
 * A permission request as lines: what its record has of it, or all that was asked (docs/protocol/rules.md, P-15).
 */
import { suggestionsFor } from "@holdfast/core/agent/rule-words"
import type { PermissionDetail, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { RuleSuggestion } from "@holdfast/protocol/agent/permission-rule"
import { hint } from "../hint.ts"
import { quoted, shortId } from "../sessions/show-state.ts"
import { printable, printableLines } from "../text/printable.ts"
import { fieldsOf } from "./message-text.ts"

/** Lines of a request's subject beside others; of a longer one its beginning and its end, where it matters most. */
const SUBJECT_LINES = 16
const LAST_LINES = 5

const indented = (text: string, by = "  "): ReadonlyArray<string> =>
  printableLines(text)
    .split("\n")
    .map((line) => `${by}${line}`)

/** Whether an id can be read and typed. */
const isTyped = (id: string): boolean => id !== "" && !id.startsWith("-") && printable(id) === id && !/[^\x20-\x7e]/.test(id)

/** How an id is typed: as it is, quoted for the shell, or where that cannot be read, as its place from 1. */
export function typedId(id: string, place: number): string {
  return isTyped(id) ? quoted(id) : String(place + 1)
}

/** Ids up to this length are typed whole. */
const WHOLE = 16

/** How a request is named where that can be typed: its id or the end of it, otherwise the number of its event. */
export function requestName({ id, seq }: Pick<PermissionRequest, "id" | "seq">): string {
  const named = id.length > WHOLE ? shortId(id) : id
  // A short number might be the event of another request.
  return isTyped(named) && !/^\d{1,9}$/.test(named) ? quoted(named) : String(seq)
}

/** The name of a rule for `approve --for`. */
export function ruleName({ covers }: RuleSuggestion): string {
  return covers?.type ?? "tool"
}

/** What is typed to see all of a request. */
const wholeHint = (session: string, name: string): string => hint(`show ${shortId(session)} --request ${name}`)

/** What a request that is typed as `name` is about as its record has it, in a few lines; what is cut says so, and all of it can be asked for. */
export function subjectLines(session: string, request: PermissionRequest, name: string): ReadonlyArray<string> {
  const { subject, subjectBytes, title, tool, kind } = request
  const lines = subject === "" || title === subject || title === `${tool}: ${subject}` ? [] : indented(subject, "    ")
  // Edits, plans and what else a call is given are in the input, which a record does not hold.
  const whole = `in full: ${wholeHint(session, name)}`
  if (subjectBytes === undefined && lines.length <= SUBJECT_LINES) return kind === "question" ? lines : [...lines, `    ${whole}`]
  const last = subjectBytes === undefined ? lines.slice(-LAST_LINES) : []
  const size = subjectBytes === undefined ? `${lines.length} lines` : `${subjectBytes} bytes`
  return [...lines.slice(0, SUBJECT_LINES - last.length - 1), `    … cut, ${size} in all; ${whole}`, ...last]
}

/** Every field of an input, texts as they are. */
export function inputLines(input: unknown): ReadonlyArray<string> {
  const fields = Object.entries(fieldsOf(input))
  if (fields.length === 0) return indented(typeof input === "string" ? input : (JSON.stringify(input, null, 2) ?? ""))
  return fields.flatMap(([name, value]) => {
    if (typeof value !== "string") return indented(`${name}: ${JSON.stringify(value, null, 2)}`)
    return value.includes("\n") ? [...indented(`${name}:`), ...indented(value, "    ")] : indented(`${name}: ${value}`)
  })
}

/** All of a request. */
export function wholeLines({ request, decision, cancelled, suggestions }: PermissionDetail): ReadonlyArray<string> {
  const { title, tool, options, questions = [] } = request
  const ended =
    decision === undefined
      ? (cancelled ?? "waiting for an answer")
      : `${decision.allow ? "allowed" : "refused"} by ${decision.by}${[decision.message, cancelled].map((text) => (text === undefined ? "" : `: ${text}`)).join("")}`
  return [
    ...printableLines(title).split("\n"),
    `  tool: ${printable(tool)}`,
    `  state: ${printable(ended)}`,
    ...inputLines(request.input),
    ...questions.flatMap(({ question, choices }) => [
      `  ${printable(question)}`,
      ...choices.map(
        ({ label, description }) => `    ${printable(label)}${description === undefined ? "" : ` · ${printable(description)}`}`,
      ),
    ]),
    `  options: ${options.map(({ id, label }, i) => `${typedId(id, i)} (${printable(label)})`).join(", ")}`,
    ...suggestions.map((one) => `  --remember session --for ${ruleName(one)}: ${printable(one.label)}`),
  ]
}

/** The rules that are offered with a request, in one line; none for plans and questions. */
export function offerLines(request: PermissionRequest): ReadonlyArray<string> {
  const offered = suggestionsFor(request)
  if (offered.length === 0) return []
  return [
    `  with --remember session or always, --for ${offered.map((one) => `${ruleName(one)} (${printable(one.label)})`).join(", ")}`,
  ]
}
