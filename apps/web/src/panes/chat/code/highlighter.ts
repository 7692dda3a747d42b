/**
 * Colours for code, made in one worker for the page (docs/protocol/app-rules.md, APP-32). The worker starts with the first code
 * that is shown; without it, code is plain.
 */
import { Kept } from "../../../ui/Kept.ts"
import { languageOf } from "./languages.ts"
import type { Language } from "./languages.ts"
import type { ColorAnswer, ColorRequest } from "./code-worker.ts"

/** The runs of a line: length, class, length, class; class 0 is plain, 1 to 7 are `--code-1` to `--code-7`. */
export type LineColors = ReadonlyArray<number>

/** Longest text that is coloured, in characters. */
const LONGEST = 60_000

interface Told {
  readonly take: (lines: ReadonlyArray<LineColors>) => void
}

let worker: Worker | undefined
/** How often it could not be loaded, or has died; after a few times code stays plain. */
let lost = 0
const LOST_MAX = 3
let lastId = 0
const listening = new Map<number, Told>()

/** The worker of the page, or none where there are no workers. */
function start(): Worker | undefined {
  if (typeof Worker === "undefined" || lost >= LOST_MAX) return undefined
  if (worker !== undefined) return worker
  worker = new Worker(new URL("./code-worker.ts", import.meta.url), { type: "module", name: "code" })
  worker.addEventListener("message", ({ data }: MessageEvent<ColorAnswer>) => listening.get(data.id)?.take(data.lines))
  worker.addEventListener("error", lose)
  worker.addEventListener("messageerror", lose)
  return worker
}

/** No colours come any more: who waits for some is told so. */
function lose(): void {
  lost += 1
  worker?.terminate()
  worker = undefined
  const waiting = [...listening.values()]
  listening.clear()
  for (const { take } of waiting) take([])
}

/** A text that is coloured as it grows. */
export class CodeColors {
  readonly #id = ++lastId
  readonly #language: Language
  readonly #take: (from: number, lines: ReadonlyArray<LineColors>) => void
  #asked = 0
  #answered = 0
  #length = 0

  /** `take` is called with the number of a line, from 0 on, and the colours from it on. */
  constructor(language: Language, take: (from: number, lines: ReadonlyArray<LineColors>) => void) {
    this.#language = language
    this.#take = take
    listening.set(this.#id, { take: (lines) => this.#answer(lines) })
  }

  /** The next whole lines. */
  add(lines: ReadonlyArray<string>): void {
    if (lines.length === 0) return
    const text = lines.join("\n")
    this.#length += text.length
    if (this.#length > LONGEST) return
    this.#asked += lines.length
    this.#ask(text, false)
  }

  /** No lines follow. */
  end(): void {
    this.#ask("", true)
    if (this.#answered >= this.#asked) listening.delete(this.#id)
  }

  /** What is still to be coloured is not wanted any more. */
  leave(): void {
    listening.delete(this.#id)
    this.#ask("", true)
  }

  #ask(lines: string, isOver: boolean): void {
    start()?.postMessage({ id: this.#id, language: this.#language, lines, isOver } satisfies ColorRequest)
  }

  #answer(lines: ReadonlyArray<LineColors>): void {
    const from = this.#answered
    this.#answered += lines.length
    this.#take(from, lines)
  }
}

/** Texts whose colours are kept, in characters. */
const KEPT = 2_000_000
const known = new Kept<Promise<ReadonlyArray<LineColors> | undefined>>(KEPT)

/**
 * The colours of each line of a whole text; `name` is a language, a file's name or a path. `undefined` when it is not coloured:
 * an unknown language, a long text, a place without workers. Draw a line with `runsOf`.
 */
export function highlight(text: string, name: string): Promise<ReadonlyArray<LineColors> | undefined> {
  const language = languageOf(name)
  if (language === undefined || text === "" || text.length > LONGEST || start() === undefined) return Promise.resolve(undefined)
  const key = `${language}\n${text}`
  const before = known.get(key)
  if (before !== undefined) return before
  const made = new Promise<ReadonlyArray<LineColors> | undefined>((resolve) => {
    const colors = new CodeColors(language, (_, lines) => {
      colors.leave()
      resolve(lines.length === 0 ? undefined : lines)
    })
    colors.add(text.split("\n"))
  })
  known.set(key, made)
  return made
}

/** A piece of a line, and its class. */
export interface Run {
  readonly text: string
  readonly color: number
}

/** The pieces of a line by its colours; one piece without any. What the colours do not reach is plain. */
export function runsOf(line: string, colors: LineColors | undefined): ReadonlyArray<Run> {
  if (colors === undefined || colors.length === 0) return [{ text: line, color: 0 }]
  const runs: Array<Run> = []
  let at = 0
  for (let index = 0; index < colors.length; index += 2) {
    const length = colors[index] ?? 0
    runs.push({ text: line.slice(at, at + length), color: colors[index + 1] ?? 0 })
    at += length
  }
  if (at < line.length) runs.push({ text: line.slice(at), color: 0 })
  return runs
}
