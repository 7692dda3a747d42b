/**
 * The journal of one child: every output and note from the acknowledged position on.
 *
 * Invariants: positions are dense from 1. The files hold the older entries, memory the newer ones, without a hole
 * between them, so that what a dead runner leaves behind begins where the hub stopped. Memory holds `memoryMax` bytes and the
 * batch that is being written. A full disk loses nothing: the entries stay in memory and the child is paused.
 */
import { noteSize, type JournalEntry, type JournalNote } from "@holdfast/link/messages"
import type { OutputPool } from "./OutputPool.ts"
import { JournalDamaged, Segments, type SegmentCursor } from "./segments.ts"

const ENTRY_OVERHEAD = 100
const READ_BYTES = 256 * 1024
const RETRY_MILLIS = 1000

/** What a journal needs to know, and where it reports. */
export interface JournalOptions {
  /** Directory of the generation's journals. */
  readonly directory: string
  readonly id: string
  readonly session: string
  readonly memoryMax: number
  readonly diskMax: number
  readonly pool: OutputPool
  /** The journal cannot take more (`true`), or can again: the child is to be paused or continued. */
  readonly full: (full: boolean) => void
  /** A write to the disk failed, or (`undefined`) works again. */
  readonly trouble: (error: Error | undefined) => void
}

/** Reads entries in order from a position; at most one read is under way. */
export interface JournalReader {
  /** The next entry; `waiting` when there is none now, `loading` while the file is read (`wake` is called then). */
  readonly take: () => JournalEntry | "waiting" | "loading"
  readonly close: () => void
}

/** One child's journal. */
export class Journal {
  readonly #options: JournalOptions
  readonly #segments: Segments
  #memory: Array<JournalEntry> = []
  #memoryBytes = 0
  #head = 0
  #acknowledged = 0
  #spilling = false
  #work: Promise<void> = Promise.resolve()
  #full = false
  #retry: NodeJS.Timeout | undefined
  #closed = false
  #holdSpill = false
  #readers = 0
  #troubled = false

  constructor(options: JournalOptions) {
    this.#options = options
    this.#segments = new Segments(options.directory, { id: options.id, session: options.session })
  }

  /** Last position written. */
  get head(): number {
    return this.#head
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  get diskBytes(): number {
    return this.#segments.bytes
  }

  /** Adds output (which is copied) or a note; gives the entry with its position. Always taken: what bounds the journal is the child's pause. */
  append(time: number, content: { readonly bytes: Uint8Array } | { readonly note: JournalNote }): JournalEntry {
    const kept = "bytes" in content ? { bytes: this.#options.pool.copy(content.bytes) } : content
    const entry: JournalEntry = { position: ++this.#head, time, ...kept }
    this.#memory.push(entry)
    this.#memoryBytes += weight(entry)
    this.#balance()
    return entry
  }

  /** Everything up to `position` is in the log. A position that was not written yet is taken as the head. */
  acknowledge(position: number): void {
    const upTo = Math.min(position, this.#head)
    if (upTo <= this.#acknowledged) return
    this.#acknowledged = upTo
    if (!this.#spilling) this.#dropMemory(upTo)
    if (this.#segments.bytes > 0 || this.#spilling) {
      this.#queue(() => this.#segments.drop(this.#acknowledged))
    }
    this.#balance()
  }

  /** While held, memory over its bound pauses the child instead of spilling: the hub takes it as fast as it can. */
  holdSpill(hold: boolean): void {
    if (this.#holdSpill === hold) return
    this.#holdSpill = hold
    this.#balance()
  }

  #dropMemory(upTo: number): void {
    const first = this.#memory[0]?.position
    if (first === undefined || upTo < first) return
    const gone = this.#memory.splice(0, upTo - first + 1)
    for (const entry of gone) {
      this.#memoryBytes -= weight(entry)
      // What was sent and is not acknowledged may still be read by the socket; it is left to V8.
      if ("bytes" in entry && (entry.position <= this.#acknowledged || this.#readers === 0)) this.#options.pool.give(entry.bytes)
    }
  }

  #balance(): void {
    if (this.#closed) return
    const { memoryMax, diskMax } = this.#options
    const canSpill = !this.#holdSpill && this.#retry === undefined && this.#segments.bytes < diskMax * (this.#full ? 0.9 : 1)
    if (canSpill && !this.#spilling && this.#memoryBytes > memoryMax) this.#spill()
    if (this.#retry === undefined && !this.#spilling && this.#memoryBytes <= memoryMax) this.#recovered()
    const bound = canSpill ? 2 * memoryMax : memoryMax
    this.#setFull(this.#memoryBytes > (this.#full ? bound / 2 : bound))
  }

  #setFull(full: boolean): void {
    if (full === this.#full) return
    this.#full = full
    this.#options.full(full)
  }

  #queue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => this.#failed(error))
  }

  #recovered(): void {
    if (!this.#troubled) return
    this.#troubled = false
    this.#options.trouble(undefined)
  }

  #failed(error: unknown): void {
    this.#troubled = true
    this.#options.trouble(error instanceof Error ? error : new Error(String(error)))
  }

  #spill(): void {
    this.#spilling = true
    this.#queue(async () => {
      this.#dropMemory(this.#acknowledged)
      const batch = this.#memory.slice()
      try {
        await this.#segments.append(batch)
        this.#recovered()
      } catch (error) {
        this.#spilling = false
        this.#retryLater()
        throw error
      }
      this.#dropMemory(batch.at(-1)?.position ?? 0)
      await this.#segments.drop(this.#acknowledged)
      this.#spilling = false
      this.#balance()
    })
  }

  #retryLater(): void {
    if (this.#closed) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#balance()
    }, RETRY_MILLIS)
    this.#retry.unref()
    this.#balance()
  }

  /** Reads from after a position, or from the first kept one when that is later; `wake` is called when a file read is done or failed. */
  reader(after: number, wake: () => void, damaged: (error: JournalDamaged) => void): JournalReader {
    const cursor: SegmentCursor = { next: Math.max(after, this.#acknowledged) + 1, path: "", offset: 0 }
    let next = cursor.next
    let loaded: ReadonlyArray<JournalEntry> = []
    let index = 0
    let released = false
    let state: "open" | "loading" | "closed" = "open"
    const load = (): void => {
      state = "loading"
      if (cursor.next !== next) {
        cursor.next = next
        cursor.path = ""
      }
      this.#queue(async () => {
        try {
          const entries = await this.#segments.read(cursor, READ_BYTES)
          if (state === "closed") return
          loaded = entries
          index = 0
          state = "open"
        } catch (error) {
          if (state === "closed") return
          state = "closed"
          damaged(
            error instanceof JournalDamaged
              ? error
              : new JournalDamaged(`the journal cannot be read: ${String(error)}`, { cause: error }),
          )
          return
        }
        wake()
      })
    }
    const take = (): JournalEntry | "waiting" | "loading" => {
      if (state !== "open") return state === "loading" ? "loading" : "waiting"
      const ready = loaded[index]
      if (ready !== undefined) {
        index += 1
        next = ready.position + 1
        return ready
      }
      if (next > this.#head) return "waiting"
      const first = this.#memory[0]?.position ?? this.#head + 1
      if (next >= first) {
        const entry = this.#memory[next - first]
        if (entry === undefined) return "waiting"
        loaded = []
        next += 1
        return entry
      }
      load()
      return "loading"
    }
    this.#readers += 1
    return {
      take,
      close: () => {
        if (released) return
        released = true
        state = "closed"
        this.#readers -= 1
      },
    }
  }

  /** Writes what memory still holds to the files, for whoever comes after this process; rejects when that fails. */
  async persist(): Promise<void> {
    await this.#work
    this.#dropMemory(this.#acknowledged)
    await this.#segments.append(this.#memory)
    this.#dropMemory(this.#head)
  }

  /** Ends the journal; with `remove` its files go too. */
  async close(remove: boolean): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#work
    await this.#segments.close(remove)
  }
}

function weight(entry: JournalEntry): number {
  if ("bytes" in entry) return entry.bytes.buffer.byteLength + ENTRY_OVERHEAD
  return ENTRY_OVERHEAD + 2 * noteSize(entry.note)
}
