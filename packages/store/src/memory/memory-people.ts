/** What belongs to people in the memory store: documents such as drafts, and up to where they have seen sessions. */
import { FORGET_STEP, type PutDocument, type PutOutcome, type SeenMark, type SeenPage, type StoredDocument } from "../People.ts"

interface Owned extends StoredDocument {
  readonly person: string
}

/** Documents and marks of a memory store. */
export class MemoryPeople {
  #documents: Array<Owned> = []
  readonly #marks = new Map<string, Map<string, SeenMark>>()
  #versions = 0
  #numbers = 0

  /** Puts or removes a document, unless it is not what was expected, or one too many. */
  put({ person, kind, name, value, time, expected, most, full }: PutDocument): PutOutcome {
    const before = this.documents(person, kind, name)[0]?.version ?? 0
    if (expected !== undefined && expected !== before) return { _tag: "Outdated", version: before }
    const all = this.#of(person, kind)
    const isOneMore = value !== undefined && before === 0 && all.length >= most
    if (isOneMore && full === "refuse") return { _tag: "Full" }
    const gone = new Set(isOneMore ? all.slice(0, all.length - most + 1) : all.filter((one) => one.name === name))
    this.#documents = this.#documents.filter((one) => !gone.has(one))
    if (value === undefined) return { _tag: "Put", version: 0 }
    const version = ++this.#versions
    this.#documents.push({ person, kind, name, value, version, time })
    return { _tag: "Put", version }
  }

  /** The documents of a person and kind, or the one of a name; the newest first. */
  documents(person: string, of: string, named?: string): ReadonlyArray<StoredDocument> {
    const found = this.#of(person, of).filter((one) => named === undefined || one.name === named)
    return found.map(({ kind, name, value, version, time }) => ({ kind, name, value, version, time })).reverse()
  }

  /** Sets a mark, never back unless that is wanted; what does not move it keeps its number. */
  see(person: string, session: string, seq: number, back: boolean): SeenMark {
    const marks = this.#marks.get(person) ?? new Map<string, SeenMark>()
    this.#marks.set(person, marks)
    const known = marks.get(session)
    if (known !== undefined && (back ? known.seq === seq : known.seq >= seq)) return known
    const mark = { session, seq, number: ++this.#numbers }
    marks.set(session, mark)
    return mark
  }

  /** A page of a person's marks. */
  seen(person: string, after: number, limit: number): SeenPage {
    const all = [...(this.#marks.get(person)?.values() ?? [])].sort((a, b) => a.number - b.number)
    return { marks: all.filter(({ number }) => number > after).slice(0, limit), head: all.at(-1)?.number ?? 0 }
  }

  /** Up to where a person has seen a session. */
  seqOf(person: string, session: string): number | undefined {
    return this.#marks.get(person)?.get(session)?.seq
  }

  /** Removes what people keep of a session that is purged. */
  forget(session: string): void {
    this.#documents = this.#documents.filter(({ name }) => name !== session)
    for (const [person, marks] of this.#marks) {
      marks.delete(session)
      if (marks.size === 0) this.#marks.delete(person)
    }
  }

  /** Persons of whom something is kept, after a name. */
  persons(after: string, limit: number): ReadonlyArray<string> {
    const all = new Set([...this.#documents.map(({ person }) => person), ...this.#marks.keys()])
    return [...all]
      .filter((person) => person > after)
      .sort()
      .slice(0, limit)
  }

  /** Removes some of what is kept of a person; whether something is left. */
  forgetSome(person: string): boolean {
    const gone = new Set(this.#documents.filter((one) => one.person === person).slice(0, FORGET_STEP.documents))
    this.#documents = this.#documents.filter((one) => !gone.has(one))
    const marks = this.#marks.get(person)
    for (const session of [...(marks?.keys() ?? [])].slice(0, FORGET_STEP.marks)) marks?.delete(session)
    if (marks?.size === 0) this.#marks.delete(person)
    return this.#marks.has(person) || this.#documents.some((one) => one.person === person)
  }

  /** Documents of a person and kind, the oldest first. */
  #of(person: string, kind: string): ReadonlyArray<Owned> {
    return this.#documents.filter((one) => one.person === person && one.kind === kind)
  }
}
