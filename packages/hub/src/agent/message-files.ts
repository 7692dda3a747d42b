/**
 * Files of messages, beside the log: in the session's directory under the SHA-256 of their bytes, durable before the message
 * is accepted (docs/protocol/rules.md, M-11). Events and records have the hash, the media type, the size and the name.
 */
import { createHash } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { FILE_REFERENCE, type FilePart, type InputPart } from "@holdfast/protocol/agent/message"
import { FILES_MAX } from "@holdfast/protocol/agent/message-limits"
import { type DoorError, FileNotFound, TooLarge, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import type { DeliveredPart } from "@holdfast/link/agent-messages"
import { writeDurably } from "@holdfast/store/durable-file"
import { imageType, isImageType } from "./image-type.ts"
import type { MessageFile } from "../Hub.ts"

const HEAD = /^data:[^,;]*((?:;[^,;]*)*),/
const HASH = /^[0-9a-f]{64}$/

/** Where a session's file lies. */
const fileOf = (directory: string, hash: string): string => join(directory, "files", hash)

/** The hash that a part of ours names. */
const hashOf = (part: InputPart): string | undefined =>
  part.type === "file" && part.url.startsWith(FILE_REFERENCE) ? part.url.slice(FILE_REFERENCE.length) : undefined

const wrong = (message: string): Unprocessable => new Unprocessable({ message, field: "parts" })

/** Parts whose files are kept in a session's directory: none has data any more. */
export function keepFiles(
  directory: string,
  parts: ReadonlyArray<InputPart>,
): Effect.Effect<ReadonlyArray<InputPart>, DoorError> {
  return Effect.gen(function* () {
    const kept: Array<InputPart> = []
    let bytes = 0
    for (const part of parts) {
      const file = part.type === "file" ? yield* read(directory, part) : undefined
      if (file === undefined) {
        kept.push(part)
        continue
      }
      bytes += file.size
      if (bytes > FILES_MAX) return yield* tooLarge(bytes)
      if (file.content !== undefined) yield* keep(fileOf(directory, file.hash), file.content)
      kept.push({ ...file.part, url: `${FILE_REFERENCE}${file.hash}`, bytes: file.size })
    }
    return kept
  })
}

const tooLarge = (bytes: number): TooLarge =>
  new TooLarge({
    message: `the files of the message have ${bytes} bytes or more; the limit is ${FILES_MAX}; send several messages, or give the agent a path to read`,
    limit: FILES_MAX,
  })

interface Given {
  readonly part: FilePart
  readonly hash: string
  readonly size: number
  /** Absent when it is kept already. */
  readonly content?: Buffer
}

/** The file of a part; undefined when it lies elsewhere. */
const read = (directory: string, part: FilePart): Effect.Effect<Given | undefined, DoorError> => {
  const known = hashOf(part)
  if (known !== undefined) {
    const missing = wrong(`this session has no file ${headOf(known, 64)}; send it as a data: URL`)
    if (!HASH.test(known)) return Effect.fail(missing)
    return Effect.tryPromise({ try: () => stat(fileOf(directory, known)), catch: () => missing }).pipe(
      Effect.map(({ size }) => ({ part, hash: known, size })),
    )
  }
  const head = HEAD.exec(headOf(part.url, 1000))
  if (head === null) return Effect.succeed(undefined)
  const body = part.url.slice(head[0].length)
  // Base64 has four characters for three bytes: what is too long is not decoded.
  if (body.length > 4 * FILES_MAX) return Effect.fail(tooLarge(FILES_MAX))
  const content = head[1]?.endsWith(";base64") === true ? fromBase64(body) : fromPercents(body)
  if (content === undefined) return Effect.fail(wrong("the data: URL of a file is not well formed"))
  if (content.length > FILES_MAX) return Effect.fail(tooLarge(content.length))
  const image = imageType(content)
  if (isImageType(part.mediaType) && image === undefined) {
    return Effect.fail(
      wrong(`${part.filename ?? "a file"} is declared as ${part.mediaType} but is not a PNG, JPEG, GIF or WebP image`),
    )
  }
  // The name of a file says what it was; a model refuses an image that is called another kind than it is.
  const mediaType = image !== undefined && part.mediaType.startsWith("image/") ? image : part.mediaType
  const hash = createHash("sha256").update(content).digest("hex")
  return Effect.succeed({ part: { ...part, mediaType }, hash, size: content.length, content })
}

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64")
  const length = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined
}

function fromPercents(text: string): Buffer {
  try {
    return Buffer.from(decodeURIComponent(text))
  } catch (error) {
    if (error instanceof URIError) return Buffer.from(text)
    throw error
  }
}

const keep = (file: string, content: Buffer): Effect.Effect<void, Unavailable> =>
  Effect.tryPromise({
    try: async () => {
      const there = await stat(file).catch(() => undefined)
      if (there?.size !== content.length) await writeDurably(file, content)
    },
    catch: (cause) =>
      new Unavailable({
        message: `a file of the message could not be kept: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })

/** Parts as the runner gets them, which reads the files by itself. */
export function withPaths(directory: string, parts: ReadonlyArray<InputPart>): ReadonlyArray<DeliveredPart> {
  return parts.map((part) => {
    const hash = hashOf(part)
    return part.type === "file" && hash !== undefined && HASH.test(hash) ? { ...part, path: fileOf(directory, hash) } : part
  })
}

/** Reads one by its hash; `NotFound` when the session has none of it. */
export function readMessageFile(directory: string, hash: string): Effect.Effect<MessageFile, DoorError> {
  return Effect.tryPromise({
    try: async () => {
      if (!HASH.test(hash)) throw new Error("no hash")
      const bytes = await readFile(fileOf(directory, hash))
      return { bytes, mediaType: imageType(bytes) }
    },
    catch: () =>
      new FileNotFound({ message: "this session has no such file; its events name the files it has", hash: headOf(hash, 64) }),
  })
}
