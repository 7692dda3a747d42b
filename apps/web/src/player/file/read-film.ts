/**
 * Reads the log out of an exported file: gzip in base64, a JSON line for the record, one for each event, and one for the end
 * (docs/protocol/rules.md, H-29).
 */
import type { Event } from "@holdfast/protocol/event"
import { bytesOf } from "../base64.ts"
import type { FilmRecord } from "../film-source.ts"
import type { FilmFile } from "./file-source.ts"

/** A file that was read. */
export interface ReadFilm extends FilmFile {
  /** Bytes of events at which the file was cut; `undefined` when it is whole. */
  readonly cutAt: number | undefined
}

/** Characters of base64 that become bytes at once. */
const PIECE = 4 * 64 * 1024

/** Reads a file's text. Rejects with what is wrong with it. */
export async function readFilm(text: string): Promise<ReadFilm> {
  const base64 = text.trim()
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (let at = 0; at < base64.length; at += PIECE) controller.enqueue(bytesOf(base64.slice(at, at + PIECE)))
      controller.close()
    },
  })
  const lines = (await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text()).trimEnd().split("\n")
  const [first, ...rest] = lines.map((line) => JSON.parse(line) as unknown)
  const end = rest.pop() as { readonly end?: { readonly lastSeq: number; readonly cutAt?: number } } | undefined
  if (end?.end === undefined) throw new Error("the file is incomplete; export it again")
  const record = first as FilmRecord
  return { record, events: rest as ReadonlyArray<Event>, lastSeq: end.end.lastSeq, cutAt: end.end.cutAt }
}
