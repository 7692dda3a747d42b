/**
 * Who is attached to a session now, in the order in which they attached or acted, and telling them of each other
 * (docs/protocol/rules.md, T-31, T-48). What a viewer decides beyond that is its kind's: a terminal sizes itself by them.
 *
 * Nothing here is stored.
 */
import type { Viewers as Told } from "@holdfast/protocol/frame"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"

/** A client that returns within this many milliseconds keeps its place: a viewer that has its screen sent again moves no one. */
const AGAIN = 150

/** Viewers that are shown at most, latest first, and the least time between two announcements, in milliseconds. */
const VIEWERS_MAX = 64
const ANNOUNCE_EVERY = 100

/**
 * Where orders begin: of viewers that came back without having given the size, of those that had, and of all that attached or typed.
 * Positive all of them, and further apart than a hub lives.
 */
export const RETURNED = 2 ** 40
const FRESH = 2 ** 41

/** Seats that left whose orders are remembered at most. */
const FORMER_MAX = 256

/** One attachment's presence. */
export interface Viewer {
  readonly client: string
  readonly seat: string
  readonly name: string
  readonly mode: "interactive" | "viewer"
  readonly show: (viewers: Told) => void
  /** Session that its terminal is in. */
  readonly within?: string
  /** Ends the attachment for a person; false where it is no person's. */
  readonly release: (by: string) => boolean
  /** Colours of its terminal. */
  readonly colors?: TerminalColors
  cols?: number
  rows?: number
  order: number
}

/** The viewers of one session. */
export class ViewerList {
  readonly #here = new Set<Viewer>()
  #order = FRESH
  /** Orders of those who came back: above the others who did, below whoever attached or typed since this hub began. */
  readonly #back = { gave: RETURNED, not: 0 }
  /** Orders of the seats that left within `AGAIN`. */
  readonly #left = new Map<string, number>()
  /** Orders of seats that left before that, for those that come back; the latest `FORMER_MAX`. */
  readonly #former = new Map<string, number>()
  readonly #leaving = new Set<NodeJS.Timeout>()
  #announcing: NodeJS.Timeout | undefined
  #announcedAt = Number.NEGATIVE_INFINITY

  /** A viewer attached, or attached again: then `gaveSize` says whether it gave the size, in case it is not known here. */
  join(viewer: Omit<Viewer, "order">, gaveSize?: boolean): Viewer {
    const joined: Viewer = { ...viewer, order: this.#left.get(viewer.seat) ?? this.#ordered(viewer.seat, gaveSize) }
    this.#left.delete(viewer.seat)
    this.#here.add(joined)
    this.joined(gaveSize)
    this.announce()
    return joined
  }

  /** A viewer detached. */
  leave(viewer: Viewer): void {
    if (!this.#here.delete(viewer)) return
    this.#left.set(viewer.seat, viewer.order)
    this.#former.delete(viewer.seat)
    this.#former.set(viewer.seat, viewer.order)
    for (const [seat] of this.#former) if (this.#former.size > FORMER_MAX) this.#former.delete(seat)
    const gone = setTimeout(() => {
      this.#leaving.delete(gone)
      if (this.#left.get(viewer.seat) === viewer.order) this.#left.delete(viewer.seat)
      this.size()
    }, AGAIN)
    this.#leaving.add(gone)
    this.parted()
    this.announce()
  }

  /** A viewer typed: it is the latest now. */
  typed(viewer: Viewer): void {
    if (viewer.order === this.#order) return
    viewer.order = ++this.#order
    this.size()
    this.announce()
  }

  /** A viewer's window changed. */
  resize(viewer: Viewer, cols: number, rows: number): void {
    viewer.cols = cols
    viewer.rows = rows
    this.size()
    this.announce()
  }

  /** Sessions that viewers' terminals are in. */
  get within(): ReadonlyArray<string> {
    return [...this.#here].flatMap(({ within }) => within ?? [])
  }

  /** Everyone who is here: first who gives the size, then the latest. */
  get shown(): Told["viewers"] {
    const { sizing } = this
    return [...this.#here]
      .sort((a, b) => Number(b === sizing) - Number(a === sizing) || b.order - a.order)
      .slice(0, VIEWERS_MAX)
      .map((viewer) => ({
        client: viewer.client,
        seat: viewer.seat,
        name: viewer.name,
        mode: viewer.mode,
        ...(viewer.cols === undefined || viewer.rows === undefined ? {} : { cols: viewer.cols, rows: viewer.rows }),
        sizes: viewer === sizing,
      }))
  }

  /** Ends the attachments of people, but for those that stay; returns how many. */
  release(stays: (viewer: Viewer) => boolean, by: string): number {
    return [...this.#here].filter((viewer) => !stays(viewer) && viewer.release(by)).length
  }

  /** Whether a seat is attached to act, not only to look on. */
  isInteractive(seat: string): boolean {
    return [...this.#here].some((viewer) => viewer.mode === "interactive" && viewer.seat === seat)
  }

  /** A seat has left for good: nothing is kept for it. */
  seatLeft(_seat: string): void {}

  /** Ends what runs by itself. */
  stop(): void {
    for (const gone of this.#leaving) clearTimeout(gone)
    clearTimeout(this.#announcing)
  }

  /** Those who are here. */
  protected get here(): Iterable<Viewer> {
    return this.#here
  }

  /** Whose size counts; no one's where there is no size. */
  protected get sizing(): Viewer | undefined {
    return undefined
  }

  /** A viewer is here; see `join`. */
  protected joined(_gaveSize: boolean | undefined): void {}

  /** A viewer is no longer here. */
  protected parted(): void {}

  /** Whose size counts may have changed. */
  protected size(): void {}

  /** Tells everyone who is here: soon, but not again and again while many come and go. */
  protected announce(): void {
    const wait = Math.max(0, this.#announcedAt + ANNOUNCE_EVERY - performance.now())
    this.#announcing ??= setTimeout(() => {
      this.#announcing = undefined
      this.#announcedAt = performance.now()
      // One object for all: a door encodes it once.
      const viewers: Told = { viewers: this.shown }
      for (const viewer of [...this.#here]) viewer.show(viewers)
    }, wait)
  }

  #ordered(seat: string, gaveSize: boolean | undefined): number {
    if (gaveSize === undefined) return ++this.#order
    const former = this.#former.get(seat)
    if (former !== undefined) return former
    return gaveSize ? ++this.#back.gave : ++this.#back.not
  }
}
