/**
 * A permission request with the keys that answer it, as rows.
 */
import { inputLine } from "../agent/message-text.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { fitText } from "../text/width.ts"
import type { Asking } from "./Asking.ts"
import { choicesOf, VIEW_KEY } from "./Asking.ts"
import type { RowOptions } from "./Rows.ts"
import { rowsOf } from "./Rows.ts"
import { diffRows } from "./tool-rows.ts"

/** Rows of a request's own text at the most. */
const TEXT_ROWS = 6
const DIFF_ROWS = 8

/** How a request looks now. */
export interface RequestView {
  readonly now: number
  /** Whether a key answers it now. */
  readonly takes: boolean
  readonly composing: boolean
  /** Requests that wait behind it. */
  readonly more: number
  /** False for those who only look on. */
  readonly mayAnswer: boolean
}

/** The rows of the request that is shown; none when there is none. */
export function requestRows(asking: Asking, view: RequestView, options: RowOptions): Array<string> {
  const { request, question } = asking
  if (request === undefined) return []
  const { paint, width } = options
  // The end is shown as well: what is done last is easily hidden there.
  const cut = (rows: Array<string>, most: number): Array<string> => {
    if (rows.length <= most) return rows
    const more = paint("dim", `  … ${rows.length - most + 1} rows more; ${VIEW_KEY} shows all`)
    return [...rows.slice(0, most - 3), more, ...rows.slice(-2)]
  }
  const left = request.expiresAt === undefined ? "" : ` · ${span(request.expiresAt - view.now)} left`
  const more = view.more > 0 ? ` · ${view.more} more wait` : ""
  const head = question === undefined ? request.title : question.question
  const text = cut(rowsOf(printable(head), options, { first: "? ", next: "  ", style: "bold" }), TEXT_ROWS)
  const { subjectBytes } = request
  const cutShort = subjectBytes === undefined ? [] : [paint("dim", `  … of ${subjectBytes} bytes; ${VIEW_KEY} shows all`)]
  const about =
    question !== undefined || request.subject === "" || request.title.includes(request.subject)
      ? []
      : cut(rowsOf(inputLine([{ type: "text", text: request.subject }]), options, { first: "  ", next: "  " }), TEXT_ROWS)
  const key = (keys: ReadonlyArray<string>): string => paint(view.takes ? "cyan" : "dim", keys.join("/"))
  const row = (keys: ReadonlyArray<string>, label: string): string =>
    `  ${key(keys)} ${paint(view.takes ? "bold" : "dim", fitText(printable(label), width() - 4 - keys.join("/").length))}`
  const choices =
    question === undefined
      ? choicesOf(request).map(({ keys, label }) => row(keys, label))
      : question.choices.slice(0, 9).map(({ label, description }, i) => {
          const mark = question.multiple === true ? (asking.picked.has(i) ? "[x] " : "[ ] ") : ""
          return row([String(i + 1)], `${mark}${label}${description === undefined ? "" : ` · ${description}`}`)
        })
  const rejects = request.options.find(({ kind }) => kind.startsWith("reject"))
  const refusal = question === undefined || rejects === undefined ? [] : [row(["n"], rejects.label)]
  return [
    paint("yellow", fitText(`── ${printable(request.tool)} asks${left}${more}`, width())),
    ...text,
    ...about,
    ...cutShort,
    ...cut(diffRows(asking.detail?.request.input, options), DIFF_ROWS),
    ...choices,
    ...refusal,
    paint("dim", fitText(`  ${advice(view, question?.multiple === true)}`, width())),
  ]
}

function advice({ takes, composing, mayAnswer }: RequestView, several: boolean): string {
  if (!mayAnswer) return "read-only: somebody else answers"
  if (takes)
    return several
      ? `a number picks, Enter sends what is picked; ${VIEW_KEY} shows all; Tab to write instead`
      : `press a key; ${VIEW_KEY} shows all of it; Tab to write instead`
  return composing ? "Tab to answer" : "a moment, or Tab to answer"
}
