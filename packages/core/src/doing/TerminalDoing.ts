/** What a terminal does now: the last line that its program printed, or that it shows a full screen. */
import { readRecord } from "@holdfast/protocol/record"
import { answersResize } from "../terminal/redraw.ts"
import { type DoingNow, type DoingReader, type PassedRecord, wordsOf } from "./doing-reader.ts"
import { lastLineOf } from "./last-line.ts"

/** How much of the end of the output is kept, and how much may gather before that is cut, in bytes. */
const KEPT = 4096
const GATHERED = 16_384

const decoder = new TextDecoder()

/** Reads the session of a terminal. */
export class TerminalDoing implements DoingReader {
  #parts: Array<Uint8Array> = []
  #bytes = 0
  #time: number
  #resizedAt: number | undefined
  #now: DoingNow | undefined

  /** `time`: when its session was active last, until its records say more. */
  constructor(time: number) {
    this.#time = time
  }

  take(records: ReadonlyArray<PassedRecord>): void {
    for (const { channel, type, time, bytes } of records) {
      if (channel !== "terminal") continue
      if (type === "output") {
        const { body } = readRecord(bytes, 0)
        this.#parts.push(body)
        this.#bytes += body.length
        if (this.#bytes > GATHERED) this.#cut()
        if (!answersResize(this.#resizedAt, time)) this.#time = time
      } else if (type === "starting" || type === "exit" || type === "lost") {
        this.#parts = []
        this.#bytes = 0
        this.#time = time
      } else {
        if (type === "resize") this.#resizedAt = time
        continue
      }
      this.#now = undefined
    }
  }

  now(): DoingNow {
    if (this.#now !== undefined) return this.#now
    this.#cut()
    const { line, isScreen } = lastLineOf(decoder.decode(this.#parts[0]))
    const words = wordsOf(line)
    const what = isScreen ? "screen" : words === "" ? "nothing" : "printing"
    this.#now = { what, ...(what === "printing" ? { words } : {}), time: this.#time }
    return this.#now
  }

  /** Keeps the end of what has gathered, as a copy of its own. */
  #cut(): void {
    const kept = new Uint8Array(Math.min(this.#bytes, KEPT))
    let at = kept.length
    for (let part = this.#parts.length - 1; part >= 0 && at > 0; part--) {
      const bytes = this.#parts[part] ?? kept
      const taken = bytes.subarray(Math.max(0, bytes.length - at))
      at -= taken.length
      kept.set(taken, at)
    }
    this.#parts = [kept]
    this.#bytes = kept.length
  }
}
