/**
 * What goes into a terminal's emulator, in order (docs/protocol/rules.md, U-6).
 *
 * What it has not parsed holds the program back. While no one looks it gets nothing: a little is kept for it, more is left to a
 * snapshot of the screen.
 */

/** What an emulator does with output. */
export interface Parser {
  readonly cols: number
  readonly rows: number
  readonly write: (data: Uint8Array, done?: () => void) => void
  readonly resize: (cols: number, rows: number) => void
  readonly reset: () => void
}

/** Most bytes that the emulator has not parsed, and down to how many it then has to come before it gets more. */
const UNPARSED_MOST = 512 * 1024
const UNPARSED_LEAST = 128 * 1024

/** Most bytes, and steps, that are kept aside while no one looks. */
const ASIDE_MOST = 256 * 1024
const ASIDE_STEPS = 4096

const encoder = new TextEncoder()

/** Full reset (RIS). */
const RESET = encoder.encode("\u001bc")

type Step = () => void | Promise<void>

/** A step that is put aside, and who waits for it. */
interface Aside {
  readonly step: Step
  readonly done: () => void
}

const noWait = (): void => undefined

/** What goes into an emulator, in order. */
export class Writing {
  readonly #terminal: Parser
  #unparsed = 0
  #isOver = false
  #waiting: Array<{ readonly down: number; readonly resolve: () => void }> = []
  /** What is to be done first; `undefined` while everything is done as it comes. */
  #aside: Array<Aside> | undefined
  #asideBytes = 0
  #isPaused = false
  #isDraining = false
  /** More was put aside than is kept. */
  #isStale = false

  constructor(terminal: Parser) {
    this.#terminal = terminal
  }

  write(bytes: Uint8Array): void | Promise<void> {
    return this.#do(bytes.length, () => this.#write(bytes))
  }

  resize(cols: number, rows: number): void | Promise<void> {
    return this.#do(0, () => this.#after(() => this.#terminal.resize(cols, rows)))
  }

  reset(screen: Uint8Array, cols: number | undefined, rows: number | undefined): void | Promise<void> {
    if (this.#aside !== undefined) this.#empty()
    return this.#do(screen.length, () => this.#after(() => this.#reset(screen, cols, rows)))
  }

  /** Puts aside what comes from now on. */
  pause(): void {
    this.#isPaused = true
    for (const { done } of this.#aside ?? []) done()
    this.#aside = (this.#aside ?? []).map(({ step }) => ({ step, done: noWait }))
  }

  /** Does what was put aside; false when that was too much and is gone. */
  resume(): boolean {
    const isWhole = !this.#isStale
    if (!isWhole) this.#empty()
    this.#isPaused = false
    void this.#drain()
    return isWhole
  }

  /** Lets go of whoever waits: the emulator will not parse any more. */
  end(): void {
    this.#isOver = true
    this.#empty()
    this.#wake()
  }

  #empty(): void {
    this.#isStale = false
    this.#asideBytes = 0
    for (const { done } of this.#aside?.splice(0) ?? []) done()
  }

  #do(bytes: number, step: Step): void | Promise<void> {
    if (this.#isOver) return undefined
    const aside = this.#aside
    if (aside === undefined) return step()
    // Someone looks again: what comes now waits until what was put aside is shown.
    if (!this.#isPaused) return new Promise((done) => void aside.push({ step, done }))
    if (this.#isStale) return undefined
    this.#asideBytes += bytes
    aside.push({ step, done: noWait })
    if (this.#asideBytes <= ASIDE_MOST && aside.length <= ASIDE_STEPS) return undefined
    this.#empty()
    this.#isStale = true
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return
    this.#isDraining = true
    while (!this.#isPaused) {
      const next = this.#aside?.shift()
      if (next === undefined) break
      await next.step()
      next.done()
    }
    this.#isDraining = false
    if (this.#isPaused) return
    this.#aside = undefined
    this.#asideBytes = 0
  }

  #write(bytes: Uint8Array): void | Promise<void> {
    this.#unparsed += bytes.length
    this.#terminal.write(bytes, () => {
      this.#unparsed -= bytes.length
      this.#wake()
    })
    return this.#unparsed > UNPARSED_MOST ? this.#down(UNPARSED_LEAST) : undefined
  }

  #reset(screen: Uint8Array, cols: number | undefined, rows: number | undefined): void {
    const { cols: ownCols, rows: ownRows } = this.#terminal
    if (cols !== undefined && rows !== undefined && (cols !== ownCols || rows !== ownRows)) {
      this.#terminal.reset()
      this.#terminal.resize(cols, rows)
    }
    // In one piece with the reset, so that no empty screen is painted in between.
    const whole = new Uint8Array(RESET.length + screen.length)
    whole.set(RESET)
    whole.set(screen, RESET.length)
    void this.#write(whole)
  }

  /** Does something to the emulator once everything before is parsed. */
  async #after(f: () => void): Promise<void> {
    if (this.#unparsed > 0) await this.#down(0)
    if (!this.#isOver) f()
  }

  #down(down: number): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push({ down, resolve }))
  }

  #wake(): void {
    const due = this.#waiting.filter(({ down }) => this.#isOver || this.#unparsed <= down)
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !due.includes(one))
    for (const { resolve } of due) resolve()
  }
}
