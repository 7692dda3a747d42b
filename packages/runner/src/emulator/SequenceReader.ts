/**
 * Reads output as the emulator does: the same decoding, the same state machine. What reaches a viewer's terminal is
 * written again from what was read here, never copied, so that no other reading of the same bytes matters (T-15).
 *
 * Strings longer than `MAX_STRING_BYTES` count as nothing. The content of DCS, SOS, PM and APC is not kept at all.
 */
import { MAX_STRING_BYTES } from "./open-sequence.ts"
import { CharacterCutter, decodeCodePoints } from "./utf8.ts"
import { newParser } from "./xterm-internals.ts"
import type { SequenceParser } from "./xterm-internals.ts"

/** Parameters of a control sequence; one with subparameters is followed by an array of them. */
export type ReadParameters = ReadonlyArray<number | ReadonlyArray<number>>

/** What is read, in order. */
export interface SequenceHandlers {
  /** Printable characters: the code points from `start` to before `end`, only for the time of the call. */
  readonly text: (codePoints: Uint32Array, start: number, end: number) => void
  /** A control character of C0 or C1 that introduces nothing. */
  readonly control: (code: number) => void
  /** ESC and its final byte, with the intermediate bytes in front: `(B`, `7`. */
  readonly escape: (sequence: string) => void
  /** A control sequence: prefix and intermediates with the final byte, such as `?h`, ` q`, `m`. */
  readonly csi: (kind: string, parameters: ReadParameters) => void
  /** An operating system command that came to its end. */
  readonly osc: (number: number, data: string) => void
}

const MAX_NAMES = 1024
const BYTE_ORDER_MARK = 0xfeff

const names = new Map<number, string>()

/** Prefix, intermediates and final byte of what the library gives as a number; one each, for there are few. */
const named = (identifier: number): string => {
  let name = names.get(identifier)
  if (name !== undefined) return name
  name = ""
  for (let rest = identifier; rest > 0; rest >>>= 8) name = String.fromCharCode(rest & 0xff) + name
  if (names.size < MAX_NAMES) names.set(identifier, name)
  return name
}

/** The reader of one stream, cut anywhere. */
export class SequenceReader {
  readonly #parser: SequenceParser = newParser()
  readonly #characters = new CharacterCutter()
  #codePoints = new Uint32Array(4096)
  #string: string | undefined

  constructor(handlers: SequenceHandlers) {
    const parser = this.#parser
    parser.setPrintHandler((codePoints, start, end) => {
      handlers.text(codePoints, start, end)
      parser.precedingJoinState = 1
    })
    parser.setExecuteHandlerFallback((code) => handlers.control(code))
    parser.setEscHandlerFallback((identifier) => handlers.escape(named(identifier)))
    parser.setCsiHandlerFallback((identifier, parameters) => handlers.csi(named(identifier), parameters.toArray()))
    parser.setOscHandlerFallback((identifier, action, payload) => {
      if (action === "START") this.#string = ""
      else if (action === "PUT") this.#put(String(payload))
      else {
        const data = this.#string
        this.#string = undefined
        if (payload === true && data !== undefined) handlers.osc(identifier, data)
      }
    })
  }

  /** True between sequences and characters. */
  get settled(): boolean {
    return this.#parser.currentState === 0 && !this.#characters.isInCharacter
  }

  /**
   * True when the last thing read was a character, so that a combining one would join it and it could be repeated. To be
   * set by who passes text on that was not read here.
   */
  get isBehindCharacter(): boolean {
    return this.#parser.precedingJoinState !== 0
  }

  set isBehindCharacter(is: boolean) {
    this.#parser.precedingJoinState = is ? 1 : 0
  }

  /** Reads on. */
  read(bytes: Uint8Array): void {
    const whole = this.#characters.take(bytes)
    if (this.#codePoints.length < whole.length) this.#codePoints = new Uint32Array(whole.length)
    const length = decodeCodePoints(whole, this.#codePoints)
    void this.#parser.parse(this.#codePoints, withoutMarks(this.#codePoints, length))
  }

  /** Forgets an unfinished sequence: the stream starts over. */
  reset(): void {
    this.#parser.reset()
    this.#characters.reset()
    this.#string = undefined
  }

  #put(data: string): void {
    if (this.#string === undefined) return
    this.#string = this.#string.length + data.length > MAX_STRING_BYTES ? undefined : this.#string + data
  }
}

/** Takes byte order marks out, which the emulator takes for nothing; gives the new length. */
function withoutMarks(codePoints: Uint32Array, length: number): number {
  let kept = codePoints.indexOf(BYTE_ORDER_MARK)
  if (kept < 0 || kept >= length) return length
  for (let at = kept; at < length; at++) {
    const code = codePoints[at] ?? 0
    if (code !== BYTE_ORDER_MARK) codePoints[kept++] = code
  }
  return kept
}
