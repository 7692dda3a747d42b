/**
 * What waits for one child's emulator, and its work in turns. A turn parses at most 32 KiB, so that a flood of one child
 * keeps no other waiting; screens and checkpoints are made when everything fed before them is parsed.
 */
import type { CheckpointReply, ScreenReply } from "@holdfast/link/messages"
import { ChildTerminal } from "./ChildTerminal.ts"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { type ReportEvents, ReportTeller } from "./ReportTeller.ts"
import { lineFeeds, plainLength, skippable } from "./plain-text.ts"

/** Bytes parsed in one turn. */
export const TURN_BYTES = 32 * 1024
/** Waiting bytes from which plain text is skipped. */
export const SKIP_FROM_BYTES = 256 * 1024
/** Bytes looked at in one turn when skipping. */
const SCAN_BYTES = 8 * 1024 * 1024
/** Answers made in one turn, in characters; what a child asks beyond is noise that no one reads. */
const MAX_ANSWER = 64 * 1024
/** Shortest time between two titles of a child, in milliseconds; of several in between the last counts. */
const TITLE_INTERVAL = 100
/** How long a checkpoint waits for the rest of a character, in milliseconds. */
const CHARACTER_WAIT = 50

type Step =
  | { readonly type: "bytes"; readonly position: number; bytes: Uint8Array }
  | { readonly type: "resize"; readonly position: number; readonly cols: number; readonly rows: number }
  | { readonly type: "theme"; readonly colors: TerminalColors }
  | { readonly type: "settle" | "ended" }
  | { readonly type: "screen"; readonly request: number }
  | { readonly type: "checkpoint"; readonly request: number }

/** What a queue reports. */
export interface QueueEvents {
  readonly answer: (data: string) => void
  readonly title: (title: string) => void
  /** What programs report of themselves; absent where that is of no interest. */
  readonly reports?: ReportEvents
  readonly parsed: (bytes: number) => void
  readonly screen: (request: number, screen: ScreenReply) => void
  readonly checkpoint: (request: number, checkpoint: CheckpointReply) => void
  readonly unavailable: (request: number, reason: string) => void
  readonly broken: (reason: string) => void
  /** There is work again after a wait. */
  readonly ready: () => void
}

/** The steps of one child, bounded by what its feeder is allowed to be ahead (T-5). */
export class EmulatorQueue {
  readonly #events: QueueEvents
  readonly #scrollback: number
  #made: ChildTerminal | undefined
  readonly #steps: Array<Step> = []
  #position = 0
  #cols: number
  #rows: number
  #answers = ""
  #waiting = 0
  #scanned = 0
  #writing: { readonly request: number; readonly steps: Generator<void, string> } | undefined
  #wait: NodeJS.Timeout | undefined
  #waited = false
  #broken: string | undefined
  #title = ""
  #toldTitle = ""
  #titleTimer: NodeJS.Timeout | undefined
  #teller: ReportTeller | undefined

  constructor(cols: number, rows: number, scrollback: number, events: QueueEvents) {
    this.#cols = cols
    this.#rows = rows
    this.#events = events
    this.#scrollback = scrollback
  }

  /** The terminal, made when it is first needed: many children say nothing for a long time. */
  get terminal(): ChildTerminal {
    this.#made ??= new ChildTerminal(this.#cols, this.#rows, this.#scrollback, {
      answer: (data) => {
        if (this.#answers.length + data.length <= MAX_ANSWER) this.#answers += data
      },
      title: (title) => {
        this.#title = title
      },
      reported: (reports) => {
        if (this.#events.reports === undefined) return
        this.#teller ??= new ReportTeller(this.#events.reports)
        this.#teller.changed(reports)
      },
    })
    return this.#made
  }

  /** Whether there is work that can be done now. */
  get isReady(): boolean {
    return this.#wait === undefined && (this.#steps.length > 0 || this.#writing !== undefined)
  }

  /** Adds a step. */
  add(step: Step): void {
    this.#steps.push(step)
    if (step.type === "bytes") this.#waiting += step.bytes.length
    if (this.#wait === undefined) return
    clearTimeout(this.#wait)
    this.#wait = undefined
  }

  /** Works for one turn. */
  turn(): void {
    try {
      if (this.#writing !== undefined) this.#write()
      else this.#next()
    } catch (cause) {
      this.#break(cause)
    }
    if (this.#title !== this.#toldTitle && this.#titleTimer === undefined) this.#tellTitle()
    if (this.#answers === "") return
    this.#events.answer(this.#answers)
    this.#answers = ""
  }

  /** Frees the terminal and refuses what was asked and not yet answered. */
  close(): void {
    clearTimeout(this.#wait)
    clearTimeout(this.#titleTimer)
    this.#teller?.close()
    this.#refuse("the child was closed")
    this.#made?.dispose()
  }

  #next(): void {
    const step = this.#steps[0]
    if (step === undefined) return
    if (this.#broken !== undefined) return this.#refuse(this.#broken)
    switch (step.type) {
      case "bytes":
        return this.#parse(step)
      case "resize":
        this.#shift()
        this.#cols = step.cols
        this.#rows = step.rows
        this.#made?.resize(step.cols, step.rows)
        this.#position = step.position
        return
      case "theme":
        this.#shift()
        this.terminal.theme = step.colors
        return
      case "settle":
        this.#shift()
        this.#teller?.tell()
        return
      case "ended":
        this.#shift()
        this.#made?.reports.end()
        return
      case "screen":
        this.#shift()
        this.#tellTitle()
        this.#events.screen(step.request, { position: this.#position, ...this.terminal.screen() })
        return
      case "checkpoint":
        if (this.terminal.isInCharacter && this.#awaitCharacter(step)) return
        this.#shift()
        this.#tellTitle()
        this.#writing = { request: step.request, steps: this.terminal.checkpoint() }
        return this.#write()
    }
  }

  /** A checkpoint cannot hold half a character: takes the output that follows first, or waits a moment for it. */
  #awaitCharacter(step: Step): boolean {
    const following = this.#steps[1]
    if (following?.type === "bytes") {
      this.#steps.splice(0, 2, following, step)
      return true
    }
    if (following !== undefined || this.#waited) return false
    this.#wait = setTimeout(() => {
      this.#wait = undefined
      this.#waited = true
      this.#events.ready()
    }, CHARACTER_WAIT)
    return true
  }

  #parse(step: Extract<Step, { type: "bytes" }>): void {
    this.#waited = false
    if (this.#waiting >= SKIP_FROM_BYTES && this.#skip()) return
    const piece = step.bytes.subarray(0, TURN_BYTES)
    step.bytes = step.bytes.subarray(piece.length)
    this.terminal.parse(piece)
    this.#took(piece.length)
    if (step.bytes.length > 0) return
    this.#position = step.position
    this.#shift()
  }

  #skip(): boolean {
    const lines = this.terminal.linesToReplaceAll
    if (lines === undefined || this.#scanned > 0) return false
    const chunks: Array<Uint8Array> = []
    for (const step of this.#steps) {
      if (step.type !== "bytes") break
      chunks.push(step.bytes)
    }
    const plain = plainLength(chunks, SCAN_BYTES)
    const cut = skippable(chunks, plain, lines, this.#rows)
    if (cut === 0) {
      // What was looked at is parsed before it is looked at again.
      this.#scanned = Math.max(plain, TURN_BYTES)
      return false
    }
    this.terminal.skipText(this.#drop(cut))
    return true
  }

  /** Drops waiting bytes; gives how many line feeds were among them. */
  #drop(bytes: number): number {
    let left = bytes
    let lines = 0
    while (left > 0) {
      const step = this.#steps[0]
      if (step?.type !== "bytes") break
      const piece = Math.min(left, step.bytes.length)
      left -= piece
      lines += lineFeeds(step.bytes.subarray(0, piece))
      step.bytes = step.bytes.subarray(piece)
      if (step.bytes.length > 0) continue
      this.#position = step.position
      this.#shift()
    }
    this.#took(bytes)
    return lines
  }

  #took(bytes: number): void {
    this.#waiting -= bytes
    this.#scanned = Math.max(0, this.#scanned - bytes)
    this.#events.parsed(bytes)
  }

  #shift(): void {
    this.#steps.shift()
  }

  /** Reports the title unless it was reported, and again after the interval when it has changed by then. */
  #tellTitle(): void {
    clearTimeout(this.#titleTimer)
    this.#titleTimer = undefined
    if (this.#title === this.#toldTitle) return
    this.#toldTitle = this.#title
    this.#events.title(this.#title)
    this.#titleTimer = setTimeout(() => this.#tellTitle(), TITLE_INTERVAL).unref()
  }

  #write(): void {
    const writing = this.#writing
    if (writing === undefined) return
    const result = writing.steps.next()
    if (result.done !== true) return
    this.#writing = undefined
    this.#events.checkpoint(writing.request, {
      position: this.#position,
      cols: this.#cols,
      rows: this.#rows,
      screen: result.value,
    })
  }

  #break(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isFirst = this.#broken === undefined
    this.#broken ??= reason
    this.#refuse(reason)
    if (isFirst) this.#events.broken(reason)
  }

  #refuse(reason: string): void {
    if (this.#writing !== undefined) this.#events.unavailable(this.#writing.request, reason)
    this.#writing = undefined
    for (const step of this.#steps.splice(0)) {
      if (step.type === "bytes") this.#took(step.bytes.length)
      else if (step.type === "screen" || step.type === "checkpoint") this.#events.unavailable(step.request, reason)
    }
  }
}
