/**
 * A line of ours, such as the one that names the detach key, shown for a few seconds on a bottom row that is blank.
 *
 * Whether it is blank is asked of the hub once the session is quiet; the line goes before anything else is written.
 */
import type { Hub } from "../server/hub.ts"
import type { Viewer } from "./Viewer.ts"

/** Milliseconds without output before the row is asked for. */
const QUIET = 150
/** Milliseconds for which the line is shown at most. */
const SHOWN = 4000

/** The hint of one attachment. */
export class EntryHint {
  readonly #hub: Hub
  readonly #viewer: Viewer
  readonly #session: string
  readonly #size: () => { readonly cols: number; readonly rows: number }
  #text: string
  #timer: NodeJS.Timeout | undefined
  #until = 0
  #started = false

  constructor(
    hub: Hub,
    viewer: Viewer,
    text: string,
    session: string,
    size: () => { readonly cols: number; readonly rows: number },
  ) {
    this.#hub = hub
    this.#viewer = viewer
    this.#text = text
    this.#session = session
    this.#size = size
  }

  /** Shows the line once, as soon as there is room. */
  start(): void {
    if (this.#started) return
    this.say(this.#text)
  }

  /** Shows another line. */
  say(text: string): void {
    this.#started = true
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
    const drawn = this.#viewer.drawn
    this.#timer = setTimeout(() => this.#look(drawn), QUIET)
  }

  #look(drawn: number): void {
    if (Date.now() > this.#until || this.#viewer.notice(this.#text, this.#until - Date.now())) return
    if (this.#viewer.hidden || this.#viewer.drawn !== drawn || this.#viewer.overlay.shown) return this.#later()
    this.#hub.api.screen(this.#session).then(
      (screen) => {
        if (Date.now() > this.#until) return
        const { rows, cols } = this.#size()
        if (screen.seq > this.#viewer.drawn || this.#viewer.drawn !== drawn || !this.#viewer.settled) return this.#later()
        // A row below the session's last one is nobody's.
        const beyond = screen.rows < rows
        const last = screen.text.split("\n")[rows - 1] ?? ""
        const blank = screen.rows === rows && screen.cols === cols && last.trim() === "" && screen.cursor.y !== rows - 1
        if (this.#viewer.alternate || !(beyond || blank)) return
        this.#viewer.overlay.hint(this.#text)
        this.#timer = setTimeout(() => this.stop(), this.#until - Date.now())
      },
      // A hint that cannot be shown is left out; the line before the screen said it too.
      () => undefined,
    )
  }
}
