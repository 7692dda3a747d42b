/**
 * The user's own terminal, taken over and given back (docs/protocol/rules.md, C-6).
 *
 * Whatever the session did to it is undone on every way out: the normal end, signals, a fault, the process's exit. What
 * was on the screen before stays above, in the scrollback.
 */
import { writeSync } from "node:fs"
import { CLEAR, RESTORE_MODES } from "./terminal-modes.ts"

const ESC = "\u001b"
const CSI = `${ESC}[`

/** The user's title and keyboard flags, on the stacks of the terminal; the session's own stacks are not there. */
const PUT_ASIDE = `${CSI}22;0t${CSI}>0u`
const TAKE_BACK = `${CSI}23;0t${CSI}<1u`

/** A terminal that was taken over. */
export class OwnTerminal {
  #raw = false
  #restored = false
  #alternate = false
  #origin = false
  #undo: ReadonlyMap<string, string> = new Map()
  readonly #onExit = (): void => this.restore()

  /** Size in cells; 80 by 24 where the terminal does not say. */
  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 }
  }

  /** Whether the session's alternate screen is shown: it has to be left on the way out. */
  set alternate(value: boolean) {
    this.#alternate = value
  }

  /** Whether the session counts rows from its top margin: then the cursor's place is lost on the way out. */
  set origin(value: boolean) {
    this.#origin = value
  }

  /** What else has to be undone, read when the terminal is cleared or given back. */
  set undo(undo: ReadonlyMap<string, string>) {
    this.#undo = undo
  }

  /** Takes the terminal over: keys come as they are typed, and the screen is free to be drawn on. */
  take(raw: boolean): void {
    this.#take(raw)
    // What stands on the screen moves up into the scrollback instead of being drawn over.
    this.write(`${PUT_ASIDE}${"\r\n".repeat(this.size.rows - 1)}${CSI}H${CSI}J`)
  }

  /** Takes the terminal over to write on from where the cursor stands; what is pasted comes marked. */
  takeInLine(raw: boolean): void {
    this.#take(raw)
    this.write(`${PUT_ASIDE}${raw ? `${CSI}?2004h` : ""}`)
  }

  #take(raw: boolean): void {
    if (raw && process.stdin.isTTY) {
      process.stdin.setRawMode(true)
      this.#raw = true
    }
    this.#restored = false
    process.once("exit", this.#onExit)
  }

  /** Back from a stop (Ctrl-Z by another process): raw again. */
  retake(): void {
    if (!this.#raw) return
    process.stdin.setRawMode(false)
    process.stdin.setRawMode(true)
  }

  /** Writes at once. */
  write(data: string | Uint8Array): void {
    process.stdout.write(data)
  }

  /** An empty screen with ordinary modes, for a snapshot to be drawn on. */
  clear(): void {
    const leave = this.#alternate ? `${CSI}?1049l` : ""
    this.#alternate = false
    this.#origin = false
    this.write(`${leave}${this.#undone}${CLEAR}`)
  }

  get #undone(): string {
    return [...this.#undo.values()].join("")
  }

  /** Gives the terminal back; can be called again and from a signal or exit handler. */
  restore(): void {
    if (this.#restored) return
    this.#restored = true
    process.off("exit", this.#onExit)
    const leave = this.#alternate ? `${CSI}?1049l` : ""
    // What follows is printed below the cursor, as after any command; margins would move it home, so it is kept around them.
    const place = this.#origin ? `${CSI}?6l${CSI}r${CSI}${this.size.rows};1H` : `${CSI}r${ESC}8`
    writeFully(`${leave}${ESC}7${RESTORE_MODES}${this.#undone}${place}${CSI}0m${TAKE_BACK}\r\n${CSI}J`)
    if (this.#raw && process.stdin.isTTY) process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stdin.unref()
  }
}

/** Writes to standard output past the stream, which would not get to it on the way out; tries while the terminal is full. */
function writeFully(text: string): void {
  const bytes = Buffer.from(text)
  let [at, tries] = [0, 0]
  while (at < bytes.length && tries < 200) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return
      tries += 1
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
