/**
 * Fingers on a terminal: xterm has neither scrolling by touch nor selecting. One finger scrolls, with momentum; held still it
 * selects; two change the size of the text. To the side the page scrolls by itself.
 */
import { wordAt } from "./copy.ts"
import type { Emulator } from "./Emulator.ts"
import { glide, speedOf } from "./momentum.ts"
import type { Moved } from "./momentum.ts"
import type { Past } from "./Past.ts"
import { boundedSize, fontSize } from "./preferences.ts"

/** Milliseconds that a finger has to rest to select, and pixels that it may move meanwhile. */
const HOLD = 450
const SLOP = 8

type Doing = "nothing" | "scroll" | "select" | "pinch"

/** The fingers on one terminal. */
export class Touch {
  readonly #emulator: Emulator
  readonly #past: Past
  readonly #ends: Array<() => void> = []
  #doing: Doing = "nothing"
  #moves: Array<Moved> = []
  #start = { x: 0, y: 0 }
  #rest = 0
  #pinched = { distance: 0, size: 0 }
  #selected = { column: 0, row: 0, length: 0 }
  #holding: ReturnType<typeof setTimeout> | undefined
  #frame = 0

  constructor(emulator: Emulator, past: Past, element: HTMLElement) {
    this.#emulator = emulator
    this.#past = past
    const on = (type: "touchstart" | "touchmove" | "touchend" | "touchcancel", listener: (event: TouchEvent) => void): void => {
      element.addEventListener(type, listener, { passive: false })
      this.#ends.push(() => element.removeEventListener(type, listener))
    }
    on("touchstart", (event) => this.#began(event))
    on("touchmove", (event) => this.#moved(event))
    on("touchend", (event) => this.#ended(event))
    on("touchcancel", () => this.#stop())
    this.#ends.push(emulator.typed.subscribe(() => cancelAnimationFrame(this.#frame)))
  }

  dispose(): void {
    this.#stop()
    for (const end of this.#ends) end()
  }

  #stop(): void {
    clearTimeout(this.#holding)
    cancelAnimationFrame(this.#frame)
    this.#doing = "nothing"
  }

  #began(event: TouchEvent): void {
    this.#stop()
    const [one, two] = event.touches
    if (one === undefined) return
    if (two !== undefined) {
      event.preventDefault()
      this.#doing = "pinch"
      this.#pinched = { distance: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY), size: fontSize.get() }
      return
    }
    this.#start = { x: one.clientX, y: one.clientY }
    this.#moves = [{ at: one.clientY, time: event.timeStamp }]
    this.#rest = 0
    this.#holding = setTimeout(() => this.#select(), HOLD)
  }

  #moved(event: TouchEvent): void {
    const [one, two] = event.touches
    if (one === undefined) return
    if (this.#doing === "pinch" && two !== undefined) {
      event.preventDefault()
      const distance = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY)
      return fontSize.choose(boundedSize((this.#pinched.size * distance) / Math.max(1, this.#pinched.distance)))
    }
    if (this.#doing === "nothing") {
      const [x, y] = [Math.abs(one.clientX - this.#start.x), Math.abs(one.clientY - this.#start.y)]
      if (Math.max(x, y) < SLOP) return
      clearTimeout(this.#holding)
      if (x > y) return
      this.#doing = "scroll"
    }
    event.preventDefault()
    if (this.#doing === "select") return this.#extend(one.clientX, one.clientY)
    const before = this.#moves.at(-1)?.at ?? one.clientY
    this.#moves = [...this.#moves.slice(-20), { at: one.clientY, time: event.timeStamp }]
    this.#scroll(before - one.clientY)
  }

  #ended(event: TouchEvent): void {
    clearTimeout(this.#holding)
    const doing = this.#doing
    if (doing === "nothing") return
    // Else the browser makes a click of it.
    event.preventDefault()
    this.#doing = "nothing"
    if (doing === "scroll") this.#glide(-speedOf(this.#moves, event.timeStamp))
  }

  #glide(speed: number): void {
    let [now, left] = [performance.now(), speed]
    const step = (time: number): void => {
      const { by, speed: next } = glide(left, Math.max(0, time - now))
      ;[now, left] = [time, next]
      this.#scroll(by)
      if (left !== 0) this.#frame = requestAnimationFrame(step)
    }
    if (speed !== 0) this.#frame = requestAnimationFrame(step)
  }

  /** Scrolls by pixels, downwards if there are more than none: lines that are there, those of the past, or what the program shows. */
  #scroll(pixels: number): void {
    const height = this.#emulator.cell.height || 1
    this.#rest += pixels / height
    const lines = Math.trunc(this.#rest)
    if (lines === 0) return
    this.#rest -= lines
    this.#past.scroll(lines)
  }

  #select(): void {
    const cell = this.#cellAt(this.#start.x, this.#start.y)
    const terminal = this.#terminal
    if (cell === undefined) return
    this.#doing = "select"
    navigator.vibrate?.(8)
    const { from, length } = wordAt(terminal.buffer.active, cell.row, cell.column)
    this.#selected = { column: from, row: cell.row, length }
    terminal.select(from, cell.row, length)
  }

  #extend(x: number, y: number): void {
    const cell = this.#cellAt(x, y)
    if (cell === undefined) return
    const terminal = this.#terminal
    const { column, row, length } = this.#selected
    const [begin, end] = [row * terminal.cols + column, row * terminal.cols + column + length]
    const at = cell.row * terminal.cols + cell.column
    const [from, to] = [Math.min(begin, at), Math.max(end, at + 1)]
    terminal.select(from % terminal.cols, Math.floor(from / terminal.cols), to - from)
  }

  get #terminal(): Emulator["terminal"] {
    return this.#past.screen?.terminal ?? this.#emulator.terminal
  }

  #cellAt(x: number, y: number): { readonly row: number; readonly column: number } | undefined {
    const terminal = this.#terminal
    const box = terminal.element?.querySelector(".xterm-screen")?.getBoundingClientRect()
    if (box === undefined || box.width === 0) return undefined
    const column = Math.floor(((x - box.left) / box.width) * terminal.cols)
    const row = Math.floor(((y - box.top) / box.height) * terminal.rows)
    return {
      column: Math.max(0, Math.min(column, terminal.cols - 1)),
      row: Math.max(0, Math.min(row, terminal.rows - 1)) + terminal.buffer.active.viewportY,
    }
  }
}
