/**
 * A permission request with the keys that answer it, as rows.
 */
import { inputLine } from "../agent/message-text.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { fitText } from "../text/width.ts"
import type { Asking } from "./Asking.ts"
import { choicesOf, VIEW_KEY } from "./Asking.ts"
import type { MessageRowOptions } from "./Rows.ts"
import { rowsOf } from "./Rows.ts"
import { diffRows } from "./tool-rows.ts"

/** Rows of a request's title, of what it is about, and of its changes at most; of what it is about two are always shown. */
const TITLE_ROWS = 3
const ABOUT_ROWS = 12
const ABOUT_LEAST = 3
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
  /** Rows that there are for it. */
  readonly room: number
}

/** The title, without a subject that it only repeats, and the subject as far as it is known. */
function textsOf({ request, detail, question }: Asking): {
  readonly head: string
  readonly about: string
  readonly hidden: number
} {
  if (request === undefined) return { head: "", about: "", hidden: 0 }
  const { title, tool, subjectBytes } = request
  const subject = detail?.request.subject ?? request.subject
  if (question !== undefined) return { head: question.question, about: "", hidden: 0 }
  const repeated = title.startsWith(`${tool}: `) ? title.slice(tool.length + 2).replace(/…$/, "") : title
  const head = subject !== "" && subject.startsWith(repeated) ? `${tool}:` : title
  const known = detail === undefined ? Buffer.byteLength(subject) : Number.POSITIVE_INFINITY
  return {
    head,
    about: title !== "" && title === subject && head === title ? "" : subject,
    hidden: Math.max(0, (subjectBytes ?? 0) - known),
  }
}

/** Of many rows the beginning and the end: what is done last is easily hidden there. */
function cut(rows: Array<string>, most: number, marked: (hidden: Array<string>) => string): Array<string> {
  if (rows.length <= most) return rows
  const last = Math.max(1, Math.min(Math.floor((most - 1) / 2), most - 2))
  const first = Math.max(0, most - 1 - last)
  return [...rows.slice(0, first), marked(rows.slice(first, rows.length - last)), ...rows.slice(-last)]
}

/** The rows of the request that is shown; none when there is none. */
export function requestRows(asking: Asking, view: RequestView, options: MessageRowOptions): Array<string> {
  const { request, question } = asking
  if (request === undefined) return []
  const { paint, width } = options
  const hiddenRows = (hidden: Array<string>): string =>
    paint(
      "dim",
      `  … ${hidden.length} more rows, ${hidden.reduce((sum, row) => sum + Buffer.byteLength(row.trim()), 0)} bytes; ${VIEW_KEY} shows all`,
    )
  const left = request.expiresAt === undefined ? "" : ` · ${span(request.expiresAt - view.now)} left`
  const more = view.more > 0 ? ` · ${view.more} more waiting` : ""
  const { head, about, hidden } = textsOf(asking)
  const text = cut(rowsOf(printable(head), options, { first: "? ", next: "  ", style: "bold" }), TITLE_ROWS, hiddenRows)
  const cutShort =
    hidden === 0 ? [] : [paint("red", `  … the last ${hidden} of ${request.subjectBytes} bytes are cut; ${VIEW_KEY} shows all`)]
  const key = (keys: ReadonlyArray<string>): string => paint(view.takes ? "cyan" : "dim", keys.join("/"))
  const row = (keys: ReadonlyArray<string>, label: string): Array<string> => {
    const indent = " ".repeat(3 + keys.join("/").length)
    const columns = (): number => width() - indent.length
    const [first = "", ...rest] = rowsOf(printable(label), { paint, width: columns }, { style: view.takes ? "bold" : "dim" })
    return [`  ${key(keys)} ${first}`, ...rest.map((text) => `${indent}${text}`)]
  }
  const choices =
    question === undefined
      ? choicesOf(request).flatMap(({ keys, label }) => row(keys, label))
      : question.choices.slice(0, 9).flatMap(({ label, description }, i) => {
          const mark = question.multiple === true ? (asking.picked.has(i) ? "[x] " : "[ ] ") : ""
          return row([String(i + 1)], `${mark}${label}${description === undefined ? "" : ` · ${description}`}`)
        })
  const rejects = request.options.find(({ kind }) => kind.startsWith("reject"))
  const refusal = question === undefined || rejects === undefined ? [] : row(["n"], rejects.label)
  const begin = paint("yellow", fitText(`── ${printable(request.tool)} asks${left}${more}`, width()))
  const last = paint("dim", fitText(`  ${advice(view, question?.multiple === true)}`, width()))
  const others = 2 + text.length + cutShort.length + choices.length + refusal.length
  const most = Math.max(ABOUT_LEAST, Math.min(ABOUT_ROWS, view.room - others))
  const aboutRows = about === "" ? [] : rowsOf(inputLine([{ type: "text", text: about }]), options, { first: "  ", next: "  " })
  const shown = cut(aboutRows, most, hiddenRows)
  const changes = cut(diffRows(asking.detail?.request.input, options), DIFF_ROWS, hiddenRows)
  return [begin, ...text, ...shown, ...cutShort, ...changes, ...choices, ...refusal, last]
}

function advice({ takes, composing, mayAnswer }: RequestView, several: boolean): string {
  if (!mayAnswer) return "read-only: someone else must answer"
  if (takes)
    return several
      ? `press a number to pick, Enter to send; ${VIEW_KEY} shows all; Tab to write instead`
      : `press a key; ${VIEW_KEY} shows all; Tab to write instead`
  return composing ? "press Tab to answer" : "wait a moment or press Tab to answer"
}
