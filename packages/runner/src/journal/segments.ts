/**
 * The files of one child's journal: `<directory>/<child id>/<first position>.seg`, about 8 MiB each, so that what was
 * acknowledged is given back to the disk file by file. `child.json` beside them says whose they are.
 *
 * Invariant: the segments hold dense positions from `first` to `last`; a failed write leaves no part of it behind.
 */
import { ftruncate, writev } from "node:fs"
import { mkdir, open, rm, unlink, writeFile, type FileHandle } from "node:fs/promises"
import { join } from "node:path"
import type { JournalEntry } from "@holdfast/link/messages"
import { encodeRecord, readRecord, recordBytes } from "./records.ts"

/** Size at which a segment is closed and the next begun, in bytes. */
export const SEGMENT_BYTES = 8 * 1024 * 1024

/** Name of the file that tells whose journal a directory holds. */
export const CHILD_FILE = "child.json"

/** Ending of segment files. */
export const SEGMENT_ENDING = ".seg"

/** A damaged record in a journal's file. */
export class JournalDamaged extends Error {
  readonly _tag = "JournalDamaged"
}

interface Segment {
  readonly path: string
  readonly first: number
  last: number
  bytes: number
}

/** Where a reader is: the next position, and the place in the files that belongs to it, when it is known. */
export interface SegmentCursor {
  next: number
  path: string
  offset: number
}

const writeAll = (handle: FileHandle, buffers: Array<Uint8Array>, at: number): Promise<number> =>
  new Promise((resolve, reject) =>
    writev(handle.fd, buffers, at, (error, written) => (error === null ? resolve(written) : reject(error))),
  )

const cut = (handle: FileHandle, length: number): Promise<void> =>
  new Promise((resolve, reject) => ftruncate(handle.fd, length, (error) => (error === null ? resolve() : reject(error))))

/** Makes a directory in one that is there: what was removed with all around it is never made again. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
}

/** Writes, reads and drops the segments of one child. Writes are made one at a time by the caller. */
export class Segments {
  readonly #directory: string
  readonly #owner: { readonly id: string; readonly session: string }
  #segments: Array<Segment> = []
  #handle: FileHandle | undefined
  #bytes = 0

  constructor(directory: string, owner: { readonly id: string; readonly session: string }) {
    this.#directory = join(directory, owner.id)
    this.#owner = owner
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes
  }

  /** Last position on disk; 0 when there is none. */
  get last(): number {
    return this.#segments.at(-1)?.last ?? 0
  }

  /** Appends entries that follow `last`; rejects with the system's error and keeps what was there before. */
  async append(entries: ReadonlyArray<JournalEntry>): Promise<void> {
    const first = entries[0]
    const last = entries.at(-1)
    if (first === undefined || last === undefined) return
    let segment = this.#segments.at(-1)
    if (
      segment === undefined ||
      this.#handle === undefined ||
      segment.bytes >= SEGMENT_BYTES ||
      segment.last + 1 !== first.position
    ) {
      segment = await this.#begin(first.position)
    }
    const handle = this.#handle
    if (handle === undefined) throw new Error("the segment has no open file")
    const buffers = entries.flatMap((entry) => encodeRecord(entry))
    const size = recordBytes(buffers)
    try {
      let at = segment.bytes
      for (let from = 0; from < buffers.length; from += 512) {
        const part = buffers.slice(from, from + 512)
        const wanted = recordBytes(part)
        const written = await writeAll(handle, part, at)
        if (written < wanted) throw Object.assign(new Error("only part of a record was written to the disk"), { code: "ENOSPC" })
        at += written
      }
    } catch (error) {
      await cut(handle, segment.bytes)
      throw error
    }
    segment.bytes += size
    segment.last = last.position
    this.#bytes += size
  }

  async #begin(first: number): Promise<Segment> {
    await this.#closeFile()
    await makeDirectory(this.#directory)
    if (this.#segments.length === 0) {
      await writeFile(join(this.#directory, CHILD_FILE), JSON.stringify(this.#owner), { mode: 0o600 })
    }
    const path = join(this.#directory, `${first}${SEGMENT_ENDING}`)
    this.#handle = await open(path, "w", 0o600)
    const segment = { path, first, last: first - 1, bytes: 0 }
    this.#segments.push(segment)
    return segment
  }

  /** Entries from `cursor.next` on, about `maxBytes` of them; moves the cursor. Throws `JournalDamaged`. */
  async read(cursor: SegmentCursor, maxBytes: number): Promise<ReadonlyArray<JournalEntry>> {
    const segment = this.#segments.find(({ first, last }) => first <= cursor.next && cursor.next <= last)
    if (segment === undefined) return []
    if (cursor.path !== segment.path) {
      cursor.path = segment.path
      cursor.offset = 0
    }
    const handle = await open(segment.path, "r")
    try {
      return await readFrom(handle, segment, cursor, maxBytes)
    } finally {
      await handle.close()
    }
  }

  /** Gives back the files whose entries are all acknowledged. */
  async drop(acknowledged: number): Promise<void> {
    while (this.#segments[0] !== undefined && this.#segments[0].last <= acknowledged) {
      const segment = this.#segments.shift()
      if (segment === undefined) break
      if (this.#segments.length === 0) await this.#closeFile()
      this.#bytes -= segment.bytes
      await unlink(segment.path)
    }
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** Closes the file; with `remove` the directory goes too. */
  async close(remove: boolean): Promise<void> {
    await this.#closeFile()
    if (remove) await rm(this.#directory, { recursive: true, force: true })
  }
}

async function readFrom(
  handle: FileHandle,
  segment: { readonly path: string; readonly last: number; readonly bytes: number },
  cursor: SegmentCursor,
  maxBytes: number,
): Promise<ReadonlyArray<JournalEntry>> {
  const entries: Array<JournalEntry> = []
  const end = segment.bytes
  let size = maxBytes
  while (entries.length === 0 && cursor.next <= segment.last) {
    const buffer = Buffer.allocUnsafe(Math.min(size, end - cursor.offset))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, cursor.offset)
    let offset = 0
    for (;;) {
      const read = readRecord(buffer.subarray(0, bytesRead), offset)
      if (read._tag === "damaged") throw new JournalDamaged(`${segment.path} is damaged after position ${cursor.next - 1}`)
      if (read._tag === "more") {
        if (offset === 0 && bytesRead < Math.min(read.size, size)) {
          throw new JournalDamaged(`${segment.path} is cut short after position ${cursor.next - 1}`)
        }
        size = Math.max(size, read.size)
        break
      }
      offset += read.size
      if (read.entry.position === cursor.next) {
        entries.push(read.entry)
        cursor.next += 1
      } else if (read.entry.position > cursor.next) {
        throw new JournalDamaged(`${segment.path} has no position ${cursor.next}`)
      }
      if (cursor.next > segment.last) break
    }
    cursor.offset += offset
  }
  return entries
}
