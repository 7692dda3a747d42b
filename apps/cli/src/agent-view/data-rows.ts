/**
 * What agents tell beyond texts and tools, as rows: plans, lists of things to do, retries, notices.
 */
import type { DataPart } from "@holdfast/core/agent/message-part"
import { fieldsOf, textIn } from "../agent/message-text.ts"
import { printable } from "../text/printable.ts"
import { fitText } from "../text/width.ts"
import { MarkdownRows } from "./MarkdownRows.ts"
import { rowsOf } from "./Rows.ts"
import type { RowOptions } from "./Rows.ts"

const MARKS: Readonly<Record<string, string>> = { completed: "☑", in_progress: "◐", pending: "☐" }

/** Rows of a list of things to do; none when the value has no such list. */
function listRows(data: unknown, options: RowOptions): Array<string> {
  const fields = fieldsOf(data)
  const list = ["entries", "todos", "items"].map((name) => fields[name]).find(Array.isArray)
  const entries: ReadonlyArray<unknown> = list ?? (Array.isArray(data) ? data : [])
  return entries.map(fieldsOf).flatMap((entry) => {
    const status = textIn(entry["status"])
    const text =
      [entry["content"], entry["text"], entry["title"], entry["subject"]].map(textIn).find((found) => found !== "") ?? ""
    const mark = `${MARKS[status] ?? "☐"} `
    return rowsOf(text, options, {
      first: `  ${mark}`,
      next: "    ",
      ...(status === "completed" ? { style: "dim" as const } : status === "in_progress" ? { style: "bold" as const } : {}),
    })
  })
}

/** The rows of a named value; none for those that say nothing to people. */
export function dataRows({ type, data }: DataPart, options: RowOptions): Array<string> {
  const { paint, width } = options
  const fields = fieldsOf(data)
  const words = [fields["text"], fields["message"], fields["error"], fields["reason"], fields["description"]].map(textIn)
  const text = words.find((word) => word !== "") ?? ""
  const rest = (): string => printable(JSON.stringify(data) ?? "")
  switch (type) {
    case "data-plan":
    case "data-todo": {
      const title = paint("bold", type === "data-plan" ? "Plan" : "To do")
      const list = listRows(data, options)
      if (list.length > 0) return [title, ...list]
      const rows = new MarkdownRows(options, undefined, "  ")
      rows.write(text)
      rows.finish()
      return text === "" ? [] : [title, ...rows.take()]
    }
    case "data-retry": {
      const attempt = fields["attempt"]
      const again = `↻ trying again${typeof attempt === "number" ? ` (${attempt})` : ""}`
      return rowsOf(text === "" ? again : `${again}: ${text}`, options, { next: "  ", style: "yellow" })
    }
    case "data-notice":
      return rowsOf(text === "" ? rest() : text, options, { first: "! ", next: "  ", style: "yellow" })
    case "data-compaction":
      return rowsOf(`the agent made its context shorter${text === "" ? "" : `: ${text}`}`, options, {
        first: "✂ ",
        next: "  ",
        style: "dim",
      })
    case "data-subagent":
      return rowsOf([textIn(fields["status"]), text].filter((word) => word !== "").join(": ") || rest(), options, {
        first: "◇ ",
        next: "  ",
        style: "dim",
      })
    case "data-unknown":
      return []
    default:
      return [paint("dim", fitText(`${printable(type.slice(5))} ${rest()}`, width()))]
  }
}
