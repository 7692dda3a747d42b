/**
 * The rows of a message: what the list shows one below the other (docs/protocol/app-rules.md, APP-33). A row names parts by their
 * place and holds none of their text, so it changes only when the message gets another part.
 */
import { isDataPart, isTextPart, isToolPart } from "@holdfast/core/agent/message-part"
import type { MessagePart } from "@holdfast/client/model"
import type { Message } from "@holdfast/protocol/agent/message"
import { familyOf, GROUPED } from "./tool-families.ts"

/** What a row shows. */
export type RowKind =
  /** What a person sent. */
  | "person"
  | "text"
  | "reasoning"
  /** One call, or several like ones. */
  | "tools"
  /** Todos, plans, notices, files, sources, and what has no row of its own. */
  | "other"
  /** How a turn ended. */
  | "end"

/** A row of a message. */
export interface Row {
  readonly key: string
  readonly kind: RowKind
  readonly message: string
  /** Places of its parts. */
  readonly parts: ReadonlyArray<number>
  /** When its message came, on the row that says it. */
  readonly at?: number
}

const NONE: ReadonlyArray<number> = Object.freeze([])

/** Parts that have no row: marks of steps, what belongs to a call's row, words that are not there yet. */
function isSilent(part: MessagePart, hasTodos: boolean): boolean {
  if (part.type === "step-start" || part.type === "data-subagent") return true
  if (isTextPart(part)) return part.text.trim() === ""
  return hasTodos && isToolPart(part) && familyOf(part) === "todo" && part.state !== "output-error"
}

function kindOf(part: MessagePart): RowKind {
  if (isToolPart(part)) return "tools"
  if (isTextPart(part)) return part.type === "text" ? "text" : "reasoning"
  return "other"
}

/** The family by which neighbours become one row; none for what stands alone. */
function groupOf(part: MessagePart): string | undefined {
  if (!isToolPart(part)) return part.type === "reasoning" ? "reasoning" : undefined
  const family = familyOf(part)
  return GROUPED.has(family) && part.state !== "approval-requested" ? family : undefined
}

/** The rows of an agent's message. */
function agentRows({ id, parts }: Message): Array<Row> {
  const rows: Array<Row> = []
  const known = parts as ReadonlyArray<MessagePart>
  const hasTodos = known.some((part) => isDataPart(part) && part.type === "data-todo")
  let open: { readonly group: string; readonly parts: Array<number> } | undefined
  for (const [index, part] of known.entries()) {
    if (isSilent(part, hasTodos)) continue
    const group = groupOf(part)
    if (group !== undefined && group === open?.group) {
      open.parts.push(index)
      continue
    }
    const places = [index]
    open = group === undefined ? undefined : { group, parts: places }
    rows.push({ key: `${id}:${index}`, kind: kindOf(part), message: id, parts: places })
  }
  return rows
}

const minuteOf = (time: number): number => Math.floor(time / 60_000)

/** The rows of a message; `before` is when the message above it came, so that a minute is said once. */
export function planRows(message: Message, isStreaming: boolean, before?: number): ReadonlyArray<Row> {
  const { id, role, createdAt } = message
  const isTold = before !== undefined && minuteOf(before) === minuteOf(createdAt)
  if (role !== "assistant") return [{ key: `${id}:0`, kind: "person", message: id, parts: NONE, at: createdAt }]
  const rows = agentRows(message)
  const [first, ...rest] = rows
  const timed = first === undefined || isTold ? rows : [{ ...first, at: createdAt }, ...rest]
  return isStreaming ? timed : [...timed, { key: `${id}:end`, kind: "end", message: id, parts: NONE }]
}

/** Whether two plans are the same, row for row. */
export function sameRows(one: ReadonlyArray<Row>, other: ReadonlyArray<Row>): boolean {
  return (
    one.length === other.length &&
    one.every((row, index) => {
      const that = other[index] as Row
      return row.key === that.key && row.kind === that.kind && row.at === that.at && sameParts(row.parts, that.parts)
    })
  )
}

const sameParts = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): boolean =>
  one.length === other.length && one.every((place, index) => place === other[index])
