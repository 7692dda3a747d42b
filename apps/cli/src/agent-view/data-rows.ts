/**
 * What agents tell beyond texts and tools, as rows: plans, lists of things to do, retries, compactions, subagents, notices.
 */
import type { DataPart } from "@holdfast/core/agent/message-part"
import { type NamedData, type PlanItem, readNamed } from "@holdfast/protocol/agent/named-data"
import { tokens } from "../agent/usage-text.ts"
import { withHints } from "../hint.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { fitText } from "../text/width.ts"
import { MarkdownRows } from "./MarkdownRows.ts"
import { rowsOf } from "./Rows.ts"
import type { MessageRowOptions } from "./Rows.ts"

/** Calls of a subagent that are shown at once. */
const CALLS_MAX = 3

/** The rows of a named value, `before` being what it stands for; none for those that say nothing to people. */
export function dataRows(part: DataPart, before: unknown, options: MessageRowOptions): Array<string> {
  const { paint, width } = options
  const named = readNamed(part)
  if (named === undefined) {
    return [paint("dim", fitText(`${printable(part.type.slice(5))} ${printable(JSON.stringify(part.data) ?? "")}`, width()))]
  }
  switch (named.type) {
    case "data-plan":
      return titled(
        "Plan",
        "text" in named.data ? textRows(named.data.text, options) : itemRows(named.data.entries, options),
        options,
      )
    case "data-todo":
      return titled("To do", itemRows(named.data, options), options)
    case "data-retry":
      return rowsOf(retryText(named.data), options, { first: "↻ ", next: "  ", style: "yellow" })
    case "data-compaction":
      return rowsOf(compactionText(named.data), options, { first: "✂ ", next: "  ", style: "dim" })
    case "data-subagent":
      return subagentRows(named.data, before, options)
    case "data-notice":
      return rowsOf(withHints(named.data.text), options, { first: "! ", next: "  ", style: "yellow" })
    case "data-unknown":
      return []
  }
}

const titled = (title: string, rows: Array<string>, { paint }: MessageRowOptions): Array<string> =>
  rows.length === 0 ? [] : [paint("bold", title), ...rows]

function textRows(text: string, options: MessageRowOptions): Array<string> {
  const rows = new MarkdownRows(options, undefined, "  ")
  rows.write(text)
  rows.finish()
  return text.trim() === "" ? [] : rows.take()
}

const MARKS: Readonly<Record<string, string>> = { completed: "☑", in_progress: "◐" }
const STYLES = { completed: "dim", in_progress: "bold" } as const

const itemRows = (items: ReadonlyArray<PlanItem>, options: MessageRowOptions): Array<string> =>
  items.flatMap(({ text, status }) => {
    const style = status === "completed" || status === "in_progress" ? { style: STYLES[status] } : {}
    return rowsOf(text, options, { first: `  ${MARKS[status] ?? "☐"} `, next: "    ", ...style })
  })

function retryText({ attempt, most, delay, status, error }: NamedData["data-retry"]): string {
  const when = delay !== null && delay >= 1000 ? ` in ${span(delay)}` : ""
  return `retrying${when} (${attempt}${most === null ? "" : ` of ${most}`}): ${error}${status === null ? "" : `, status ${status}`}`
}

function compactionText({ state, before, after, error }: NamedData["data-compaction"]): string {
  if (state === "running") return "the agent is compacting its context"
  if (state === "failed") return `the agent could not compact its context${error === undefined ? "" : `: ${error}`}`
  const known = typeof before === "number" && typeof after === "number"
  return `the agent compacted its context${known ? `: ${tokens(before)} → ${tokens(after)} tokens` : ""}`
}

/** What a subagent did since `before`, a row a call, and what it said. */
function subagentRows(
  { calls, latest, text }: NamedData["data-subagent"],
  before: unknown,
  options: MessageRowOptions,
): Array<string> {
  const shown = readNamed({ type: "data-subagent", data: before })
  const known = shown?.type === "data-subagent" ? shown.data : undefined
  const fresh = Math.max(0, calls - (known?.calls ?? 0))
  const rows = latest.slice(-Math.min(fresh, CALLS_MAX)).map((call) => call.replace(/\s*\n\s*/g, " ⏎ "))
  const said = text === undefined || text === known?.text ? [] : [text]
  return [...(fresh > CALLS_MAX ? [`… ${fresh - CALLS_MAX} calls`] : []), ...(fresh === 0 ? [] : rows), ...said].flatMap((row) =>
    rowsOf(row, options, { first: "  ◇ ", next: "    ", style: "dim" }),
  )
}
