/**
 * All of what an agent asks, in the form in which people read it (docs/protocol/app-rules.md, APP-40): a command, edits of files, a plan,
 * questions, or whatever else, field by field. Nothing of the input is left out.
 */
import type { PermissionAsk, PermissionRequest } from "@holdfast/protocol/agent/permission"

/** A change of one file. `isWhole`: `after` is all of the file, and what was there before is not known. */
export interface AskedEdit {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly isWhole: boolean
}

/** A field of the input that is shown as it is. */
export interface AskedField {
  readonly name: string
  readonly text: string
}

/** What is asked. `rest` are the fields that the form does not have. */
export type Asked =
  | { readonly kind: "command"; readonly command: string; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "edits"; readonly edits: ReadonlyArray<AskedEdit>; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "plan"; readonly text: string; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "questions"; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "other"; readonly subject: string; readonly rest: ReadonlyArray<AskedField> }

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)
const textIn = (fields: Fields, ...names: ReadonlyArray<string>): string | undefined => {
  const found = names.map((name) => fields[name]).find((value) => typeof value === "string")
  return typeof found === "string" ? found : undefined
}
const listIn = (fields: Fields, name: string): ReadonlyArray<Fields> => {
  const value = fields[name]
  return Array.isArray(value) ? value.filter(isFields) : []
}

const PATHS = ["file_path", "filePath", "notebook_path", "path", "abs_path"] as const
const BEFORES = ["old_string", "oldString", "oldText", "old_source", "old_str"] as const
const AFTERS = ["new_string", "newString", "newText", "new_source", "new_str"] as const

/** The change that fields describe: what stands there and what shall stand there, or all of a file. */
function editOf(fields: Fields, path = textIn(fields, ...PATHS)): AskedEdit | undefined {
  if (path === undefined) return undefined
  const [before, after] = [textIn(fields, ...BEFORES), textIn(fields, ...AFTERS)]
  if (after !== undefined) return { path, before: before ?? "", after, isWhole: before === undefined || before === "" }
  const content = textIn(fields, "content", "contents", "file_text")
  return content === undefined ? undefined : { path, before: "", after: content, isWhole: true }
}

function editsOf(input: Fields): ReadonlyArray<AskedEdit> {
  const changes = listIn(input, "changes").flatMap((change) => editOf(change) ?? [])
  if (changes.length > 0) return changes
  const path = textIn(input, ...PATHS)
  const several = listIn(input, "edits").flatMap((edit) => editOf(edit, path) ?? [])
  if (several.length > 0) return several
  const one = editOf(input)
  return one === undefined ? [] : [one]
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

/** The fields of an input but for those whose value is shown already. */
function restOf(input: unknown, shown: ReadonlyArray<string>): ReadonlyArray<AskedField> {
  if (!isFields(input)) return input === undefined || input === null ? [] : [{ name: "input", text: written(input) }]
  return Object.entries(input).flatMap(([name, value]) =>
    shown.includes(name) || value === undefined ? [] : [{ name, text: written(value) }],
  )
}

const EDIT_FIELDS: ReadonlyArray<string> = [
  ...PATHS,
  ...BEFORES,
  ...AFTERS,
  "content",
  "contents",
  "file_text",
  "edits",
  "changes",
]

/** What a request asks; `whole` is all of it, where it has been read: the record has no input. */
export function askedOf(request: PermissionRequest, whole: PermissionAsk | undefined): Asked {
  const input = whole?.input
  const fields = isFields(input) ? input : {}
  const subject = whole?.subject ?? request.subject
  if (request.kind === "question") return { kind: "questions", rest: restOf(input, ["questions", "question", "choices"]) }
  if (request.kind === "plan") {
    const text = textIn(fields, "plan") ?? subject
    return { kind: "plan", text, rest: restOf(input, ["plan"]) }
  }
  const edits = editsOf(fields)
  if (edits.length > 0) return { kind: "edits", edits, rest: restOf(input, EDIT_FIELDS) }
  if (isCommand(request, fields)) return { kind: "command", command: subject, rest: restOf(input, ["command", "cmd"]) }
  return { kind: "other", subject, rest: restOf(input, nameOf(fields, subject)) }
}

const isCommand = ({ editable, parsed }: PermissionRequest, fields: Fields): boolean =>
  editable === true || parsed?.type === "commands" || "command" in fields || "cmd" in fields

const nameOf = (fields: Fields, subject: string): ReadonlyArray<string> =>
  Object.entries(fields).flatMap(([name, value]) => (value === subject && subject !== "" ? [name] : []))

/** Whether all that is asked is on the screen without reading the request: then it can be answered at once. */
export function isWholeInRecord({ kind, subjectBytes, inputBytes, subject, questions }: PermissionRequest): boolean {
  if (kind === "question") return questions !== undefined
  if (kind === "plan" || subjectBytes !== undefined) return false
  // An input of little more than its subject: a command and no more.
  return inputBytes <= new TextEncoder().encode(JSON.stringify({ command: subject })).length
}

/** What a person is asked, as a heading. */
export function headingOf({ kind, title, tool, questions = [] }: PermissionRequest, asked: Asked): string {
  switch (asked.kind) {
    case "command":
      return "Run a command?"
    case "edits": {
      const files = new Set(asked.edits.map(({ path }) => path)).size
      if (files > 1) return `Change ${files} files?`
      return asked.edits.every(({ isWhole }) => isWhole) ? "Write a file?" : "Change a file?"
    }
    case "plan":
      return "Is this plan right?"
    case "questions":
      return questions.length > 1 ? `${questions.length} questions` : "A question"
    case "other":
      return kind === "tool" && (title === tool || title.startsWith(`${tool}:`)) ? `Use ${tool}?` : title
  }
}

/** What waits in one line, for lists, the palette and what is read out. */
export function lineOf({ kind, subject, title, questions = [] }: PermissionRequest): string {
  if (kind === "question") return questions[0]?.question ?? title
  if (kind === "plan") return title
  const [line = ""] = (subject === "" ? title : subject).split("\n")
  return line
}

/** What allowing is called. */
export function allowWords(asked: Asked): string {
  switch (asked.kind) {
    case "command":
      return "Run it"
    case "edits":
      return asked.edits.length > 1 ? "Make the changes" : "Make the change"
    case "plan":
      return "Carry it out"
    case "questions":
      return "Answer"
    case "other":
      return "Allow it"
  }
}
