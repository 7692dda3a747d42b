/**
 * What of a session's output may reach the viewer's terminal (docs/PROTOCOL.md, C-7, T-4, T-12).
 *
 * A terminal that is asked a question types the answer. The server's emulator has answered already, and history is
 * replayed, so every question is taken out: device attributes, status and mode requests, colour and clipboard queries,
 * termcap and version requests, window reports, graphics. Taken out as well is what reaches beyond the terminal: clipboard
 * writes (unless allowed), window moves, links that are not web or mail, notifications and bells of the past.
 *
 * It is a state machine over bytes, right for any cut of the chunks, and holds back at most `MAX_HELD` bytes: a string
 * that is longer is dropped up to its end. Taking questions out is sturdier than swallowing answers on the way in: those
 * cannot be told from what somebody types.
 */
import { keepControl } from "./control-sequences.ts"
import { drawsNothing, keepString, longString } from "./string-sequences.ts"
import type { StringKind } from "./string-sequences.ts"

/** Most bytes of an unfinished sequence that are held back. */
export const MAX_HELD = 64 * 1024

/** How to filter. */
export interface FilterOptions {
  /** Let the session write to the clipboard (OSC 52). */
  readonly clipboard: boolean
}

const ESC = 0x1b
const BEL = 0x07
const CAN = 0x18
const SUB = 0x1a

/** Private modes that show the alternate screen. */
const ALTERNATE = new Set(["47", "1047", "1049"])

type State = "ground" | "escape" | "control" | "string" | "pass" | "drop"

/** Introducers of strings, as the byte behind ESC. */
const STRINGS: ReadonlyMap<number, StringKind> = new Map([
  [0x50, "dcs"],
  [0x58, "other"],
  [0x5d, "osc"],
  [0x5e, "other"],
  [0x5f, "other"],
  [0x6b, "other"],
])

/** The filter of one terminal. */
export class OutputFilter {
  readonly #options: FilterOptions
  #state: State = "ground"
  #kind: StringKind = "other"
  /** Bytes of the sequence so far, introducer included. */
  #held: Array<number> = []
  #introducer = 0
  /** Continuation bytes of a UTF-8 character still to come. */
  #pending = 0
  #lead = 0
  /** Inside a string, an ESC that may be the start of its terminator. */
  #escaped = false
  #out = new Written(0)
  /** True while the session shows its alternate screen. */
  alternate = false
  /** True while the session counts rows from its top margin (DECOM). */
  origin = false
  /** True while output happens now; the past rings no bell and notifies nobody (trap 10). */
  live = true
  /** While set it gets bells, and too the strings that draw nothing: they are for the terminal, wherever the rest is drawn. */
  aside: ((bytes: Uint8Array) => void) | undefined

  constructor(options: FilterOptions) {
    this.#options = options
  }

  /** True between sequences and characters: a place where something else may be written. */
  get settled(): boolean {
    return this.#state === "ground" && this.#pending === 0 && this.#lead === 0
  }

  /** The bytes of `chunk` that may be written, together with what earlier chunks held back. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.settled && plainRun(chunk, 0) === chunk.length) return chunk
    // Output is never longer than what came in and what was held back.
    this.#out = new Written(chunk.length + this.#held.length + 64)
    for (let at = 0; at < chunk.length;) {
      const run = this.settled ? plainRun(chunk, at) : at
      if (run > at) this.#out.copy(chunk.subarray(at, run))
      at = run
      if (at < chunk.length) this.#byte(chunk[at++] ?? 0)
    }
    return this.#out.taken()
  }

  /** Forgets an unfinished sequence: the stream starts anew. */
  reset(): void {
    this.#state = "ground"
    this.#held = []
    this.#pending = this.#lead = 0
    this.#escaped = false
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case "ground":
        return this.#ground(byte)
      case "escape":
        return this.#escape(byte)
      case "control":
        return this.#control(byte)
      default:
        return this.#string(byte)
    }
  }

  #ground(byte: number): void {
    if (this.#lead === 0xc2) {
      this.#lead = 0
      if (byte >= 0x80 && byte < 0xa0) return this.#c1([0xc2, byte], byte)
      this.#out.push(0xc2)
      return this.#ground(byte)
    }
    if (this.#pending > 0 && byte >= 0x80 && byte < 0xc0) {
      this.#pending -= 1
      this.#out.push(byte)
      return
    }
    this.#pending = 0
    if (byte === ESC) this.#begin([ESC])
    else if (byte === 0xc2) this.#lead = 0xc2
    else if (byte >= 0x80 && byte < 0xa0) this.#c1([byte], byte)
    else if (byte === BEL && this.aside !== undefined) {
      if (this.live) this.aside(Uint8Array.of(BEL))
    } else if (byte !== 0x05 && (byte !== BEL || this.live)) {
      if (byte >= 0xc0) this.#pending = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
      this.#out.push(byte)
    }
  }

  #begin(bytes: ReadonlyArray<number>): void {
    this.#state = "escape"
    this.#held = [...bytes]
  }

  /** A C1 control, which is ESC and the byte 0x40 lower in one. */
  #c1(bytes: ReadonlyArray<number>, byte: number): void {
    this.#held = [...bytes]
    this.#state = "escape"
    this.#escape(byte - 0x40, false)
  }

  #escape(byte: number, push = true): void {
    if (push) {
      if (byte === ESC) return this.#begin([ESC])
      if (byte === CAN || byte === SUB) return this.#finish(true)
      if (byte < 0x20) return void (byte !== 0x05 && this.#out.push(byte))
      this.#held.push(byte)
    }
    if (byte >= 0x20 && byte < 0x30 && this.#held.length <= 4) return
    this.#introducer = this.#held.length
    const kind = this.#held.length > 2 && this.#held[0] === ESC ? undefined : STRINGS.get(byte)
    if (kind !== undefined) {
      this.#state = "string"
      this.#kind = kind
      this.#escaped = false
    } else if (byte === 0x5b && this.#introducer <= 2) this.#state = "control"
    else {
      if (this.#held[0] === ESC && this.#held[1] === 0x63) this.alternate = this.origin = false
      this.#finish(byte !== 0x5a)
    }
  }

  #control(byte: number): void {
    if (byte === ESC) {
      this.#finish(false)
      return this.#begin([ESC])
    }
    if (byte === CAN || byte === SUB) return this.#finish(false)
    // Controls inside a sequence act at once, as they do in a terminal.
    if (byte < 0x20) return void (byte !== 0x05 && (byte !== BEL || this.live) && this.#out.push(byte))
    this.#held.push(byte)
    if (byte >= 0x40 && byte <= 0x7e) return this.#ended()
    if (this.#held.length > 512) this.#finish(false)
  }

  #ended(): void {
    const body = latin(this.#held.slice(this.#introducer))
    const kept = keepControl(body)
    const modes = /^\?([\d;]*)[hl]$/.exec(body)?.[1]?.split(";") ?? []
    if (modes.some((mode) => ALTERNATE.has(mode))) this.alternate = body.endsWith("h")
    if (modes.includes("6")) this.origin = body.endsWith("h")
    if (body === "!p") this.origin = false
    if (kept === body) return this.#finish(true)
    this.#held.length = this.#introducer
    if (kept !== undefined) this.#held.push(...bytesOf(kept))
    this.#finish(kept !== undefined)
  }

  #string(byte: number): void {
    if (byte === CAN || byte === SUB) return this.#endString([byte])
    if (this.#escaped) {
      this.#escaped = false
      if (byte === 0x5c) return this.#endString([ESC, 0x5c])
      // Any other ESC ends the string as well and begins something new.
      this.#endString([])
      this.#begin([ESC])
      return this.#escape(byte)
    }
    if (byte === ESC) this.#escaped = true
    else if (byte === BEL && this.#kind === "osc") this.#endString([BEL])
    else if (byte === 0x9c && this.#held.at(-1) === 0xc2) {
      this.#held.pop()
      this.#endString(this.#state === "pass" ? [byte] : [ESC, 0x5c])
    } else if (this.#state === "string") this.#hold(byte)
    else {
      if (this.#state === "pass") this.#out.push(byte)
      this.#held = [byte]
    }
  }

  #hold(byte: number): void {
    this.#held.push(byte)
    const length = this.#held.length - this.#introducer
    if (length !== 32 && length < MAX_HELD) return
    const verdict = longString(this.#kind, latin(this.#held.slice(this.#introducer)), length >= MAX_HELD)
    if (verdict === "undecided") return
    if (verdict === "pass") this.#out.copy(Uint8Array.from(this.#held))
    this.#held = []
    this.#state = verdict
  }

  #endString(terminator: ReadonlyArray<number>): void {
    if (this.#state === "pass") this.#out.push(...terminator)
    else if (this.#state === "string" && terminator.length > 0 && terminator[0] !== CAN && terminator[0] !== SUB) {
      const body = latin(this.#held.slice(this.#introducer))
      const kept = keepString(this.#kind, body, { ...this.#options, live: this.live })
      if (kept !== undefined) {
        const whole = Uint8Array.from([...this.#held.slice(0, this.#introducer), ...bytesOf(kept), ...terminator])
        if (this.aside !== undefined && this.#kind === "osc" && drawsNothing(kept)) this.aside(whole)
        this.#out.copy(whole)
      }
    }
    this.#held = []
    this.#state = "ground"
  }

  #finish(keep: boolean): void {
    if (keep) this.#out.copy(Uint8Array.from(this.#held))
    this.#held = []
    this.#state = "ground"
  }
}

/** Where the run of printable ASCII, tabs and line ends that begins at `from` is over. */
function plainRun(chunk: Uint8Array, from: number): number {
  let at = from
  for (; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte >= 0x7f) break
  }
  return at
}

/** Bytes being written; grows where the first guess was too small. */
class Written {
  #bytes: Uint8Array
  #length = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  push(...bytes: ReadonlyArray<number>): void {
    this.#room(bytes.length)
    for (const byte of bytes) this.#bytes[this.#length++] = byte
  }

  copy(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array((this.#length + more) * 2)
    larger.set(this.taken())
    this.#bytes = larger
  }
}

const latin = (bytes: ReadonlyArray<number>): string => {
  let text = ""
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.slice(i, i + 4096))
  return text
}

const bytesOf = (text: string): ReadonlyArray<number> => Array.from(text, (character) => character.charCodeAt(0))
