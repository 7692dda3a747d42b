/** Files of a message, as a draft has them and as they are sent (docs/protocol/app-rules.md, APP-48). */
import type { FilePart } from "@holdfast/protocol/agent/message"

/** A file that is to go with a message. */
export interface Attached {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly blob: Blob
}

/**
 * The files of what is pasted; none where it is text. Programs put a picture of rich text beside it, and a list of files has their names as
 * its text.
 */
export function pastedFiles(data: Pick<DataTransfer, "getData"> & { readonly files: Iterable<File> }): ReadonlyArray<File> {
  const files = [...data.files]
  const names = new Set(files.map(({ name }) => name))
  const lines = data.getData("text/plain").split(/\r?\n/)
  const isText = lines.some((line) => line.trim() !== "" && !names.has(line.slice(line.lastIndexOf("/") + 1).trim()))
  return isText ? [] : files
}

/** A file as a part of a message. */
export async function filePartOf({ name, mediaType, blob }: Attached): Promise<FilePart> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return { type: "file", mediaType, filename: name, url: `data:${mediaType};base64,${base64(bytes)}` }
}

/** Bytes a call of `fromCharCode` takes. */
const PIECE = 0x8000

function base64(bytes: Uint8Array): string {
  let text = ""
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(text)
}

/** A file of a part that came as data; `undefined` for one that lies elsewhere. */
export function attachedOf({ mediaType, url, filename }: FilePart, id: string): Attached | undefined {
  const data = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1]
  if (data === undefined) return undefined
  const text = atob(data)
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  return { id, name: filename ?? mediaType, mediaType, blob: new Blob([bytes], { type: mediaType }) }
}
