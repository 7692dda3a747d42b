/**
 * What stands below the story: the open row of a text, what is asked, what waits, how things are, and the prompt.
 */
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import { headOf } from "@holdfast/protocol/text-cut"
import { holdText } from "../agent/hold-text.ts"
import { inputLine } from "../agent/message-text.ts"
import { tokens } from "../agent/usage-text.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { fitText } from "../text/width.ts"
import type { Asking } from "./Asking.ts"
import type { LineEditor } from "./LineEditor.ts"
import type { Place } from "./LiveArea.ts"
import { promptRows } from "./prompt-rows.ts"
import { requestRows } from "./request-rows.ts"
import type { MessageRowOptions } from "./Rows.ts"

const QUEUE_ROWS = 4

/** What there is to show. */
export interface BottomView {
  readonly agent: AgentFacts | undefined
  readonly tail: ReadonlyArray<string>
  readonly asking: Asking
  readonly editor: LineEditor
  readonly now: number
  readonly readOnly: boolean
  /** Said instead of how things are, for a moment. */
  readonly notice: string | undefined
  /** Since when the hub is away, when that is worth saying. */
  readonly away: boolean
  /** Messages that were typed and not accepted yet. */
  readonly sending: number
  readonly mode: string
}

/** The rows of the bottom and the cursor's place, at most `height` rows. */
export function bottomRows(
  view: BottomView,
  height: number,
  options: MessageRowOptions,
): { readonly rows: Array<string>; readonly cursor: Place | undefined } {
  const { paint, width } = options
  const { agent, asking, editor, now, readOnly, tail } = view
  const composing = !editor.empty
  const status = fitText(statusText(view), width())
  const prompt = readOnly ? undefined : promptRows(editor, "› ", width(), Math.max(1, Math.floor(height / 2)), paint)
  const open = (agent?.permissions ?? []).filter(({ decision }) => decision === undefined)
  const fixed = [paint(view.away ? "yellow" : "dim", status), ...(prompt?.rows ?? [])]
  const asked = requestRows(
    asking,
    {
      now,
      composing,
      takes: !readOnly && asking.takesKeys(now, composing),
      more: Math.max(0, open.length - 1),
      mayAnswer: !readOnly,
      room: height - fixed.length,
    },
    options,
  )
  // What is asked keeps its choices, which stand last; then comes the open text, then the queue.
  let room = Math.max(0, height - fixed.length)
  const request = asked.length > room ? asked.slice(asked.length - room) : asked
  room -= request.length
  const text = tail.slice(-Math.max(0, Math.min(room, 8)))
  const shownText = room === 0 ? [] : text
  room -= shownText.length
  const queue = queueRows(agent, options).slice(0, Math.max(0, Math.min(room, QUEUE_ROWS)))
  const gap = room - queue.length > 0 ? [""] : []
  const rows = [...shownText, ...gap, ...request, ...queue, ...fixed]
  const above = rows.length - (prompt?.rows.length ?? 0)
  return { rows, cursor: prompt === undefined ? undefined : { row: above + prompt.cursor.row, column: prompt.cursor.column } }
}

function queueRows(agent: AgentFacts | undefined, { paint, width }: MessageRowOptions): Array<string> {
  const queue = agent?.queue ?? []
  const row = (item: (typeof queue)[number], i: number): string => {
    const word =
      item.status === "waiting"
        ? "queued"
        : item.status === "sent"
          ? item.steer === true
            ? "steering"
            : "sending"
          : "may not have arrived"
    const text = fitText(
      `${i + 1} ${word}${item.mode === "queue" ? "" : ` (${item.mode})`}: ${inputLine(item.parts)}`,
      width() - 2,
    )
    return `  ${paint(item.status === "uncertain" ? "red" : "dim", text)}`
  }
  const shown = queue.length > QUEUE_ROWS ? queue.slice(0, QUEUE_ROWS - 1) : queue
  const more = queue.length - shown.length
  return [...shown.map(row), ...(more > 0 ? [paint("dim", `  … ${more} more; /queue lists all`)] : [])]
}

/** What an agent does without a turn. */
const backgroundText = ({ tasks }: AgentFacts): string =>
  tasks.length === 0
    ? "idle"
    : `${tasks.length} in the background (${headOf(tasks.map(({ description }) => description).join(", "), 60)}), /tasks`

function statusText({ agent, now, notice, away, sending, mode, readOnly }: BottomView): string {
  if (notice !== undefined) return printable(notice)
  if (away) return "the hub is away; reconnecting. The agent keeps working."
  if (agent === undefined) return "…"
  const { turn, info, hold, usage, spec, queue } = agent
  const state =
    turn === undefined
      ? hold !== undefined && queue.length > 0
        ? `${holdText(hold)}; /release continues now`
        : backgroundText(agent)
      : turn.interrupting === undefined
        ? `working ${span(now - turn.startedAt)}${turn.silentSince === undefined ? "" : `, nothing for ${span(now - turn.silentSince)}`}`
        : "stopping"
  const { contextUsed: used, contextWindow: fits } = usage
  const context =
    used === undefined || fits === undefined || fits === 0 ? "" : `context ${Math.round((100 * used) / fits)}% of ${tokens(fits)}`
  const help = readOnly ? "read-only" : turn === undefined ? "/help" : "Ctrl-C stops it"
  const name = info.model ?? spec.name
  const words = [
    sending > 0 ? "sending" : "",
    state,
    help,
    mode === "queue" || turn === undefined ? "" : `Enter: ${mode}`,
    name,
    info.mode ?? "",
    context,
  ]
  return words
    .filter((word) => word !== "")
    .map(printable)
    .join(" · ")
}
