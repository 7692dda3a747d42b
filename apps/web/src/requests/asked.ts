/**
 * All of what an agent asks, in the form in which people read it (docs/protocol/app-rules.md, APP-40): a command, edits of files, a plan,
 * questions, or whatever else, field by field. Nothing of the input is left out.
 */
import type { PermissionAsk, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { type AskedEdit, editsIn } from "./asked-edits.ts"
import { type AskedField, type Fields, isFields, leftOf } from "./asked-fields.ts"

/** What is asked. `rest` are the fields that the form does not have. */
export type Asked =
  | { readonly kind: "command"; readonly command: string; readonly rest: ReadonlyArray<AskedField> }
  | {
      readonly kind: "edits"
      readonly edits: ReadonlyArray<AskedEdit>
      /** How many changes are among the rest, because they are no edits of lines. */
      readonly others: number
      readonly rest: ReadonlyArray<AskedField>
    }
  | { readonly kind: "plan"; readonly text: string; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "questions"; readonly rest: ReadonlyArray<AskedField> }
  | { readonly kind: "other"; readonly subject: string; readonly rest: ReadonlyArray<AskedField> }

/** What a request asks; `whole` is all of it, where it has been read: the record has no input. */
export function askedOf(request: PermissionRequest, whole: PermissionAsk | undefined): Asked {
  const input = whole?.input
  const subject = whole?.subject ?? request.subject
  const asked = formOf(request, subject, input)
  if (subject === "" || input === undefined || textsOf(asked).some((text) => text.includes(subject))) return asked
  // What rules and lists go by is none of the input's values: then it is shown beside them.
  return { ...asked, rest: [{ name: "subject", text: subject }, ...asked.rest] }
}

function formOf(request: PermissionRequest, subject: string, input: PermissionAsk["input"] | undefined): Asked {
  const fields = isFields(input) ? input : {}
  if (request.kind === "question") return { kind: "questions", rest: leftOf(input, shownByQuestions(request, fields)) }
  if (request.kind === "plan") {
    const plan = fields["plan"]
    return typeof plan === "string"
      ? { kind: "plan", text: plan, rest: leftOf(input, new Set(["plan"])) }
      : { kind: "plan", text: subject, rest: leftOf(input, namesOf(fields, subject)) }
  }
  const { edits, others, shown } = editsIn(fields)
  if (edits.length > 0) return { kind: "edits", edits, others: others.length, rest: [...others, ...leftOf(input, shown)] }
  const command = commandIn(request, fields, subject)
  if (command !== undefined) return { kind: "command", command: command.text, rest: leftOf(input, command.shown) }
  return { kind: "other", subject, rest: leftOf(input, namesOf(fields, subject)) }
}

/** A word as it can be told from others beside it. */
const quoted = (word: string): string => (/^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The words of a program; of a shell's the line, where the request is about that. */
const lineOfWords = (words: ReadonlyArray<string>, subject: string): string =>
  words.length === 3 && words[2] === subject && /^-[a-z]*c$/.test(words[1] ?? "") ? subject : words.map(quoted).join(" ")

const isWords = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")

interface CommandIn {
  readonly text: string
  readonly shown: ReadonlySet<string>
}

/** The command of an input: what it says itself, and the subject only where that is said to be one or where there is no input. */
function commandIn({ editable, parsed }: PermissionRequest, fields: Fields, subject: string): CommandIn | undefined {
  const isEditable = editable === true && subject !== ""
  const name = ["command", "cmd"].find((one) => fields[one] !== undefined && fields[one] !== "")
  const value = name === undefined ? undefined : fields[name]
  if (!isEditable && name !== undefined) {
    if (typeof value === "string") return { text: value, shown: namesOf(fields, value, ["command", "cmd"]) }
    // The words themselves stay among the rest: a line does not say where one ends.
    if (isWords(value)) return { text: lineOfWords(value, subject), shown: new Set() }
    return undefined
  }
  return editable === true || parsed?.type === "commands" ? { text: subject, shown: namesOf(fields, subject) } : undefined
}

/** The names whose value is this text. */
const namesOf = (fields: Fields, text: string, among = Object.keys(fields)): ReadonlySet<string> =>
  new Set(text === "" ? [] : among.filter((name) => fields[name] === text))

/** What the switches of a question are called. */
const SWITCHES: ReadonlyArray<string> = ["multiSelect", "multiple", "free"]

/** The names of an input that say nothing but what the form of its questions shows. */
function shownByQuestions({ questions = [] }: PermissionRequest, fields: Fields): ReadonlySet<string> {
  const texts = new Set([
    "",
    ...questions.flatMap(({ question, header, choices }) => [
      question,
      header,
      ...choices.flatMap(({ label, description }) => [label, description]),
    ]),
  ])
  const isShown = (value: unknown, name: string): boolean => {
    if (typeof value === "string") return texts.has(value)
    if (typeof value === "boolean") return SWITCHES.includes(name)
    if (Array.isArray(value)) return value.every((one) => isShown(one, name))
    return isFields(value) && Object.entries(value).every(([inner, one]) => isShown(one, inner))
  }
  return new Set(Object.entries(fields).flatMap(([name, value]) => (isShown(value, name) ? [name] : [])))
}

/** Every text that is shown of what is asked. */
export function textsOf(asked: Asked): ReadonlyArray<string> {
  const fields = (all: ReadonlyArray<AskedField>): ReadonlyArray<string> => all.map(({ text }) => text)
  const rest = fields(asked.rest)
  switch (asked.kind) {
    case "command":
      return [asked.command, ...rest]
    case "edits":
      return [...asked.edits.flatMap(({ path, before, after, more = [] }) => [path, before, after, ...fields(more)]), ...rest]
    case "plan":
      return [asked.text, ...rest]
    case "questions":
      return rest
    case "other":
      return [asked.subject, ...rest]
  }
}

/**
 * Whether all that is asked is on the screen without reading the request: then it can be answered at once. Of an editable one the
 * subject is the command of the input, so an input of exactly its size has nothing else.
 */
export function isWholeInRecord({ kind, editable, subjectBytes, inputBytes, subject, questions }: PermissionRequest): boolean {
  if (kind === "question") return questions !== undefined
  if (kind === "plan" || editable !== true || subjectBytes !== undefined) return false
  return inputBytes === new TextEncoder().encode(JSON.stringify({ command: subject })).length
}

/** What a person is asked, as a heading. */
export function headingOf({ kind, title, tool, questions = [] }: PermissionRequest, asked: Asked): string {
  switch (asked.kind) {
    case "command":
      return "Run a command?"
    case "edits": {
      const files = new Set(asked.edits.map(({ path }) => path)).size
      if (asked.others > 0) return `Make ${asked.edits.length + asked.others} changes?`
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
      return asked.edits.length + asked.others > 1 ? "Make the changes" : "Make the change"
    case "plan":
      return "Carry it out"
    case "questions":
      return "Answer"
    case "other":
      return "Allow it"
  }
}
