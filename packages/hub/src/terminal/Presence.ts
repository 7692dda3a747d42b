/**
 * Who is attached to a session now: viewers, whose size counts, and who holds the keyboard (docs/PROTOCOL.md, T-8, T-10).
 *
 * Nothing here is stored but the holder of the keyboard, whose absence is timed from here.
 */
import { decide } from "@holdfast/core/decide"
import { sizingViewer } from "@holdfast/core/viewers"
import type { Viewers } from "@holdfast/protocol/frame"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { OpenSession } from "../session/OpenSession.ts"

/** Time between two size changes of a child at the least, in milliseconds: 10 a second (T-8). */
const RESIZE_EVERY = 100

/** The keyboard is free again when its holder has been away for so long, in milliseconds (T-10). */
export const TYPIST_AWAY = 30_000

/**
 * A client that comes back within so long, in milliseconds, counts as it did before, and so long the size waits for one
 * that left: a viewer that has its screen sent anew takes the size from nobody.
 */
const AGAIN = 150

/** Viewers that are shown at the most, latest first, and the time between two announcements at the least, in milliseconds. */
const VIEWERS_MAX = 64
const ANNOUNCE_EVERY = 100

/**
 * Where orders begin: of viewers that came back without having given the size, of those that had, and of all that attached or typed.
 * Positive all of them, and further apart than a hub lives.
 */
const RETURNED = 2 ** 40
const FRESH = 2 ** 41

/** Seats that left whose orders are remembered at the most. */
const FORMER_MAX = 256

/** So long, in milliseconds, the size waits for the viewer that gave it, when others are back before it: the longest pause of a client. */
const SIZING_BACK = 5000

/** One attachment's presence. */
export interface Viewer {
  readonly client: string
  readonly seat: string
  readonly name: string
  readonly mode: "interactive" | "viewer"
  readonly show: (viewers: Viewers) => void
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

/** What viewers decide of the session's child. */
export interface ChildOfViewers {
  readonly resize: (cols: number, rows: number) => void
  readonly colors: (colors: TerminalColors) => void
}

/** The viewers of one session. */
export class Presence {
  private readonly session: OpenSession
  private readonly child: ChildOfViewers
  private readonly viewers = new Set<Viewer>()
  private order = FRESH
  /** Orders of those who came back: above the others who did, below whoever attached or typed since this hub began. */
  private readonly back = { gave: RETURNED, not: 0 }
  /** Orders of the seats that left within `AGAIN`. */
  private readonly left = new Map<string, number>()
  /** Orders of seats that left before that, for those that come back; the latest `FORMER_MAX`. */
  private readonly former = new Map<string, number>()
  private readonly leaving = new Set<NodeJS.Timeout>()
  private announcing: NodeJS.Timeout | undefined
  private announcedAt = Number.NEGATIVE_INFINITY
  private resizedAt = 0
  private resizeTimer: NodeJS.Timeout | undefined
  private sent: { readonly cols: number; readonly rows: number } | undefined
  private wanted: { readonly cols: number; readonly rows: number } | undefined
  private told: TerminalColors | undefined
  private awayTimer: NodeJS.Timeout | undefined
  private backTimer: NodeJS.Timeout | undefined
  private isBack = false

  constructor(session: OpenSession, child: ChildOfViewers) {
    this.session = session
    this.child = child
  }

  /** A viewer attached, or attached again: then `gaveSize` says whether it gave the size, in case it is not known here. */
  join(viewer: Omit<Viewer, "order">, gaveSize?: boolean): Viewer {
    const joined: Viewer = { ...viewer, order: this.left.get(viewer.seat) ?? this.ordered(viewer.seat, gaveSize) }
    this.left.delete(viewer.seat)
    this.viewers.add(joined)
    if (gaveSize === false) this.waitForSizing()
    this.size()
    this.watchTypist()
    this.announce()
    return joined
  }

  /** A viewer detached. */
  leave(viewer: Viewer): void {
    if (!this.viewers.delete(viewer)) return
    this.left.set(viewer.seat, viewer.order)
    this.former.delete(viewer.seat)
    this.former.set(viewer.seat, viewer.order)
    for (const [seat] of this.former) if (this.former.size > FORMER_MAX) this.former.delete(seat)
    const gone = setTimeout(() => {
      this.leaving.delete(gone)
      if (this.left.get(viewer.seat) === viewer.order) this.left.delete(viewer.seat)
      this.size()
    }, AGAIN)
    this.leaving.add(gone)
    this.watchTypist()
    this.announce()
  }

  /** A viewer typed: from now on its size counts. */
  typed(viewer: Viewer): void {
    if (viewer.order === this.order) return
    viewer.order = ++this.order
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
    return [...this.viewers].flatMap(({ within }) => within ?? [])
  }

  /** Everybody who is here, who gives the size first, then the latest. */
  get shown(): Viewers["viewers"] {
    const sizes = this.sizing
    return [...this.viewers]
      .sort((a, b) => Number(b === sizes) - Number(a === sizes) || b.order - a.order)
      .slice(0, VIEWERS_MAX)
      .map((viewer) => ({
        client: viewer.client,
        name: viewer.name,
        mode: viewer.mode,
        ...(viewer.cols === undefined || viewer.rows === undefined ? {} : { cols: viewer.cols, rows: viewer.rows }),
        sizes: viewer === sizes,
      }))
  }

  /** Ends the attachments of people, but for those that stay; gives how many. */
  release(stays: (viewer: Viewer) => boolean, by: string): number {
    return [...this.viewers].filter((viewer) => !stays(viewer) && viewer.release(by)).length
  }

  /** Asks for a size from outside of any attachment. */
  want(cols: number, rows: number): void {
    this.wanted = { cols, rows }
    if (this.resizeTimer !== undefined) return
    const wait = this.resizedAt + RESIZE_EVERY - this.session.context.now()
    if (wait <= 0) this.send()
    else this.resizeTimer = setTimeout(this.send, wait)
  }

  /** Whether a seat may take and keep the keyboard: it is attached to type (T-10). */
  mayHold(seat: string): boolean {
    return [...this.viewers].some((viewer) => viewer.mode === "interactive" && viewer.seat === seat)
  }

  /** The keyboard of a seat that left is free at once, unless the seat is attached elsewhere. */
  freeKeyboard(seat: string): void {
    if (this.mayHold(seat) || this.session.state.terminal?.typist?.seat !== seat) return
    this.session.submit({ decide: (state) => decide(state, { _tag: "TypistAway", seat }), done: () => this.watchTypist() })
  }

  /** Starts or ends the wait for a holder of the keyboard who is not attached. */
  watchTypist(): void {
    const holder = this.session.state.terminal?.typist?.seat
    const away = holder !== undefined && !this.mayHold(holder)
    if (!away) {
      clearTimeout(this.awayTimer)
      this.awayTimer = undefined
      return
    }
    this.awayTimer ??= setTimeout(() => {
      this.awayTimer = undefined
      const seat = this.session.state.terminal?.typist?.seat
      if (seat === undefined || this.mayHold(seat)) return
      this.session.submit({
        decide: (state) => decide(state, { _tag: "TypistAway", seat }),
        done: (result) => {
          if (result._tag === "Refused") this.watchTypist()
        },
      })
    }, TYPIST_AWAY)
  }

  /** True while the keyboard waits for its holder. */
  get waiting(): boolean {
    return this.awayTimer !== undefined
  }

  /** A connection to the child is there: the size that counts is asked for again. */
  connected(): void {
    this.sent = undefined
    this.told = undefined
    this.size()
  }

  /** Ends what runs by itself. */
  stop(): void {
    for (const gone of this.leaving) clearTimeout(gone)
    clearTimeout(this.awayTimer)
    clearTimeout(this.backTimer)
    clearTimeout(this.resizeTimer)
    clearTimeout(this.announcing)
  }

  private ordered(seat: string, gaveSize: boolean | undefined): number {
    if (gaveSize === undefined) return ++this.order
    const former = this.former.get(seat)
    if (former !== undefined) return former
    return gaveSize ? ++this.back.gave : ++this.back.not
  }

  /** Whose size counts; nobody's while the one that gave it is expected back (T-48). */
  private get sizing(): Viewer | undefined {
    const viewer = sizingViewer(this.viewers)
    return viewer !== undefined && viewer.order < RETURNED && this.backTimer !== undefined ? undefined : viewer
  }

  private waitForSizing(): void {
    if (this.isBack) return
    this.isBack = true
    this.backTimer = setTimeout(() => {
      this.backTimer = undefined
      this.size()
      this.announce()
    }, SIZING_BACK)
  }

  private size(): void {
    this.tellColors()
    const viewer = this.sizing
    if (viewer?.cols === undefined || viewer.rows === undefined) return
    const current = this.wanted ?? this.sent ?? this.session.state.terminal
    if (current?.cols !== viewer.cols || current.rows !== viewer.rows) this.want(viewer.cols, viewer.rows)
  }

  /** The child's questions are answered with the colours of the interactive viewer who last attached or typed (T-20). */
  private tellColors(): void {
    let latest: Viewer | undefined
    for (const viewer of this.viewers) {
      if (viewer.mode === "interactive" && viewer.colors !== undefined && viewer.order > (latest?.order ?? 0)) latest = viewer
    }
    if (latest?.colors === undefined || latest.colors === this.told) return
    this.told = latest.colors
    this.child.colors(latest.colors)
  }

  private readonly send = (): void => {
    this.resizeTimer = undefined
    const { wanted } = this
    this.wanted = undefined
    if (wanted === undefined) return
    this.sent = wanted
    this.resizedAt = this.session.context.now()
    this.child.resize(wanted.cols, wanted.rows)
  }

  /** Tells everybody who is here: soon, but not again and again while many come and go. */
  private announce(): void {
    const wait = Math.max(0, this.announcedAt + ANNOUNCE_EVERY - performance.now())
    this.announcing ??= setTimeout(() => {
      this.announcing = undefined
      this.announcedAt = performance.now()
      // One object for all: a door encodes it once.
      const viewers: Viewers = { viewers: this.shown }
      for (const viewer of [...this.viewers]) viewer.show(viewers)
    }, wait)
  }
}
