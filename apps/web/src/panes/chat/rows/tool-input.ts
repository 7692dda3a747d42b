/** What a tool call works on, and what came of it, in whatever shape its agent reports them. */
import type { ToolPart } from "@holdfast/client/model"

type Fields = Readonly<Record<string, unknown>>

const NOTHING: Fields = {}

/** The fields of a JSON object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : NOTHING
}

/** The first of these fields that is a text with something in it. */
export function textIn(fields: Fields, ...names: ReadonlyArray<string>): string | undefined {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === "string" && value !== "") return value
  }
  return undefined
}

const PATHS = ["file_path", "filePath", "path", "notebook_path", "file", "filename", "abs_path"]

/** The path that a call works on, without the session's directory. */
export function pathOf(part: ToolPart, cwd: string): string | undefined {
  const [location] = listOf(fieldsOf(part.toolMetadata)["locations"])
  const path = textIn(fieldsOf(part.input), ...PATHS) ?? textIn(fieldsOf(location), "path")
  return path === undefined ? undefined : within(path, cwd)
}

/** A path as it is read from a directory. */
export function within(path: string, directory: string): string {
  const base = directory.endsWith("/") ? directory : `${directory}/`
  return directory !== "" && path.startsWith(base) ? path.slice(base.length) : path
}

/** A list, or an empty one. */
export function listOf(value: unknown): ReadonlyArray<unknown> {
  return Array.isArray(value) ? (value as ReadonlyArray<unknown>) : []
}

const OUTPUTS = ["output", "stdout", "text", "content", "result", "message"]

function blockTexts(list: ReadonlyArray<unknown>): string | undefined {
  const texts = list.map((item) => {
    if (typeof item === "string") return item
    const fields = fieldsOf(item)
    return textIn(fields, "text") ?? textIn(fieldsOf(fields["content"]), "text")
  })
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts.join("\n") : undefined
}

/** The words of a value: its text, or what it is as JSON; `undefined` for nothing. */
export function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === "string") return value
  if (Array.isArray(value)) return blockTexts(value as ReadonlyArray<unknown>) ?? JSON.stringify(value, null, 2)
  const fields = fieldsOf(value)
  const known = textIn(fields, ...OUTPUTS)
  if (known !== undefined) {
    const errors = textIn(fields, "stderr")
    return errors === undefined || errors === known ? known : `${known}\n${errors}`
  }
  const nested = listOf(fields["content"])
  const told = nested.length > 0 ? blockTexts(nested) : undefined
  if (told !== undefined) return told
  const rest = Object.keys(fields).filter((name) => !["exitCode", "changes", "bytes", "output"].includes(name))
  return rest.length === 0 ? undefined : JSON.stringify(value, null, 2)
}

/** What a call gave back, or why it failed. */
export function outputOf(part: ToolPart): string | undefined {
  return part.errorText ?? wordsOf(part.output)
}

/** The exit code of a command, where it is known. */
export function exitCodeOf(part: ToolPart): number | undefined {
  const fields = fieldsOf(part.output)
  for (const name of ["exitCode", "exit_code", "code"]) {
    const value = fields[name]
    if (typeof value === "number") return value
  }
  return undefined
}

/** How many lines a text has. */
export function linesIn(text: string): number {
  if (text === "") return 0
  let lines = 1
  for (let at = text.indexOf("\n"); at !== -1 && at < text.length - 1; at = text.indexOf("\n", at + 1)) lines += 1
  return lines
}

/** A count with its noun. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`
}
