/**
 * When what changed is shown: once per frame, all of it together (docs/protocol/rules.md, U-1).
 *
 * What arrives goes into the model at once. A frame then asks the models for the new values of their cells, publishes all of
 * them, and only then tells who listens: so no listener sees one cell of a frame and misses another.
 */

/** Something with cells whose values are worked out once per frame, however much has happened since the last one. */
export interface Source {
  /** Sets the cells to what they are now. */
  readonly collect: () => void
}

/** A cell as a frame deals with it. */
export interface Published {
  /** Makes the value that was set last the current one; false when it is the same. */
  readonly publish: () => boolean
  /** Tells the listeners. */
  readonly tell: () => void
}

/** Calls `f` when the next frame is to be made; gives the function that cancels it. */
export type Schedule = (f: () => void) => () => void

/** Milliseconds after which a frame is made although the page paints none: in a hidden tab, or outside of a page. */
const HIDDEN_FRAME = 200
const NO_PAGE_FRAME = 16

/** The next frame that the page paints; a hidden page paints none, but its title and its notifications must continue. */
export const onNextFrame: Schedule = (f) => {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis
  if (typeof requestAnimationFrame !== "function") {
    const timer = setTimeout(f, NO_PAGE_FRAME)
    return () => clearTimeout(timer)
  }
  const cancel = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const once = (): void => {
    cancel()
    f()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, HIDDEN_FRAME)
  return cancel
}

/** The frames of one model. */
export class Frames {
  readonly #schedule: Schedule
  readonly #sources = new Set<Source>()
  readonly #cells = new Set<Published>()
  #cancel: (() => void) | undefined
  #isMaking = false

  constructor(schedule: Schedule = onNextFrame) {
    this.#schedule = schedule
  }

  /** The cells of `source` are to be worked out for the next frame. */
  mark(source: Source): void {
    this.#sources.add(source)
    this.#later()
  }

  /** `cell` was set. */
  changed(cell: Published): void {
    this.#cells.add(cell)
    this.#later()
  }

  /** Makes the frame now. */
  flush(): void {
    this.#cancel?.()
    this.#isMaking = true
    // One source may change another's: a transcript its list of messages.
    for (const source of this.#sources) {
      this.#sources.delete(source)
      source.collect()
    }
    const cells = [...this.#cells]
    this.#cells.clear()
    this.#isMaking = false
    this.#cancel = undefined
    for (const cell of cells.filter((one) => one.publish())) cell.tell()
  }

  #later(): void {
    if (!this.#isMaking) this.#cancel ??= this.#schedule(() => this.flush())
  }
}
