/** Reads what a dead runner's journal still holds. */
import { open, readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { readRecord } from "../journal/records.ts"
import { CHILD_FILE, SEGMENT_ENDING } from "../journal/segments.ts"
import type { RecoveredChild } from "@holdfast/link/found-runner"
import { fields, text, type TypeOf } from "@holdfast/protocol/codec"
import { readJson } from "@holdfast/link/control"
import { generationPaths } from "@holdfast/link/generation"
import type { JournalEntry } from "@holdfast/link/messages"

const READ_BYTES = 256 * 1024

/** How a walk along a child's segments ended. */
interface WalkEnd {
  readonly damaged: boolean
}

async function segmentsOf(directory: string): Promise<ReadonlyArray<{ readonly path: string; readonly first: number }>> {
  const names = await readdir(directory)
  return names
    .filter((name) => name.endsWith(SEGMENT_ENDING))
    .map((name) => ({ path: join(directory, name), first: Number(name.slice(0, -SEGMENT_ENDING.length)) }))
    .filter(({ first }) => Number.isSafeInteger(first) && first > 0)
    .toSorted((a, b) => a.first - b.first)
}

/** Every readable entry of a child's segments, dense; stops at a hole or damage. A record cut short at the very end is no damage. */
async function* walk(directory: string): AsyncGenerator<JournalEntry, WalkEnd, void> {
  const segments = await segmentsOf(directory)
  let next = segments[0]?.first ?? 1
  for (const [index, { path, first }] of segments.entries()) {
    // A hole between files: what is after it was acknowledged before, so the older file is of no use to anyone.
    if (first > next) next = first
    const handle = await open(path, "r")
    try {
      let buffer = Buffer.alloc(0)
      let offset = 0
      for (;;) {
        const read = readRecord(buffer, offset)
        if (read._tag === "damaged") return { damaged: true }
        if (read._tag === "entry") {
          if (read.entry.position > next) return { damaged: true }
          offset += read.size
          if (read.entry.position < next) continue
          next += 1
          yield read.entry
          continue
        }
        const rest = buffer.subarray(offset)
        const wanted = Math.max(READ_BYTES, read.size - rest.length)
        const more = Buffer.allocUnsafe(wanted)
        const { bytesRead } = await handle.read(more, 0, wanted)
        if (bytesRead === 0) {
          if (rest.length > 0 && index < segments.length - 1) return { damaged: true }
          break
        }
        buffer = Buffer.concat([rest, more.subarray(0, bytesRead)])
        offset = 0
      }
    } finally {
      await handle.close()
    }
  }
  return { damaged: false }
}

async function* entriesOf(directory: string, after: number): AsyncGenerator<JournalEntry, void, void> {
  for await (const entry of walk(directory)) if (entry.position > after) yield entry
}

/** Whose journal it is. */
const Owner = fields({ id: text, session: text })

async function recoverChild(directory: string): Promise<RecoveredChild | undefined> {
  let owner: TypeOf<typeof Owner>
  try {
    owner = readJson(Owner, await readFile(join(directory, CHILD_FILE), "utf8"), CHILD_FILE)
  } catch {
    // Without a readable owner there is no log these entries could belong to.
    return undefined
  }
  const walked = walk(directory)
  let first = 0
  let last = 0
  let end: IteratorResult<JournalEntry, WalkEnd>
  while (!(end = await walked.next()).done) {
    if (first === 0) first = end.value.position
    last = end.value.position
  }
  return { ...owner, first, last, damaged: end.value.damaged, entries: (after) => entriesOf(directory, after) }
}

/** The leftover journals of a dead generation's directory, each checked by its checksums; empty when it had spilled nothing. */
export async function recoverJournal(directory: string): Promise<ReadonlyArray<RecoveredChild>> {
  const parent = generationPaths(directory).journal
  let names: ReadonlyArray<string>
  try {
    names = await readdir(parent)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return []
    throw error
  }
  const children: Array<RecoveredChild> = []
  for (const name of names) {
    const child = await recoverChild(join(parent, name))
    if (child !== undefined) children.push(child)
  }
  return children
}
