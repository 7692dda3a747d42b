/**
 * What a person sends: text from the command line or standard input, and files as data URLs.
 */
import { readFile } from "node:fs/promises"
import { basename, extname } from "node:path"
import { MESSAGE_MAX } from "@holdfast/protocol/agent/message"
import { FILES_MAX } from "@holdfast/protocol/agent/message-limits"
import type { InputPart } from "@holdfast/protocol/agent/message"
import { headOf } from "@holdfast/protocol/text-cut"
import { refused } from "../failure.ts"

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".pdf": "application/pdf",
  ".json": "application/json",
  ".csv": "text/csv",
  ".html": "text/html",
  ".md": "text/markdown",
  ".wav": "audio/wav",
  ".mp3": "audio/mpeg",
}

/** Standard input as text, without the line end that closes it. Throws a refusal when it is longer than a message may be. */
export async function standardInput(): Promise<string> {
  const chunks: Array<Buffer> = []
  let length = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > 4 * MESSAGE_MAX) throw tooLong("standard input", length)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "")
}

/** Files as parts of a message. Throws a refusal that names a file that cannot be read or is too long. */
export async function readFileParts(paths: ReadonlyArray<string>): Promise<ReadonlyArray<InputPart>> {
  const parts: Array<InputPart> = []
  let together = 0
  for (const path of paths) {
    const bytes = await readFile(path).catch((error: Error) => {
      throw refused("Unreadable", `cannot read ${path}: ${error.message}`)
    })
    together += bytes.length
    if (together > FILES_MAX) throw filesTooLong(path, together)
    const mediaType = MEDIA_TYPES[extname(path).toLowerCase()] ?? (isText(bytes) ? "text/plain" : "application/octet-stream")
    parts.push({
      type: "file",
      mediaType,
      url: `data:${mediaType};base64,${bytes.toString("base64")}`,
      filename: headOf(basename(path), 255),
    })
  }
  return parts
}

const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 4096).includes(0)

const tooLong = (what: string, length: number) =>
  refused(
    "TooLarge",
    `${what} has ${length} bytes, but a message has at most ${MESSAGE_MAX} characters; put it in a file and give the agent the path`,
  )

const filesTooLong = (path: string, bytes: number) =>
  refused(
    "TooLarge",
    `with ${path} the files have ${bytes} bytes, but a message takes at most ${FILES_MAX}; send several messages, or give the agent the paths`,
  )
