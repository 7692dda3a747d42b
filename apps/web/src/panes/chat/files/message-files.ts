/**
 * Files of messages: asked for with the page's key like anything else, and objects of the page from then on, as no address has a key
 * (docs/protocol/app-rules.md, APP-80). What was shown once is kept in this browser (APP-6).
 */
import type { HttpOptions } from "@holdfast/client"
import { makeFilesApi } from "@holdfast/client/http/files-api"
import { storedFile, storeFile } from "./stored-files.ts"

/** Most bytes in memory: what is scrolled back to is there at once. */
const MOST = 32 * 1024 * 1024

/** By hash, those used last at the end. */
const files = new Map<string, Blob>()
const asked = new Map<string, Promise<Blob>>()

/** Width and height of a picture. */
export type PictureSize = readonly [width: number, height: number]

/** Sizes of pictures that were shown: one that comes again has its room before it is decoded. */
export const pictureSizes = new Map<string, PictureSize>()

/** A file that is in memory. */
export function fileNow(hash: string): Blob | undefined {
  return files.get(hash)
}

/** A file, from memory, from this browser or from the hub. Rejects with what the hub says. */
export function readFile(http: HttpOptions, session: string, hash: string): Promise<Blob> {
  const known = files.get(hash)
  if (known !== undefined) return Promise.resolve(keepInMemory(hash, known))
  const before = asked.get(hash)
  if (before !== undefined) return before
  const reading = fromBrowserOrHub(http, session, hash)
    .then((file) => keepInMemory(hash, file))
    .finally(() => asked.delete(hash))
  asked.set(hash, reading)
  return reading
}

async function fromBrowserOrHub(http: HttpOptions, session: string, hash: string): Promise<Blob> {
  const stored = await storedFile(hash).catch(warn)
  if (stored !== undefined) return stored
  const answer = await makeFilesApi(http).ofMessage(session, hash)
  // A response knows what the hub says the file is: a picture, or bytes that no browser opens.
  const file = await (answer instanceof Response ? answer : new Response(answer.body as BodyInit | null)).blob()
  void storeFile(hash, file).catch(warn)
  return file
}

function warn(cause: unknown): undefined {
  console.warn("files of messages are not kept in this browser:", cause)
}

function keepInMemory(hash: string, file: Blob): Blob {
  files.delete(hash)
  files.set(hash, file)
  let bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0)
  for (const [oldest, { size }] of files) {
    if (bytes <= MOST || oldest === hash) break
    bytes -= size
    files.delete(oldest)
  }
  return file
}
