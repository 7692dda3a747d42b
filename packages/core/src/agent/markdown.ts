/**
 * A transcript as Markdown, for people: a heading per speaker, tools with their input and output in fences, approvals,
 * reasoning as quotes, changes as diffs, files by name.
 *
 * Nothing in it is HTML or a control character, whatever the messages hold (see markdown-text.ts). Messages of any origin:
 * a part that is not known is shown as JSON.
 */
import type { Message } from "@holdfast/protocol/agent/message"
import { readNamed } from "@holdfast/protocol/agent/named-data"
import { askedCommand, callAsRun, editOf } from "./edited-call.ts"
import { lineDiff } from "./line-diff.ts"
import { fenced, inline, quoted, safeMarkdown } from "./markdown-text.ts"
import { namedBlocks, unknownLine } from "./named-markdown.ts"

type Fields = Readonly<Record<string, unknown>>
type Blocks = ReadonlyArray<string>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === "string" ? value : "")
const firstText = (value: Fields, ...keys: ReadonlyArray<string>): string | undefined =>
  keys.map((key) => value[key]).find((found): found is string => typeof found === "string")

const json = (value: unknown): string => fenced(JSON.stringify(value, undefined, 2) ?? "", "json")

const DIFF = /^(diff --git |--- .*\n\+\+\+ |@@ -\d)/m

const plain = (value: string): string => (value === "" ? "*(empty)*" : fenced(value, DIFF.test(value) ? "diff" : "text"))

const PATH_KEYS = ["path", "file_path", "filePath"]
const OLD_KEYS = ["oldText", "old_string", "oldString"]
const NEW_KEYS = ["newText", "new_string", "newString"]

/** A change of a file, as tools report it; undefined when the value is none. */
function change(value: Fields, path: string): string | undefined {
  const after = firstText(value, ...NEW_KEYS)
  if (after === undefined || !OLD_KEYS.some((key) => key in value)) return undefined
  const diff = lineDiff(firstText(value, ...PATH_KEYS) ?? path, firstText(value, ...OLD_KEYS) ?? "", after)
  return diff === "" ? "*(no change)*" : fenced(diff, "diff")
}

/** An input or an output: texts and changes as what they are, all else as JSON. */
function valueBlocks(value: unknown, path = "file", levels = 4): Blocks {
  if (value === undefined || value === null) return []
  if (typeof value === "string") return [plain(value)]
  if (levels === 0) return [json(value)]
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value
    return items.length > 0 && items.every(isFields)
      ? items.flatMap((item) => valueBlocks(item, path, levels - 1))
      : [json(value)]
  }
  if (!isFields(value)) return [json(value)]
  if (value["type"] === "text" && typeof value["text"] === "string") return [plain(value["text"])]
  if (value["type"] === "content") return valueBlocks(value["content"], path, levels - 1)
  const diff = change(value, path)
  if (diff !== undefined) {
    const known = [...PATH_KEYS, ...OLD_KEYS, ...NEW_KEYS, "type"]
    const rest = Object.entries(value).filter(([key]) => !known.includes(key))
    return [diff, ...(rest.length === 0 ? [] : [json(Object.fromEntries(rest))])]
  }
  return fieldBlocks(value, firstText(value, ...PATH_KEYS) ?? path, levels)
}

/** The fields of a value: long texts and lists of changes each for themselves, the rest together as JSON. */
function fieldBlocks(value: Fields, path: string, levels: number): Blocks {
  const isApart = ([, item]: readonly [string, unknown]): boolean =>
    typeof item === "string"
      ? item.includes("\n")
      : Array.isArray(item) && item.some((one) => isFields(one) && change(one, path) !== undefined)
  const entries = Object.entries(value)
  const apart = entries.filter(isApart)
  const rest = entries.filter((entry) => !isApart(entry))
  return [
    ...(rest.length === 0 && apart.length > 0 ? [] : [json(Object.fromEntries(rest))]),
    ...apart.flatMap(([key, item]) => [`${inline(key)}:`, ...valueBlocks(item, path, levels - 1)]),
  ]
}

const STATES: Record<string, string> = {
  "input-streaming": "its input was not complete",
  "input-available": "no result yet",
  "approval-requested": "waiting for approval",
  "approval-responded": "no result yet",
  "output-error": "failed",
  "output-denied": "denied",
}

function approval(value: unknown): Blocks {
  if (!isFields(value)) return []
  const why = text(value["reason"]) === "" ? "" : `: ${inline(text(value["reason"]))}`
  if (typeof value["approved"] !== "boolean") return ["*Approval was requested and not answered.*"]
  return [`*${value["approved"] ? "Approved" : "Refused"}${why}*`]
}

function tool(part: Fields): Blocks {
  const name = text(part["toolName"]) || text(part["type"]).replace(/^tool-/, "")
  const title = text(part["title"]) === "" ? "" : ` · ${inline(text(part["title"]))}`
  const state = STATES[text(part["state"])]
  const edit = editOf(part)
  const input = valueBlocks(callAsRun(part)["input"])
  const output = valueBlocks(part["output"])
  return [
    `### Tool ${inline(name)}${title}${state === undefined ? "" : ` (${state})`}`,
    ...(input.length === 0 ? [] : ["Input:", ...input]),
    ...(edit === undefined ? [] : [`*Edited by ${inline(edit.by)} before it ran. It had asked for:*`, plain(askedCommand(part))]),
    ...approval(part["approval"]),
    ...(output.length === 0 ? [] : [part["preliminary"] === true ? "Output so far:" : "Output:", ...output]),
    ...(typeof part["errorText"] === "string" ? ["Error:", plain(part["errorText"])] : []),
  ]
}

function file(part: Fields): string {
  const kind = text(part["mediaType"])
  const url = text(part["url"])
  const name = text(part["filename"]) || (url.startsWith("data:") ? "without a name" : url)
  return `*${kind.startsWith("image/") ? "Image" : "File"}: ${inline(name)} (${inline(kind)})*`
}

const partsOf = (parts: unknown): Blocks => (Array.isArray(parts) ? parts.flatMap(partBlocks) : [])

function partBlocks(part: unknown): Blocks {
  if (!isFields(part)) return [unknownLine("")]
  const type = text(part["type"])
  switch (type) {
    case "step-start":
      return []
    case "text":
      return text(part["text"]).trim() === "" ? [] : [safeMarkdown(text(part["text"]))]
    case "reasoning":
      return text(part["text"]).trim() === "" ? [] : [quoted(`**Reasoning**\n\n${safeMarkdown(text(part["text"]))}`)]
    case "file":
    case "reasoning-file":
      return [file(part)]
    case "source-url":
    case "source-document":
      return [
        `*Source: ${[part["title"], part["filename"], part["url"]]
          .map(text)
          .filter((word) => word !== "")
          .map(inline)
          .join(" · ")}*`,
      ]
    case "steering-message":
      return [quoted(`**Added while the turn was running**\n\n${partsOf(part["parts"]).join("\n\n")}`)]
    default: {
      if (type === "dynamic-tool" || type.startsWith("tool-")) return tool(part)
      if (!type.startsWith("data-")) return [unknownLine(type)]
      const named = readNamed({ type, data: part["data"] })
      return named === undefined ? [unknownLine(type.slice(5))] : namedBlocks(named)
    }
  }
}

const SPEAKERS = { user: "User", assistant: "Assistant", system: "System" } as const

const time = (at: number): string => {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? "" : ` · ${date.toISOString().slice(0, 19).replace("T", " ")} UTC`
}

const OUTCOMES: Record<string, string> = {
  interrupted: "The turn was interrupted.",
  error: "The turn ended with an error.",
  lost: "The turn was lost with its runner.",
}

/** One message as Markdown; ends with a newline. */
export function messageMarkdown(message: Message): string {
  const by = message.role === "user" && message.by !== undefined ? ` (${inline(message.by)})` : ""
  const outcome = OUTCOMES[message.outcome ?? ""]
  const blocks = [
    `## ${SPEAKERS[message.role]}${by}${time(message.createdAt)}`,
    ...partsOf(message.parts),
    ...(outcome === undefined ? [] : [`*${outcome}*`]),
  ]
  return `${blocks.join("\n\n")}\n`
}

/** A transcript as Markdown, message by message, so that a long one need not be in memory. */
export function* transcriptMarkdown(title: string, messages: Iterable<Message>): Generator<string> {
  yield `# ${inline(title)}\n`
  for (const message of messages) yield `\n${messageMarkdown(message)}`
}
