/**
 * What the viewers of a terminal decide: its size, its colours, and who holds the keyboard (docs/protocol/rules.md, T-8, T-10, T-20).
 *
 * Nothing here is stored but the holder of the keyboard, whose absence is timed from here.
 */
import { decide } from "@holdfast/core/decide"
import { sizingViewer } from "@holdfast/core/viewers"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { RETURNED, type Viewer, ViewerList } from "../delivery/ViewerList.ts"
import type { OpenSession } from "../session/OpenSession.ts"

/** Least time between two size changes of a child, in milliseconds: 10 a second (T-8). */
const RESIZE_EVERY = 100

/** The keyboard is free again when its holder has been away this long, in milliseconds (T-10). */
export const TYPIST_AWAY = 30_000

/** How long, in milliseconds, the size waits for the viewer that gave it, when others are back before it: the longest pause of a client. */
const SIZING_BACK = 5000

/** What viewers decide of the session's child. */
export interface ChildOfViewers {
  readonly resize: (cols: number, rows: number) => void
  readonly colors: (colors: TerminalColors) => void
}

/** The viewers of one terminal. */
export class Presence extends ViewerList {
  readonly #session: OpenSession
  readonly #child: ChildOfViewers
  #resizedAt = 0
  #resizeTimer: NodeJS.Timeout | undefined
  #sent: { readonly cols: number; readonly rows: number } | undefined
  #wanted: { readonly cols: number; readonly rows: number } | undefined
  #told: TerminalColors | undefined
  #awayTimer: NodeJS.Timeout | undefined
  #backTimer: NodeJS.Timeout | undefined
  #isBack = false

  constructor(session: OpenSession, child: ChildOfViewers) {
    super()
    this.#session = session
    this.#child = child
  }

  /** Asks for a size from outside of any attachment. */
  want(cols: number, rows: number): void {
    this.#wanted = { cols, rows }
    if (this.#resizeTimer !== undefined) return
    const wait = this.#resizedAt + RESIZE_EVERY - this.#session.context.now()
    if (wait <= 0) this.#send()
    else this.#resizeTimer = setTimeout(this.#send, wait)
  }

  /** The keyboard of a seat that left is free at once, unless the seat is attached elsewhere (T-47). */
  override seatLeft(seat: string): void {
    if (this.isInteractive(seat) || this.#session.state.terminal?.typist?.seat !== seat) return
    this.#session.submit({ decide: (state) => decide(state, { _tag: "TypistAway", seat }), done: () => this.watchTypist() })
  }

  /** Starts or ends the wait for a holder of the keyboard who is not attached. */
  watchTypist(): void {
    const holder = this.#session.state.terminal?.typist?.seat
    const away = holder !== undefined && !this.isInteractive(holder)
    if (!away) {
      clearTimeout(this.#awayTimer)
      this.#awayTimer = undefined
      return
    }
    this.#awayTimer ??= setTimeout(() => {
      this.#awayTimer = undefined
      const seat = this.#session.state.terminal?.typist?.seat
      if (seat === undefined || this.isInteractive(seat)) return
      this.#session.submit({
        decide: (state) => decide(state, { _tag: "TypistAway", seat }),
        done: (result) => {
          if (result._tag === "Refused") this.watchTypist()
        },
      })
    }, TYPIST_AWAY)
  }

  /** True while the keyboard waits for its holder. */
  get waiting(): boolean {
    return this.#awayTimer !== undefined
  }

  /** A connection to the child is there: the size that counts is asked for again. */
  connected(): void {
    this.#sent = undefined
    this.#told = undefined
    this.size()
  }

  override stop(): void {
    super.stop()
    clearTimeout(this.#awayTimer)
    clearTimeout(this.#backTimer)
    clearTimeout(this.#resizeTimer)
  }

  protected override joined(gaveSize: boolean | undefined): void {
    if (gaveSize === false) this.#waitForSizing()
    this.size()
    this.watchTypist()
  }

  protected override parted(): void {
    this.watchTypist()
  }

  /** Whose size counts; no one's while the one that gave it is expected back (T-48). */
  protected override get sizing(): Viewer | undefined {
    const viewer = sizingViewer(this.here)
    return viewer !== undefined && viewer.order < RETURNED && this.#backTimer !== undefined ? undefined : viewer
  }

  protected override size(): void {
    this.#tellColors()
    const viewer = this.sizing
    if (viewer?.cols === undefined || viewer.rows === undefined) return
    const current = this.#wanted ?? this.#sent ?? this.#session.state.terminal
    if (current?.cols !== viewer.cols || current.rows !== viewer.rows) this.want(viewer.cols, viewer.rows)
  }

  #waitForSizing(): void {
    if (this.#isBack) return
    this.#isBack = true
    this.#backTimer = setTimeout(() => {
      this.#backTimer = undefined
      this.size()
      this.announce()
    }, SIZING_BACK)
  }

  /** The child's questions are answered with the colours of the interactive viewer who last attached or typed (T-20). */
  #tellColors(): void {
    let latest: Viewer | undefined
    for (const viewer of this.here) {
      if (viewer.mode === "interactive" && viewer.colors !== undefined && viewer.order > (latest?.order ?? 0)) latest = viewer
    }
    if (latest?.colors === undefined || latest.colors === this.#told) return
    this.#told = latest.colors
    this.#child.colors(latest.colors)
  }

  readonly #send = (): void => {
    this.#resizeTimer = undefined
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) return
    this.#sent = wanted
    this.#resizedAt = this.#session.context.now()
    this.#child.resize(wanted.cols, wanted.rows)
  }
}
