/**
 * A line of ours, such as the one that names the detach key, shown for a few seconds on a bottom row that is blank. It
 * comes once the session is quiet, and goes before anything else is written.
 */
import type { AttachedView } from "./AttachedView.ts"

/** Milliseconds without output before the row is looked at. */
const QUIET = 150
/** Milliseconds for which the line is shown at most. */
const SHOWN = 4000

/** The hint of one attachment. */
export class EntryHint {
  readonly #viewer: AttachedView
  #text: string
  #timer: NodeJS.Timeout | undefined
  #until = 0
  #started = false
  #must = false

  constructor(viewer: AttachedView, text: string) {
    this.#viewer = viewer
    this.#text = text
  }

  /** Shows the line once, as soon as there is room. */
  start(): void {
    if (this.#started) return
    this.say(this.#text)
  }

  /** Shows another line; one that `must` be seen also over what stands in the bottom row, which comes back. */
  say(text: string, must = false): void {
    this.#started = true
    this.#must = must
    this.#text = text
    this.#until = Date.now() + SHOWN
    if (this.#viewer.notice(text, SHOWN)) return
    this.#later()
  }

  /** Takes the line away for good. */
  stop(): void {
    this.#until = 0
    clearTimeout(this.#timer)
    this.#viewer.overlay.removeHint()
  }

  #later(): void {
    clearTimeout(this.#timer)
    const { drawn } = this.#viewer
    this.#timer = setTimeout(() => this.#look(drawn), QUIET)
  }

  #look(drawn: number): void {
    if (Date.now() > this.#until || this.#viewer.notice(this.#text, this.#until - Date.now())) return
    if (this.#viewer.hidden || this.#viewer.drawn !== drawn) return this.#later()
    if (!this.#must && !this.#viewer.overlay.hasRoom) return
    this.#viewer.overlay.hint(this.#text)
    this.#timer = setTimeout(() => this.stop(), this.#until - Date.now())
  }
}
