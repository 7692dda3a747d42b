/**
 * A code text that grows, as chunks of lines whose objects stay the same as long as their lines and colours do, so that a new
 * line makes one chunk again and not the whole text.
 */
import type { LineColors } from "./highlighter.ts"

/** Some lines, with their colours as far as they are known. */
export interface CodeChunk {
  readonly from: number
  readonly lines: ReadonlyArray<string>
  readonly colors: ReadonlyArray<LineColors | undefined>
}

/** Lines of a chunk. */
const CHUNK = 40

/** One text. */
export class CodeText {
  #chunks: Array<CodeChunk> = []
  /** Text that was taken; its last line may not be whole. */
  #text = ""
  #lines = 0
  readonly #colors: Array<LineColors> = []

  /** The chunks, in order. */
  get chunks(): ReadonlyArray<CodeChunk> {
    return this.#chunks
  }

  /** How many lines there are; the last one may not be whole. */
  get lines(): number {
    return this.#lines
  }

  /** Takes the text as it is now; false when it does not continue the one before, and nothing is taken. */
  grow(text: string): boolean {
    if (!text.startsWith(this.#text)) return false
    if (text.length === this.#text.length && this.#lines > 0) return true
    const last = this.#text.lastIndexOf("\n") + 1
    const added = text.slice(last).split("\n")
    this.#put(Math.max(0, this.#lines - 1), added)
    this.#text = text
    return true
  }

  /** The whole lines from line `from` on: all but the last, unless the text `isOver`. */
  whole(from: number, isOver: boolean): ReadonlyArray<string> {
    const end = isOver ? this.#lines : this.#lines - 1
    const found: Array<string> = []
    for (const chunk of this.#chunks) {
      if (chunk.from + chunk.lines.length <= from) continue
      found.push(...chunk.lines.slice(Math.max(0, from - chunk.from), Math.max(0, end - chunk.from)))
    }
    return found
  }

  /** Takes the colours of lines. */
  color(from: number, colors: ReadonlyArray<LineColors>): void {
    for (const [index, line] of colors.entries()) this.#colors[from + index] = line
    for (const [index, chunk] of this.#chunks.entries()) {
      if (chunk.from + chunk.lines.length <= from || chunk.from >= from + colors.length) continue
      this.#chunks[index] = { ...chunk, colors: chunk.lines.map((_, at) => this.#colors[chunk.from + at]) }
    }
    this.#chunks = [...this.#chunks]
  }

  /** Puts lines in the place of those from `from` on. */
  #put(from: number, lines: ReadonlyArray<string>): void {
    const first = Math.floor(from / CHUNK)
    const kept = this.#chunks[first]?.lines.slice(0, from - first * CHUNK) ?? []
    const all = [...kept, ...lines]
    const chunks = this.#chunks.slice(0, first)
    for (let at = 0; at < all.length; at += CHUNK) {
      const start = first * CHUNK + at
      const some = all.slice(at, at + CHUNK)
      chunks.push({ from: start, lines: some, colors: some.map((_, index) => this.#colors[start + index]) })
    }
    this.#chunks = chunks
    this.#lines = first * CHUNK + all.length
  }
}
