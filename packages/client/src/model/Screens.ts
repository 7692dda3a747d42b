/**
 * The emulators that show a terminal: its output goes to them at once and never through a frame (docs/protocol/rules.md, U-6).
 */
import type { Event } from "@holdfast/protocol/event"
import type { Item } from "../items.ts"

/** An emulator. A promise that it returns holds the next item back, and so the program that floods it. */
export interface Screen {
  /** Begins again, as an empty terminal of this size, and shows these escape sequences. `isSkip`: output before them is left out. */
  readonly reset: (
    screen: Uint8Array,
    cols: number | undefined,
    rows: number | undefined,
    isSkip: boolean,
  ) => void | Promise<void>
  readonly write: (output: Uint8Array) => void | Promise<void>
  readonly resize: (cols: number, rows: number) => void | Promise<void>
}

const EMPTY = new Uint8Array()

/** The screens of one session. */
export class Screens {
  readonly #refresh: () => void
  readonly #screens = new Set<Screen>()
  /** Something was shown that a new screen does not have. */
  #isBegun = false
  /** A screen waits for a snapshot. */
  #isOwed = false

  /** `refresh` asks the hub for the screen as it is now. */
  constructor(refresh: () => void) {
    this.#refresh = refresh
  }

  /** Another attachment, which has shown nothing yet. */
  begin(): void {
    this.#isBegun = false
    this.#isOwed = false
  }

  /** Adds a screen; gives the function that takes it off. */
  add(screen: Screen): () => void {
    this.#screens.add(screen)
    if (this.#isBegun) {
      this.#isOwed = true
      this.#refresh()
    }
    return () => void this.#screens.delete(screen)
  }

  /** Attached again. If that continues what was shown, a screen that waits for a snapshot has to ask for one once more. */
  attached(isResumed: boolean): void {
    if (this.#isOwed && isResumed) this.#refresh()
  }

  snapshot({ screen, cols, rows }: Extract<Item, { readonly _tag: "Snapshot" }>): void | Promise<void> {
    // What was shown continued up to here, unless a screen that came later asked for all of it.
    const isSkip = this.#isBegun && !this.#isOwed
    this.#isBegun = true
    this.#isOwed = false
    return this.#each((one) => one.reset(screen, cols, rows, isSkip))
  }

  output(bytes: Uint8Array): void | Promise<void> {
    this.#isBegun = true
    return this.#each((one) => one.write(bytes))
  }

  /** An event of the terminal that is no output. */
  event({ type, data }: Event): void | Promise<void> {
    if (type !== "resize" && type !== "started" && type !== "starting") return undefined
    const { cols, rows } = data as { readonly cols: number; readonly rows: number }
    return this.#each((one) => (type === "starting" ? one.reset(EMPTY, cols, rows, false) : one.resize(cols, rows)))
  }

  #each(f: (screen: Screen) => void | Promise<void>): void | Promise<void> {
    const pending = [...this.#screens].map(f).filter((one) => one !== undefined)
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
  }
}
