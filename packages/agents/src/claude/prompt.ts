/** A person's message as Claude takes it: content blocks of the Messages API. */
import type { InputPart } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"]
const DATA_URL = /^data:[^,;]*(?:;[^,;]*)*?(;base64)?,/

type FilePart = Extract<InputPart, { type: "file" }>

const isText = (mediaType: string): boolean =>
  mediaType.startsWith("text/") || mediaType === "application/json" || mediaType.endsWith("+json")

/** Bytes of a `data:` URL as base64; `undefined` for another URL. */
function base64Of(url: string): string | undefined {
  const head = DATA_URL.exec(headOf(url, 1000))
  if (head === null) return undefined
  const data = url.slice(head[0].length)
  if (head[1] !== undefined) return data
  try {
    return Buffer.from(decodeURIComponent(data)).toString("base64")
  } catch {
    // Not encoded as a URL should be: taken as it is.
    return Buffer.from(data).toString("base64")
  }
}

function fileBlock({ mediaType, url, filename }: FilePart): unknown {
  const name = filename ?? mediaType
  const data = base64Of(url)
  if (IMAGES.includes(mediaType) || mediaType === "application/pdf") {
    const type = mediaType === "application/pdf" ? "document" : "image"
    const source = data === undefined ? { type: "url", url } : { type: "base64", media_type: mediaType, data }
    return { type, source }
  }
  if (data === undefined) return { type: "text", text: `A file, ${name}: ${url}` }
  if (isText(mediaType)) return { type: "text", text: `The file ${name}:\n${Buffer.from(data, "base64").toString("utf8")}` }
  return { type: "text", text: `A file that cannot be shown here, ${name} (${mediaType}), was left out.` }
}

/** Content blocks of a message. */
export function contentOf(parts: ReadonlyArray<InputPart>): ReadonlyArray<unknown> {
  return parts.map((part) => (part.type === "text" ? { type: "text", text: part.text } : fileBlock(part)))
}
