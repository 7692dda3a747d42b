/**
 * The text that a person composes: a cursor that moves by what the eye takes for one character, several lines, a history.
 *
 * Pure: keys in, text and cursor out.
 */
import type { EditorKey } from "./KeyReader.ts"

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const graphemes = (text: string): Array<string> => Array.from(segmenter.segment(text), ({ segment }) => segment)

/** Messages that are kept to be called back. */
const HISTORY_MAX = 200

/** One text under way. */
export class LineEditor {
  #before: Array<string> = []
  #after: Array<string> = []
  #history: Array<string> = []
  /** Place in the history, counted from its end; 0 is the text that is being written. */
  #at = 0
  #draft = ""
  #killed = ""

  get text(): string {
    return this.#before.join("") + this.#after.join("")
  }

  /** The text before the cursor. */
  get before(): string {
    return this.#before.join("")
  }

  get empty(): boolean {
    return this.#before.length + this.#after.length === 0
  }

  /** Replaces the text; the cursor goes to its end. */
  set(text: string): void {
    this.#before = graphemes(text)
    this.#after = []
  }

  /** Puts text at the cursor; control characters but line ends and tabs are left out. */
  insert(text: string): void {
    // oxlint-disable-next-line no-control-regex
    const clean = text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
    // What comes may join with what stands before: an accent, the other half of a flag.
    this.#before = this.#before.concat(graphemes((this.#before.pop() ?? "") + clean))
  }

  /** Takes the text away and keeps it in the history. */
  take(): string {
    const { text } = this
    if (text.trim() !== "" && this.#history.at(-1) !== text) this.#history = [...this.#history, text].slice(-HISTORY_MAX)
    this.clear()
    return text
  }

  clear(): void {
    this.set("")
    this.#at = 0
    this.#draft = ""
  }

  /** Carries out an editing key; false when it is none. */
  key(key: EditorKey): boolean {
    if (key._tag !== "Named") {
      this.insert(key.text)
      return true
    }
    const action = this.#actions[key.name]
    action?.()
    return action !== undefined
  }

  readonly #actions: Readonly<Record<string, () => void>> = {
    left: () => this.#left(),
    "ctrl-b": () => this.#left(),
    right: () => this.#right(),
    "ctrl-f": () => this.#right(),
    home: () => this.#lineStart(),
    "ctrl-a": () => this.#lineStart(),
    end: () => this.#lineEnd(),
    "ctrl-e": () => this.#lineEnd(),
    up: () => this.#up(),
    "ctrl-p": () => this.#up(),
    down: () => this.#down(),
    "ctrl-n": () => this.#down(),
    "ctrl-left": () => this.#wordLeft(),
    "alt-left": () => this.#wordLeft(),
    "alt-b": () => this.#wordLeft(),
    "ctrl-right": () => this.#wordRight(),
    "alt-right": () => this.#wordRight(),
    "alt-f": () => this.#wordRight(),
    backspace: () => void this.#before.pop(),
    delete: () => void this.#after.shift(),
    "ctrl-d": () => void this.#after.shift(),
    "ctrl-j": () => this.insert("\n"),
    "shift-enter": () => this.insert("\n"),
    "ctrl-k": () => {
      const end = this.#after.indexOf("\n")
      this.#killed = this.#after.splice(0, end === -1 ? this.#after.length : Math.max(1, end)).join("")
    },
    "ctrl-u": () => {
      const start = this.#before.lastIndexOf("\n") + 1
      this.#killed = this.#before.splice(Math.min(start, Math.max(0, this.#before.length - 1))).join("")
    },
    "ctrl-w": () => this.#killWord(),
    "alt-backspace": () => this.#killWord(),
    "ctrl-y": () => this.insert(this.#killed),
  }

  #left(): void {
    const moved = this.#before.pop()
    if (moved !== undefined) this.#after.unshift(moved)
  }

  #right(): void {
    const moved = this.#after.shift()
    if (moved !== undefined) this.#before.push(moved)
  }

  #lineStart(): void {
    const start = this.#before.lastIndexOf("\n") + 1
    this.#after = [...this.#before.splice(start), ...this.#after]
  }

  #lineEnd(): void {
    const end = this.#after.indexOf("\n")
    this.#before.push(...this.#after.splice(0, end === -1 ? this.#after.length : end))
  }

  #wordLeft(): void {
    while (/^\s$/.test(this.#before.at(-1) ?? "")) this.#left()
    while (/^\S/.test(this.#before.at(-1) ?? "")) this.#left()
  }

  #wordRight(): void {
    while (/^\s$/.test(this.#after[0] ?? "")) this.#right()
    while (/^\S/.test(this.#after[0] ?? "")) this.#right()
  }

  #killWord(): void {
    const { length } = this.#before
    const was = [...this.#before]
    while (/^\s$/.test(this.#before.at(-1) ?? "")) this.#before.pop()
    while (/^\S/.test(this.#before.at(-1) ?? "")) this.#before.pop()
    this.#killed = was.slice(this.#before.length, length).join("")
  }

  /** A line up, or back in the history from the first line. */
  #up(): void {
    const start = this.#before.lastIndexOf("\n") + 1
    if (start > 0) {
      const column = this.#before.length - start
      const previous = this.#before.lastIndexOf("\n", start - 2) + 1
      this.#goto(previous + Math.min(column, start - 1 - previous))
    } else this.#call(this.#at + 1)
  }

  /** A line down, or forth in the history from the last line. */
  #down(): void {
    const end = this.#after.indexOf("\n")
    if (end !== -1) {
      const column = this.#before.length - (this.#before.lastIndexOf("\n") + 1)
      const rest = this.#after.slice(end + 1)
      const next = rest.indexOf("\n")
      this.#goto(this.#before.length + end + 1 + Math.min(column, next === -1 ? rest.length : next))
    } else this.#call(this.#at - 1)
  }

  #goto(place: number): void {
    const all = [...this.#before, ...this.#after]
    this.#before = all.slice(0, place)
    this.#after = all.slice(place)
  }

  #call(at: number): void {
    if (at < 0 || at > this.#history.length) return
    if (this.#at === 0) this.#draft = this.text
    this.#at = at
    this.set(at === 0 ? this.#draft : (this.#history.at(-at) ?? ""))
  }
}
