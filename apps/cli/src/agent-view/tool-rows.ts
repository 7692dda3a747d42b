/**
 * Tool calls as rows: what is called, and a short form of what came of it.
 */
import { lineDiff } from "@holdfast/core/agent/line-diff"
import type { ToolPart } from "@holdfast/core/agent/message-part"
import { fieldsOf, textIn } from "../agent/message-text.ts"
import { printable } from "../text/printable.ts"
import type { Style } from "../text/style.ts"
import { fitText } from "../text/width.ts"
import type { MessageRowOptions } from "./Rows.ts"

/** Lines of an output that are shown from its beginning and from its end, and lines of a change. */
const FIRST = 4
const LAST = 4
const DIFF_LINES = 24

const TELLING = ["command", "file_path", "filePath", "path", "pattern", "query", "url", "description", "prompt", "question"]

/** What a tool is called with, in one line. */
export function inputSummary({ title, toolName, input, rawInput }: ToolPart): string {
  const fields = fieldsOf(input)
  const telling = TELLING.map((name) => fields[name]).find((value) => typeof value === "string" && value !== "")
  const told = textIn(telling)
  if (told !== "") return printable(told.trim().replace(/\s*\n\s*/g, " ⏎ "))
  if (title !== undefined && title !== toolName) return printable(title)
  if (input === undefined) return printable(rawInput ?? "")
  const json = JSON.stringify(input)
  return json === "{}" || json === "null" ? "" : printable(json)
}

/** The row that says which tool is called and with what. */
export function headRow(part: ToolPart, { paint, width }: MessageRowOptions): string {
  const name = fitText(printable(part.toolName), Math.floor(width() / 2))
  const summary = fitText(inputSummary(part), Math.max(0, width() - 4 - name.length))
  return `${paint("green", "●")} ${paint("bold", name)}${summary === "" ? "" : `  ${summary}`}`
}

/** Changes of files in a value, as unified diffs. */
function diffs(value: unknown, path = "file", levels = 3): ReadonlyArray<string> {
  if (levels === 0) return []
  if (Array.isArray(value)) return value.flatMap((item) => diffs(item, path, levels - 1))
  const fields = fieldsOf(value)
  const first = (...names: ReadonlyArray<string>): string | undefined =>
    names.map((name) => fields[name]).find((found): found is string => typeof found === "string")
  const where = first("path", "file_path", "filePath") ?? path
  const after = first("newText", "new_string", "newString")
  if (after === undefined) {
    return ["edits", "content", "changes", "output"].flatMap((name) => diffs(fields[name], where, levels - 1))
  }
  const diff = lineDiff(where, first("oldText", "old_string", "oldString") ?? "", after)
  return diff === "" ? [] : [diff]
}

/** Rows of the changes that a tool makes, coloured; none when it makes none. */
export function diffRows(value: unknown, { paint, width }: MessageRowOptions): Array<string> {
  return diffs(value).flatMap((diff) => {
    // The names of the files are in the row above.
    const lines = diff.split("\n").slice(2)
    const shown = lines.slice(0, DIFF_LINES).map((line) => {
      const style: Style = line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : line.startsWith("@@") ? "cyan" : "dim"
      return `    ${paint(style, fitText(printable(line.replaceAll("\t", "    ")), width() - 4))}`
    })
    return lines.length > DIFF_LINES ? [...shown, `    ${paint("dim", `… ${lines.length - DIFF_LINES} more lines`)}`] : shown
  })
}

/** The text of what a tool gave, as far as it is text. */
export function outputText(output: unknown, levels = 4): string {
  if (typeof output === "string") return output
  if (levels === 0 || output === null || output === undefined) return ""
  if (Array.isArray(output)) {
    return output
      .map((item) => outputText(item, levels - 1))
      .filter((text) => text !== "")
      .join("\n")
  }
  const fields = fieldsOf(output)
  const texts = ["output", "stdout", "stderr", "text", "content", "result"]
    .map((name) => outputText(fields[name], levels - 1))
    .filter((text) => text !== "")
  if (texts.length > 0) return texts.join("\n")
  if (diffs(output).length > 0 || Object.keys(fields).length === 0) return ""
  const { exitCode, ...rest } = fields
  return exitCode === undefined || Object.keys(rest).length > 0 ? (JSON.stringify(output) ?? "") : ""
}

/** Rows of what came of a tool: a few lines, and how many more there are. */
export function resultRows(part: ToolPart, options: MessageRowOptions): Array<string> {
  const { paint, width } = options
  const row = (text: string, style: Style, first: boolean): string =>
    `  ${paint("dim", first ? "⎿" : " ")} ${paint(style, fitText(printable(text.replaceAll("\t", "    ")), width() - 4))}`
  if (part.state === "output-denied") {
    const why = part.approval?.reason
    return [row(why === undefined || why === "" ? "not allowed" : `not allowed: ${why}`, "yellow", true)]
  }
  const failed = part.state === "output-error"
  const text = (failed ? (part.errorText ?? "failed") : outputText(part.output)).replace(/\s+$/, "")
  const code = fieldsOf(part.output)["exitCode"]
  const changed = failed ? [] : diffRows(part.output, options)
  const exit = typeof code === "number" && code !== 0 ? [row(`exit code ${code}`, "yellow", text === "")] : []
  if (text === "") return [...changed, ...exit, ...(changed.length + exit.length === 0 ? [row("done", "dim", true)] : [])]
  const lines = text.split(/\r\n|\n|\r/)
  const style: Style = failed ? "red" : "dim"
  const more = lines.length - FIRST - LAST
  const shown = more > 1 ? [...lines.slice(0, FIRST), `… ${more} more lines`, ...lines.slice(-LAST)] : lines
  return [...changed, ...shown.map((line, i) => row(line, style, i === 0)), ...exit]
}

/** The row of a tool that is at work, with the last line it gave so far. */
export function busyRow(part: ToolPart, { paint, width }: MessageRowOptions): string {
  const last = part.preliminary === true ? outputText(part.output).trimEnd().split("\n").at(-1) : undefined
  const text = last === undefined || last === "" ? "…" : printable(last.replaceAll("\t", "    "))
  return `  ${paint("dim", `⎿ ${fitText(text, width() - 4)}`)}`
}
