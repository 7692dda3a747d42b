/** Notes of the memory store. */
import { NoteListeners } from "../NoteListeners.ts"
import type { KeptNote, Note, NotePage } from "../Store.ts"

/** The notes, their readers and who waits for more. */
export class MemoryNotes {
  readonly listeners = new NoteListeners()
  readonly #readers = new Map<string, number>()
  #notes: Array<KeptNote> = []
  #last = 0

  /** Keeps those of an append, if there is a reader. */
  keep(session: number, id: string, notes: ReadonlyArray<Note> | undefined): void {
    if (notes === undefined || this.#readers.size === 0) return
    for (const { seq, name } of notes) this.#notes.push({ number: ++this.#last, session, id, seq, name })
    this.listeners.tell()
  }

  /** Adds a reader, or finds the one that is there. */
  open(reader: string): number {
    const cursor = this.#readers.get(reader) ?? this.#last
    this.#readers.set(reader, cursor)
    return cursor
  }

  /** Moves a reader, or removes it, and drops what no reader needs. */
  move(reader: string, cursor: number | undefined): void {
    const before = this.#readers.get(reader)
    if (cursor === undefined) this.#readers.delete(reader)
    else if (before !== undefined) this.#readers.set(reader, Math.max(before, cursor))
    const needed = Math.min(this.#last, ...this.#readers.values())
    this.#notes = this.#notes.filter(({ number }) => number > needed)
  }

  /** A page; `isThere` says whether a session was not purged. */
  page(after: number, limit: number, isThere: (session: number) => boolean): NotePage {
    const notes = this.#notes.filter(({ number, session }) => number > after && isThere(session)).slice(0, limit)
    return { notes, head: this.#last }
  }
}
