/** Content blocks of ACP: what people send becomes blocks, what agents send becomes text or parts of an output. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { InputPart } from "@holdfast/protocol/agent/message"
import { unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { at, isObject, type JsonObject, textOf } from "./read-json.ts"

/** What an agent takes in a prompt beside text. */
export interface PromptKinds {
  readonly image: boolean
  readonly audio: boolean
  readonly embedded: boolean
}

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/

/** The data of a `data:` URL as base64. */
function base64Of(url: string): string | undefined {
  const head = DATA_URL.exec(url)
  if (head === null) return undefined
  const body = url.slice(head[0].length)
  if (head[2]?.endsWith(";base64") === true) return body
  try {
    return Buffer.from(decodeURIComponent(body)).toString("base64")
  } catch {
    // A stray % in it: taken as it is.
    return Buffer.from(body).toString("base64")
  }
}

const isTextual = (mediaType: string): boolean =>
  mediaType.startsWith("text/") || /[/+](json|xml|yaml|javascript)$/.test(mediaType)

function fileBlock(part: Extract<InputPart, { type: "file" }>, kinds: PromptKinds): JsonObject {
  const { mediaType, url, filename } = part
  const name = filename ?? "file"
  const data = base64Of(url)
  if (data === undefined) return { type: "resource_link", uri: url, name, mimeType: mediaType }
  if (mediaType.startsWith("image/") && kinds.image) return { type: "image", mimeType: mediaType, data }
  if (mediaType.startsWith("audio/") && kinds.audio) return { type: "audio", mimeType: mediaType, data }
  const uri = `attachment:///${encodeURIComponent(name)}`
  if (isTextual(mediaType)) {
    const text = Buffer.from(data, "base64").toString("utf8")
    if (kinds.embedded) return { type: "resource", resource: { uri, mimeType: mediaType, text } }
    return { type: "text", text: `The file ${name} (${mediaType}):\n\n${text}` }
  }
  if (kinds.embedded) return { type: "resource", resource: { uri, mimeType: mediaType, blob: data } }
  return { type: "text", text: `(The file ${name} of type ${mediaType} was left out: this agent does not accept such files.)` }
}

/** Names of files that an agent takes in no form; what stands for them in the prompt only says so. */
export function leftOut(parts: ReadonlyArray<InputPart>, kinds: PromptKinds): ReadonlyArray<string> {
  return parts.flatMap((part) => {
    if (part.type === "text" || kinds.embedded || isTextual(part.mediaType) || base64Of(part.url) === undefined) return []
    const taken = (part.mediaType.startsWith("image/") && kinds.image) || (part.mediaType.startsWith("audio/") && kinds.audio)
    return taken ? [] : [`${part.filename ?? "file"} (${part.mediaType})`]
  })
}

/** The blocks of a prompt; `context` goes first. */
export function promptOf(
  parts: ReadonlyArray<InputPart>,
  kinds: PromptKinds,
  context: string | undefined,
): ReadonlyArray<JsonObject> {
  const blocks = parts.map((part): JsonObject =>
    part.type === "text" ? { type: "text", text: part.text } : fileBlock(part, kinds),
  )
  return context === undefined ? blocks : [{ type: "text", text: context }, ...blocks]
}

/** The text of a block; undefined when it is something else. */
export function blockText(block: unknown): string | undefined {
  const text = at(block, "type") === "text" ? at(block, "text") : undefined
  return typeof text === "string" ? text : undefined
}

/** The chunk for a block of an agent's message that is no text. */
export function blockChunk(block: unknown): AgentChunk {
  if (!isObject(block)) return unknownChunk(block)
  const { type, data } = block
  const mediaType = textOf(block["mimeType"])
  if ((type === "image" || type === "audio") && typeof data === "string" && mediaType !== undefined) {
    return { type: "file", mediaType, url: `data:${mediaType};base64,${data}` }
  }
  const uri = textOf(block["uri"])
  if (type === "resource_link" && uri !== undefined) {
    const title = textOf(block["title"]) ?? textOf(block["name"])
    return { type: "source-url", sourceId: uri, url: uri, ...(title === undefined ? {} : { title }) }
  }
  const resource = block["resource"]
  const blob = at(resource, "blob")
  const kind = textOf(at(resource, "mimeType"))
  if (type === "resource" && typeof blob === "string" && kind !== undefined) {
    return { type: "file", mediaType: kind, url: `data:${kind};base64,${blob}` }
  }
  return unknownChunk(block)
}
