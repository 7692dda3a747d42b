/**
 * Reading chunks: anything in, a chunk or nothing out. Values come from `JSON.parse`.
 *
 * As in the AI SDK, fields beyond the vocabulary are kept. Other than there, ids are bounded in length and values in
 * depth, so that whatever was read can be written again; and a missing input, output or data is null.
 */
import { type AgentChunk, CHUNK_DEPTH_MAX, CHUNK_ID_MAX, FINISH_REASONS } from "./chunk.ts"
import { cutText } from "./cut.ts"

type Check = (value: unknown) => boolean
interface Fields {
  readonly required: ReadonlyArray<readonly [name: string, check: Check]>
  readonly optional: ReadonlyArray<readonly [name: string, check: Check]>
  /** Name of the field that is null when it is missing. */
  readonly nullable?: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether a value has at most `levels` levels. */
function isShallow(value: unknown, levels = CHUNK_DEPTH_MAX): boolean {
  if (typeof value !== "object" || value === null) return true
  if (levels === 0) return false
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === "object" && item !== null && !isShallow(item, levels - 1)) return false
  }
  return true
}

const text: Check = (value) => typeof value === "string"
const id: Check = (value) => typeof value === "string" && value.length <= CHUNK_ID_MAX
const flag: Check = (value) => typeof value === "boolean"
const json: Check = (value) => isShallow(value)
const record: Check = (value) => isObject(value) && isShallow(value)
const list: Check = (value) => Array.isArray(value) && isShallow(value)
const provider: Check = (value) => isObject(value) && Object.values(value).every(isObject) && isShallow(value)
const oneOf =
  (words: ReadonlyArray<string>): Check =>
  (value) =>
    typeof value === "string" && words.includes(value)

const steeringPart: Check = (value) => {
  if (!isObject(value) || !isShallow(value)) return false
  if (value["type"] === "text") return text(value["text"])
  return value["type"] === "file" && text(value["url"]) && text(value["mediaType"])
}

const fields = (required: Record<string, Check>, optional: Record<string, Check> = {}, nullable?: string): Fields => ({
  required: Object.entries(required),
  optional: Object.entries(optional),
  ...(nullable === undefined ? {} : { nullable }),
})

const meta = { providerMetadata: provider }
const tool = { ...meta, dynamic: flag, providerExecuted: flag, toolMetadata: record }
const call = { ...tool, title: text }
const named = { toolCallId: id, toolName: id }
const piece = fields({ id }, meta)
const delta = fields({ id, delta: text }, meta)
const empty = fields({})
const file = fields({ url: text, mediaType: text }, meta)
const data = fields({ data: json }, { id, transient: flag }, "data")

const KINDS = new Map<string, Fields>([
  ["start", fields({}, { messageId: id, messageMetadata: json })],
  ["finish", fields({}, { finishReason: oneOf(FINISH_REASONS), messageMetadata: json })],
  ["abort", fields({}, { reason: text })],
  ["error", fields({ errorText: text })],
  ["start-step", empty],
  ["finish-step", empty],
  ["reset-step", empty],
  ["message-metadata", fields({ messageMetadata: json }, {}, "messageMetadata")],
  ["text-start", piece],
  ["text-delta", delta],
  ["text-end", fields({ id }, { ...meta, citations: list })],
  ["reasoning-start", piece],
  ["reasoning-delta", delta],
  ["reasoning-end", piece],
  ["tool-input-start", fields(named, { ...call, inputEncoding: oneOf(["json", "text"]) })],
  ["tool-input-delta", fields({ toolCallId: id, inputTextDelta: text })],
  ["tool-input-available", fields({ ...named, input: json }, call, "input")],
  ["tool-input-error", fields({ ...named, input: json, errorText: text }, call, "input")],
  ["tool-approval-request", fields({ approvalId: id, toolCallId: id }, { reason: text, isAutomatic: flag })],
  ["tool-approval-response", fields({ approvalId: id, approved: flag }, { ...meta, reason: text, providerExecuted: flag })],
  ["tool-output-available", fields({ toolCallId: id, output: json }, { ...tool, preliminary: flag }, "output")],
  ["tool-output-error", fields({ toolCallId: id, errorText: text }, tool)],
  ["tool-output-denied", fields({ toolCallId: id })],
  ["source-url", fields({ sourceId: id, url: text }, { ...meta, title: text })],
  ["source-document", fields({ sourceId: id, mediaType: text, title: text }, { ...meta, filename: text })],
  ["file", file],
  ["reasoning-file", file],
  ["custom", fields({ kind: id }, meta)],
  ["steering-message", fields({ id, parts: (value) => Array.isArray(value) && value.every(steeringPart) })],
])

/** The types of chunks, but for `data-NAME`. */
export const CHUNK_TYPES: ReadonlyArray<string> = [...KINDS.keys()]

/** Whether a type is one of a chunk. */
export function isChunkType(type: string): boolean {
  return kindOf(type) !== undefined
}

function kindOf(type: string): Fields | undefined {
  return KINDS.get(type) ?? (type.startsWith("data-") && type.length > 5 && type.length <= CHUNK_ID_MAX ? data : undefined)
}

/** The chunk that a value is; undefined when its type is not known or a field is wrong. Never throws. */
export function readChunk(value: unknown): AgentChunk | undefined {
  if (!isObject(value)) return undefined
  const type = value["type"]
  const kind = typeof type === "string" ? kindOf(type) : undefined
  if (kind === undefined) return undefined
  const missing = kind.nullable !== undefined && value[kind.nullable] === undefined
  for (const [name, check] of kind.required) if (!check(value[name]) && !(missing && name === kind.nullable)) return undefined
  for (const [name, check] of kind.optional) if (value[name] !== undefined && !check(value[name])) return undefined
  // The checks above are those of the type.
  return (missing ? { ...value, [kind.nullable]: null } : value) as AgentChunk
}

/** Characters kept of what an agent sent that could not be read. */
const UNKNOWN_MAX = 16 * 1024

/** The chunk for what an agent sent beyond the vocabulary: `data-unknown`, with its JSON text, cut. Never throws. */
export function unknownChunk(value: unknown): AgentChunk {
  const json = isShallow(value) ? JSON.stringify(value) : "[nested too deeply to show]"
  return { type: "data-unknown", data: { json: cutText(json ?? "", UNKNOWN_MAX) } }
}
