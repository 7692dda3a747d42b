/**
 * What the feed has beside the records: what the hub announces, what sessions do now, and up to where this person has seen them,
 * with what follows from that: which sessions are unread (docs/protocol/rules.md, L-1, L-5, U-12).
 */
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Seen } from "@holdfast/protocol/desk"
import type { Doing } from "@holdfast/protocol/doing"
import type { Session } from "@holdfast/protocol/session"
import type { FeedBeside, FeedWishes } from "../Feed.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames, Source } from "./frames.ts"

const NONE: ReadonlyArray<string> = Object.freeze([])

/** Whether a session has news that were not seen. */
export function isUnread({ status, news }: Pick<Session, "status" | "news">, seen: number): boolean {
  return status === "active" && news !== undefined && news.seq > seen
}

/** Cells of what goes beside the records of one hub. */
export class BesideCells implements Source {
  readonly #frames: Frames
  readonly #doings = new Map<string, Doing>()
  readonly #marks = new Map<string, number>()
  /** Seqs of the news of sessions that have some. */
  readonly #news = new Map<string, number>()
  readonly #doingCells = new Map<string, Cell<Doing | undefined>>()
  readonly #seenCells = new Map<string, Cell<number>>()
  readonly #unread: Cell<ReadonlyArray<string>>
  readonly #announced: Cell<ReadonlyArray<Announcement>>
  /** Number of the last mark that the hub sent. */
  #number = 0

  constructor(frames: Frames) {
    this.#frames = frames
    this.#unread = new Cell<ReadonlyArray<string>>(frames, NONE)
    this.#announced = new Cell<ReadonlyArray<Announcement>>(frames, [])
  }

  /** What the feed is asked for. */
  readonly wishes = (): FeedWishes => {
    // A watch that begins is told what is so now, and of what does nothing any more perhaps nothing.
    for (const session of [...this.#doings.keys()]) this.#does(session, undefined)
    return { doing: true, seen: this.#number }
  }

  /** What a session does now; `undefined` while that is nothing that is known. */
  doing(session: string): Readable<Doing | undefined> {
    return cellIn(this.#doingCells, session, () => new Cell<Doing | undefined>(this.#frames, this.#doings.get(session)))
  }

  /** Up to which seq this person has seen a session; 0 when that is nothing. */
  seen(session: string): Readable<number> {
    return cellIn(this.#seenCells, session, () => new Cell(this.#frames, this.#marks.get(session) ?? 0))
  }

  /** Ids of the active sessions with news that were not seen, those with the latest news last. */
  get unread(): Readable<ReadonlyArray<string>> {
    return this.#unread
  }

  /** What the hub announces to everyone now. */
  get announced(): Readable<ReadonlyArray<Announcement>> {
    return this.#announced
  }

  /** Takes what the feed brought. */
  take({ announcements, doing = [], seen = [] }: FeedBeside): void {
    if (announcements !== undefined) this.#announced.set(announcements)
    for (const one of doing) this.#does(one.session, one.what === "nothing" ? undefined : Object.freeze(one))
    for (const mark of seen) this.#mark(mark)
  }

  /** Shows a mark of this client's before the hub has it. */
  expect(session: string, seq: number): void {
    this.#marks.set(session, seq)
    this.#seenCells.get(session)?.set(seq)
    this.#frames.mark(this)
  }

  /** A record is new or has changed. */
  changed({ id, status, process, news }: Session): void {
    if (process !== "running") this.#does(id, undefined)
    const seq = status === "active" ? news?.seq : undefined
    if (this.#news.get(id) === seq) return
    this.#news.delete(id)
    if (seq !== undefined) this.#news.set(id, seq)
    this.#frames.mark(this)
  }

  /** There is no such session any more. */
  gone(id: string): void {
    this.#does(id, undefined)
    if (this.#news.delete(id)) this.#frames.mark(this)
  }

  /** What was sent is void. */
  reset(): void {
    for (const session of [...this.#doings.keys()]) this.#does(session, undefined)
    this.#marks.clear()
    this.#news.clear()
    this.#number = 0
    this.#announced.set([])
    for (const cell of this.#seenCells.values()) cell.set(0)
    this.#frames.mark(this)
  }

  collect(): void {
    const ids = [...this.#news].flatMap(([id, seq]) => (seq > (this.#marks.get(id) ?? 0) ? [id] : []))
    const before = this.#unread.latest
    if (ids.length !== before.length || ids.some((id, at) => id !== before[at])) this.#unread.set(Object.freeze(ids))
  }

  #does(session: string, doing: Doing | undefined): void {
    if (doing === undefined) this.#doings.delete(session)
    else this.#doings.set(session, doing)
    this.#doingCells.get(session)?.set(doing)
  }

  #mark({ session, seq, number }: Seen): void {
    this.#number = Math.max(this.#number, number)
    this.expect(session, seq)
  }
}

function cellIn<A>(cells: Map<string, Cell<A>>, id: string, make: () => Cell<A>): Cell<A> {
  const known = cells.get(id)
  if (known !== undefined) return known
  const made = make()
  cells.set(id, made)
  return made
}
