/** Files of a message before it is sent: what fits, and why something does not (docs/protocol/app-rules.md, APP-48). */
import { FILES_MAX } from "@holdfast/protocol/agent/message-limits"
import { headOf } from "@holdfast/protocol/text-cut"
import { sizeText } from "../ui/size.ts"
import type { Attached } from "./file-parts.ts"

/** What became of files that were dropped: those that fit, and in words why others do not. */
export interface Attaching {
  readonly taken: ReadonlyArray<Attached>
  readonly problems: ReadonlyArray<string>
}

/** Images that models take. */
const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"])

/** Endings of texts for which browsers have no media type, or a wrong one. */
const TEXTS =
  /\.(?:[cm]?[jt]sx?|json[c5]?|md|mdx|txt|log|csv|tsv|ya?ml|toml|ini|conf|env|sh|bash|zsh|fish|py|rb|rs|go|java|kt|swift|c|h|cc|cpp|hpp|cs|php|sql|html?|css|scss|less|xml|svg|vue|svelte|tex|diff|patch|lock|gradle|proto|graphql)$/i

/** Most files of a message beside its text. */
const FILES_COUNT = 60

const isMediaType = (type: string): boolean => /^[\w.+-]+\/[\w.+-]+$/.test(type)

/** The media type that a file is sent with. */
export function mediaTypeOf({ name, type }: { readonly name: string; readonly type: string }): string {
  const [plain = ""] = type.split(";")
  if (IMAGES.has(plain) || plain === "application/pdf" || plain.startsWith("text/")) return plain
  if (TEXTS.test(name)) return "text/plain"
  return isMediaType(plain) ? plain : "application/octet-stream"
}

/** Whether an agent takes such a file in some form; what it takes is text, the images of models, PDF. */
export function isTaken(mediaType: string): boolean {
  return (
    IMAGES.has(mediaType) ||
    mediaType.startsWith("text/") ||
    mediaType === "application/pdf" ||
    /[/+](?:json|xml|yaml|javascript)$/.test(mediaType)
  )
}

/** Takes files to those that are there already. */
export function attach(
  there: ReadonlyArray<Attached>,
  files: ReadonlyArray<Pick<File, "name" | "type" | "size"> & Blob>,
  newId: () => string,
): Attaching {
  const taken: Array<Attached> = [...there]
  const problems: Array<string> = []
  let bytes = there.reduce((sum, { blob }) => sum + blob.size, 0)
  for (const file of files) {
    const problem = problemOf(file, bytes, taken.length)
    if (problem !== undefined) {
      problems.push(problem)
      continue
    }
    bytes += file.size
    taken.push({ id: newId(), name: nameOf(file), mediaType: mediaTypeOf(file), blob: file })
  }
  return { taken, problems }
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g

const nameOf = ({ name, type }: { readonly name: string; readonly type: string }): string =>
  headOf(name.replace(CONTROLS, " ").trim(), 255) || `pasted.${type.split("/")[1] ?? "txt"}`

function problemOf(
  file: { readonly name: string; readonly type: string; readonly size: number },
  bytes: number,
  count: number,
): string | undefined {
  const name = nameOf(file)
  const mediaType = mediaTypeOf(file)
  if (file.size === 0) return `${name} is empty.`
  if (mediaType.startsWith("image/") && !IMAGES.has(mediaType))
    return `${name} is ${mediaType}; agents take PNG, JPEG, GIF and WebP.`
  if (!isTaken(mediaType))
    return `${name} is ${mediaType}, which agents do not take; put it into the session's directory and name it with @.`
  if (count >= FILES_COUNT) return `${name} is one too many: a message has at most ${FILES_COUNT} files.`
  if (bytes + file.size > FILES_MAX) {
    const room = bytes === 0 ? "" : ` together with the ${sizeText(bytes)} that are attached`
    return `${name} has ${sizeText(file.size)}${room}; a message takes ${sizeText(FILES_MAX)}.`
  }
  return undefined
}
