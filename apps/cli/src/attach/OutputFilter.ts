/**
 * What of a session's output reaches the viewer's terminal (docs/protocol/rules.md, C-7, T-4, T-12, T-15, T-16).
 *
 * Nothing that the child wrote is passed as it is, but for plain text: output is read as the emulator reads it, and what
 * it understood is written again, in one form. So bytes that another parser would read in another way cannot do anything.
 * A question, which a terminal would answer by typing, is not among what is written; the emulator has answered it.
 * Swallowing answers on the way in would be weaker: those cannot be told from what someone types.
 */
import { hostname } from "node:os"
import { pathToFileURL } from "node:url"
import {
  KEPT_COMMANDS,
  KEPT_MODES,
  KEPT_SEQUENCES,
  KeptStates,
  PRIVATE_MODES,
  SCREEN_MODES,
} from "@holdfast/runner/emulator/kept-states"
import { cleanTitle } from "@holdfast/runner/emulator/queries"
import { SequenceReader } from "@holdfast/runner/emulator/SequenceReader"
import type { ReadParameters } from "@holdfast/runner/emulator/SequenceReader"
import { ColorChanges } from "./ColorChanges.ts"
import { CONTROLS, writtenControl, writtenEscape } from "./control-sequences.ts"
import { PlainRuns } from "./plain-run.ts"
import { isColor, writtenColors, writtenLink, writtenMessage } from "./string-sequences.ts"
import { CLEAR, SOFT_RESET } from "./terminal-modes.ts"
import type { Size } from "./viewport.ts"
import { Written } from "./Written.ts"

/** How to filter. */
export interface FilterOptions {
  /** Let the session write to the clipboard (OSC 52). */
  readonly clipboard: boolean
}

const ESC = "\u001b"
const BEL = 0x07
const LF = 0x0a
const CR = 0x0d
/** A sequence that changes nothing: the first font is the only one. */
const NOTHING = `${ESC}[10m`
/** Bytes that are read before plain text is looked for again. */
const STEP = 2048
/** Titles that a program may put aside, as in the emulator. */
const MAX_TITLES = 10

/** The filter of one terminal. */
export class OutputFilter {
  readonly #options: FilterOptions
  readonly #reader: SequenceReader
  readonly #out = new Written()
  #wroteCharacter = false
  #wroteReturn = false
  #states = new KeptStates()
  #title = ""
  #titles: Array<string> = []
  /** Line feeds begin a line as well (LNM). */
  #feedsReturn = false
  /** Size of the session's screen: it bounds counts. */
  size: Size = { cols: 80, rows: 24 }
  /** True while the session shows its alternate screen. */
  alternate = false
  /** True while the session counts rows from its top margin (DECOM). */
  origin = false
  /** True while output happens now; the past rings no bell and notifies no one (trap:10). */
  live = true
  /** While set it gets what is for the terminal at large, wherever the rest is drawn: bells, titles, colours. */
  aside: ((text: string) => void) | undefined
  /** What sets back the states beyond the screen that were changed, by their name. */
  readonly undo = new Map<string, string>()
  readonly colors = new ColorChanges(this.undo)

  constructor(options: FilterOptions) {
    this.#options = options
    this.#reader = new SequenceReader({
      text: (codePoints, start, end) => {
        this.#apart((codePoints[start] ?? 0) >= 0x300)
        this.#out.codePoints(codePoints, start, end)
        this.#wroteCharacter = true
        this.#wroteReturn = false
      },
      control: (code) => this.#control(code),
      escape: (sequence) => this.#escape(sequence),
      csi: (kind, parameters) => this.#csi(kind, parameters),
      osc: (command, data) => this.#osc(command, data),
    })
  }

  /** True between sequences and characters: a place where something else may be written. */
  get settled(): boolean {
    return this.#reader.settled
  }

  /** What is to be written for `chunk`, and for what earlier chunks began. */
  push(chunk: Uint8Array): Uint8Array {
    const runs = new PlainRuns(chunk)
    let at = 0
    while (at < chunk.length) {
      const run = this.settled && !this.#feedsReturn ? runs.end(at) : at
      if (run > at) this.#apart((chunk[at] ?? 0) >= 0xcc)
      if (run === chunk.length && at === 0 && this.#out.isEmpty) {
        this.#passed(chunk[run - 1] ?? 0)
        return chunk
      }
      if (run > at) {
        this.#out.copy(chunk.subarray(at, run))
        this.#passed(chunk[run - 1] ?? 0)
      }
      at = run
      if (at === chunk.length) break
      // Where one sequence is, others follow.
      const end = Math.min(chunk.length, at + STEP)
      this.#reader.read(chunk.subarray(at, end))
      at = end
    }
    return this.#out.taken()
  }

  /** Forgets everything: the stream starts over, on a terminal that was cleared. */
  reset(): void {
    this.#reader.reset()
    this.#states = new KeptStates()
    this.#titles = []
    this.#title = ""
    this.alternate = this.origin = this.#feedsReturn = false
  }

  #write(text: string): void {
    if (text === "") return
    this.#out.text(text)
    this.#wroteCharacter = false
    this.#wroteReturn = text === "\r"
  }

  /** A character that would join the one before it, had there not been a sequence in between that was left out. */
  #apart(mayJoin: boolean): void {
    if (mayJoin && this.#wroteCharacter && !this.#reader.isBehindCharacter) this.#write(NOTHING)
  }

  /** Plain text was passed whose last byte is this one. */
  #passed(last: number): void {
    this.#wroteCharacter = this.#reader.isBehindCharacter = last >= 0x20
    this.#wroteReturn = last === CR
  }

  /** Writes what changes no cell. */
  #atLarge(text: string): void {
    if (text === "") return
    this.aside?.(text)
    this.#write(text)
  }

  #control(code: number): void {
    if (code === BEL) {
      if (this.live) this.#atLarge("\u0007")
    } else if (code >= LF && code < CR) {
      // The device of a terminal may put a return in front of a line feed; the sequence for it stays what it is.
      this.#write(this.#feedsReturn ? "\r\n" : this.#wroteReturn ? "\n" : `${ESC}D`)
    } else this.#write(CONTROLS.get(code) ?? "")
  }

  #escape(sequence: string): void {
    if (sequence !== "c") return this.#write(writtenEscape(sequence) ?? "")
    // A terminal that was reset would lose the user's scrollback, title and colours as well.
    this.#write(`${this.alternate ? `${ESC}[?1049l` : ""}${CLEAR}${tabStops(this.size.cols)}${ESC}7`)
    this.#atLarge(this.colors.all)
    this.#states.reset()
    this.alternate = this.origin = this.#feedsReturn = false
  }

  #csi(kind: string, parameters: ReadParameters): void {
    if (KEPT_SEQUENCES.has(kind)) return this.#atLarge(this.#states.csi(kind, parameters))
    switch (kind) {
      case "s":
        return this.#write(`${ESC}7`)
      case "u":
        return this.#write(`${ESC}8`)
      case "b":
        // What was in between and left out ends what could be repeated.
        if (!this.#reader.isBehindCharacter) return
        break
      case "t":
        return this.#putTitle(parameters)
      case "h":
      case "l":
        for (const mode of parameters) this.#ansiMode(mode, kind)
        return
      case "?h":
      case "?l":
        for (const mode of parameters) if (typeof mode === "number") this.#privateMode(mode, kind === "?h")
        return
      case "!p":
        this.origin = false
        return this.#write(SOFT_RESET)
    }
    this.#write(writtenControl(kind, parameters, this.size) ?? "")
  }

  #ansiMode(mode: number | ReadonlyArray<number>, kind: "h" | "l"): void {
    if (mode === 4) this.#write(`${ESC}[4${kind}`)
    else if (mode === 20) this.#feedsReturn = kind === "h"
  }

  #privateMode(mode: number, on: boolean): void {
    const sequence = `${ESC}[?${mode}${on ? "h" : "l"}`
    if (KEPT_MODES.has(mode)) this.#write(this.#states.mode(mode, on))
    else if (SCREEN_MODES.has(mode)) {
      this.alternate = on
      this.#write(sequence)
      this.#atLarge(this.#states.show(on ? "alternate" : "normal"))
    } else if (PRIVATE_MODES.has(mode)) {
      if (mode === 6) this.origin = on
      this.#write(sequence)
    } else if (mode === 66) this.#write(on ? `${ESC}=` : `${ESC}>`)
    else if (mode === 1048) this.#write(on ? `${ESC}7` : `${ESC}8`)
    else if (mode === 2 && on) this.#write(`${ESC}(B${ESC})B${ESC}*B${ESC}+B`)
  }

  /** The stack of titles is kept here: that of the terminal is the user's. */
  #putTitle(parameters: ReadParameters): void {
    const [operation, which = 0] = parameters
    if (which !== 0 && which !== 2) return
    if (operation === 22) this.#titles = [...this.#titles, this.#title].slice(-MAX_TITLES)
    else if (operation === 23) {
      const title = this.#titles.pop()
      if (title !== undefined) this.#setTitle(title)
    }
  }

  #setTitle(title: string): void {
    this.#title = cleanTitle(title)
    this.#atLarge(`${ESC}]2;${this.#title}${ESC}\\`)
  }

  #osc(command: number, data: string): void {
    if (command === 0 || command === 2) return this.#setTitle(data)
    if (command === 8) return this.#write(writtenLink(data) ?? "")
    if (isColor(command)) {
      return this.#atLarge(this.colors.written(writtenColors(command, data)))
    }
    const kept = KEPT_COMMANDS.has(command) ? this.#states.osc(command, data) : undefined
    if (kept) this.undo.set(`command ${command}`, command === 7 ? ownDirectory() : `${ESC}]9;4;0${ESC}\\`)
    this.#atLarge(kept ?? writtenMessage(command, data, { ...this.#options, live: this.live }) ?? "")
  }
}

/** What is drawn from cells, as it may be written: a cell may hold a link. */
export function harmless(text: string): Uint8Array {
  const filter = new OutputFilter({ clipboard: false })
  filter.live = false
  return filter.push(Buffer.from(text))
}

function tabStops(cols: number): string {
  let stops = `${ESC}[3g`
  for (let at = 8; at < cols; at += 8) stops += `${ESC}[${at + 1}G${ESC}H`
  return `${stops}\r`
}

/** Says where this program runs, as the user's shell does. */
function ownDirectory(): string {
  return `${ESC}]7;${pathToFileURL(process.cwd()).href.replace("file://", `file://${hostname()}`)}${ESC}\\`
}
