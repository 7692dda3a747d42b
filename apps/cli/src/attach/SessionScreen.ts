/**
 * The session's own screen, kept beside what goes to the user's terminal (docs/protocol/rules.md, T-17, T-18).
 *
 * It is the same emulator that the server has, so it knows what no terminal can be asked for: what stands in a row, where
 * the cursor is and what it would write, and which lines have left the screen. It reads a little behind what passes, in
 * turns, and skips text that no one can see any more; a caller that asks it something waits for the rest.
 */
import type { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { EmulatorQueue } from "@holdfast/runner/emulator/EmulatorQueue"
import type { LinePlace } from "@holdfast/runner/emulator/GoneLines"
import type { Size } from "./viewport.ts"

/** Lines above the screen that are kept, to be shown again when it grows or when they were not shown yet. */
const SCROLLBACK = 2000
/** Bytes that may wait; beyond them they are read at once. */
const MOST_WAITING = 4 * 1024 * 1024

const ignore = (): void => undefined

/** What is written to a terminal to make it show the screen. */
export interface ScreenState {
  /** Sequences for an empty screen of the session's size, not yet filtered. */
  readonly sequences: string
  /** Lines between those that the user has and the first that is written: they are no longer there. */
  readonly missing: number
}

/** The screen of one session. */
export class SessionScreen {
  readonly #queue: EmulatorQueue
  #waiting = 0
  #turn: NodeJS.Immediate | undefined

  constructor({ cols, rows }: Size) {
    this.#queue = new EmulatorQueue(cols, rows, SCROLLBACK, {
      answer: ignore,
      title: ignore,
      parsed: (bytes) => {
        this.#waiting -= bytes
      },
      screen: ignore,
      checkpoint: ignore,
      unavailable: ignore,
      broken: (reason) => {
        throw new Error(`the rest of the screen cannot be read: ${reason}`)
      },
      ready: ignore,
    })
  }

  /** The emulator, when it has read everything. */
  get terminal(): ChildTerminal {
    while (this.#queue.isReady) this.#queue.turn()
    return this.#queue.terminal
  }

  /** The first line that has not left the screen. */
  get place(): LinePlace {
    return this.terminal.gone.place
  }

  /** Takes output in. */
  write(bytes: Uint8Array): void {
    this.#waiting += bytes.length
    this.#queue.add({ type: "bytes", position: 0, bytes: new Uint8Array(bytes) })
    while (this.#waiting > MOST_WAITING && this.#queue.isReady) this.#queue.turn()
    this.#schedule()
  }

  /** The session has another size from here on. */
  resize({ cols, rows }: Size): void {
    this.#queue.add({ type: "resize", position: 0, cols, rows })
    this.#schedule()
  }

  /** The screen as sequences, from the lines on that are not in the user's scrollback; undefined in the middle of a character. */
  state(from: LinePlace | undefined): ScreenState | undefined {
    const { terminal } = this
    if (terminal.isInCharacter) return undefined
    const { gone } = terminal
    // Another terminal began in the session: it shares no lines with the one before.
    const known = from !== undefined && from.lines <= gone.place.lines ? from : undefined
    const steps = terminal.checkpoint(known === undefined ? 0 : gone.rowOf(known))
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    return { sequences: step.value, missing: known === undefined ? 0 : Math.max(0, gone.before - known.lines) }
  }

  /** Reads nothing more. */
  stop(): void {
    clearImmediate(this.#turn)
    this.#queue.close()
  }

  #schedule(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#queue.turn()
      if (this.#queue.isReady) this.#schedule()
    })
  }
}
