/**
 * Prints an assistant's message while it grows.
 *
 * It is given the whole message again and again and remembers of each part what was printed, so it does not matter whether
 * the message came as chunks, in a snapshot after a loss, or folded: nothing is printed twice and nothing is left out.
 */
import { isDataPart, isTextPart, isToolPart } from "@holdfast/core/agent/message-part"
import type { DataPart, MessagePart, StoredTextPart, ToolPart } from "@holdfast/core/agent/message-part"
import { dataRows } from "./data-rows.ts"
import { MarkdownRows } from "./MarkdownRows.ts"
import { rowsOf } from "./Rows.ts"
import type { MessageRowOptions } from "./Rows.ts"
import { busyRow, diffRows, headRow, resultRows } from "./tool-rows.ts"
import { fileName } from "../agent/message-text.ts"

/** Tools at work that are shown below what was printed. */
const BUSY_MAX = 3

/** What was printed of one part. */
interface Printed {
  /** Characters of a text. */
  text: number
  /** Ends of what was printed of a text, to notice that it was replaced. */
  last: string
  rows: MarkdownRows | undefined
  head: boolean
  result: boolean
  /** JSON of a named value. */
  data: string | undefined
}

const SETTLED = new Set(["output-available", "output-error", "output-denied"])

const isDone = (part: ToolPart): boolean => SETTLED.has(part.state) && part.preliminary !== true

/** One message on its way to the screen. */
export class MessagePrinter {
  readonly #options: MessageRowOptions
  #printed: Array<Printed> = []
  #open: number | undefined
  #last: number | undefined
  #busy: ReadonlyArray<ToolPart> = []
  #rows: Array<string> = []
  /** Parts before this one have nothing more to print. */
  #from = 0

  constructor(options: MessageRowOptions) {
    this.#options = options
  }

  /** Gives the rows that the message has beyond those that were given before. */
  advance(parts: ReadonlyArray<MessagePart>): Array<string> {
    if (parts.length < this.#printed.length) this.#again(parts.length)
    for (let i = this.#from; i < parts.length; i++) {
      const part = parts[i]
      if (part !== undefined) this.#part(part, i, i === parts.length - 1)
    }
    while (this.#from < parts.length - 1 && this.#isOver(parts[this.#from], this.#from)) this.#from += 1
    this.#busy = parts.slice(this.#from).filter((part): part is ToolPart => isToolPart(part) && !isDone(part))
    return this.#taken()
  }

  /** Ends the message: what is open is given as rows. */
  finish(): Array<string> {
    this.#close()
    this.#busy = []
    return this.#taken()
  }

  /** Rows that may still change: the open row of a text, and the tools that are at work. */
  tail(): ReadonlyArray<string> {
    const open = this.#open === undefined ? undefined : this.#printed[this.#open]?.rows?.open()
    const busy = this.#busy.slice(0, BUSY_MAX).flatMap((part) => {
      const row = busyRow(part, this.#options)
      return this.#busy.length === 1 ? [row] : [headRow(part, this.#options), row]
    })
    const more = this.#busy.length - BUSY_MAX
    return [
      ...(open === undefined ? [] : [open]),
      ...busy,
      ...(more > 0 ? [this.#options.paint("dim", `  … ${more} more tools`)] : []),
    ]
  }

  #taken(): Array<string> {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #isOver(part: MessagePart | undefined, index: number): boolean {
    if (part === undefined || isDataPart(part)) return false
    if (isToolPart(part)) return this.#printed[index]?.result === true
    return !isTextPart(part) || part.state === "done"
  }

  /** A step that is started once more: what it had printed stands, and it is said that it is reported again. */
  #again(length: number): void {
    this.#close()
    this.#rows.push(this.#options.paint("dim", "↻ the agent restarts this step"))
    this.#printed.length = length
    this.#from = Math.min(this.#from, length)
    this.#last = undefined
  }

  #of(index: number): Printed {
    return (this.#printed[index] ??= { text: 0, last: "", rows: undefined, head: false, result: false, data: undefined })
  }

  #part(part: MessagePart, index: number, isLast: boolean): void {
    const printed = this.#of(index)
    if (isTextPart(part)) return this.#text(part, printed, index, isLast)
    if (isToolPart(part)) return this.#tool(part, printed, index)
    const rows = printed.head ? [] : this.#once(part)
    printed.head = !isDataPart(part)
    const all = isDataPart(part) ? this.#data(part, printed) : rows
    if (all.length === 0) return
    this.#begin(index)
    this.#rows.push(...all)
  }

  #data(part: DataPart, printed: Printed): Array<string> {
    const data = JSON.stringify(part.data)
    if (data === printed.data) return []
    const before: unknown = printed.data === undefined ? undefined : JSON.parse(printed.data)
    printed.data = data
    return dataRows(part, before, this.#options)
  }

  /** Closes what is open before another part prints, with an empty row between parts of different kinds. */
  #begin(index: number): void {
    if (this.#last === index) return
    this.#close()
    if (this.#last !== undefined) this.#rows.push("")
    this.#last = index
  }

  #close(): void {
    const rows = this.#open === undefined ? undefined : this.#printed[this.#open]?.rows
    this.#open = undefined
    if (rows === undefined) return
    rows.finish()
    this.#rows.push(...rows.take())
  }

  #text({ type, text, state }: StoredTextPart, printed: Printed, index: number, isLast: boolean): void {
    // A text that was cut meanwhile is not told again.
    if (text.length < printed.text || !text.slice(0, printed.text).endsWith(printed.last)) printed.text = text.length
    const fresh = text.slice(printed.text)
    if (fresh !== "" && (printed.text > 0 || fresh.trim() !== "")) {
      this.#begin(index)
      const thought = type === "reasoning"
      if (this.#open !== index) printed.rows = new MarkdownRows(this.#options, thought ? "dim" : undefined, thought ? "  " : "")
      this.#open = index
      printed.rows?.write(printed.text === 0 ? fresh.trimStart() : fresh)
      printed.text = text.length
      printed.last = text.slice(-16)
      this.#rows.push(...(printed.rows?.take() ?? []))
    }
    if (state === "done" && this.#open === index && !isLast) this.#close()
  }

  #tool(part: ToolPart, printed: Printed, index: number): void {
    const done = isDone(part)
    if (!printed.head && (part.state !== "input-streaming" || done)) {
      this.#begin(index)
      printed.head = true
      this.#rows.push(headRow(part, this.#options), ...diffRows(part.input, this.#options))
    }
    if (printed.result || !done) return
    printed.result = true
    // Results of tools that ran side by side say whose they are.
    if (this.#last !== index) {
      this.#begin(index)
      this.#rows.push(headRow(part, this.#options))
    }
    this.#rows.push(...resultRows(part, this.#options))
  }

  #once(part: MessagePart): Array<string> {
    const { paint } = this.#options
    switch (part.type) {
      case "file":
      case "reasoning-file":
        return [paint("dim", `[${fileName(part)}]`)]
      case "source-url":
        return rowsOf(`${part.title ?? ""} ${part.url}`.trim(), this.#options, { first: "· ", style: "dim" })
      case "source-document":
        return rowsOf(part.title, this.#options, { first: "· ", style: "dim" })
      case "steering-message":
        return part.parts.flatMap((sent) =>
          rowsOf(sent.type === "text" ? sent.text : `[${fileName(sent)}]`, this.#options, {
            first: "↳ ",
            next: "  ",
            style: "cyan",
          }),
        )
      default:
        return []
    }
  }
}
