/**
 * A log as an asciicast version 2 recording (https://docs.asciinema.org/manual/asciicast/v2/), line by line.
 */
import { EMPTY_SCREEN } from "@holdfast/core/terminal/empty-screen"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { decodeRecord, RECORD_OUTPUT, readRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"

/** Makes the lines of a recording, each with its newline. Output that is cut inside a character is joined again. */
export class CastWriter {
  readonly #session: Session
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  #start: number | undefined
  #last = 0

  constructor(session: Session) {
    this.#session = session
  }

  /** Lines for a screen that stands for what left the log. */
  snapshot(head: SnapshotHead, screen: Uint8Array): string {
    const { firstSeq: _, ...session } = this.#session
    const lines = this.#header(session.createdAt, head.cols, head.rows)
    return lines + this.#line(session.createdAt, "o", new TextDecoder().decode(screen))
  }

  /** Lines for one record; empty for what a recording does not show. */
  record(bytes: Uint8Array): string {
    const view = readRecord(bytes, 0)
    if (view.kind === RECORD_OUTPUT) {
      const text = this.#decoder.decode(view.body, { stream: true })
      const time = view.time ?? 0
      return this.#header(time) + (text === "" ? "" : this.#line(time, "o", text))
    }
    const event = decodeRecord(view)
    const data = event.data as { readonly cols?: unknown; readonly rows?: unknown; readonly text?: unknown }
    switch (`${event.channel}/${event.type}`) {
      case "terminal/started":
        return this.#header(event.time, data.cols, data.rows)
      case "terminal/starting":
        return this.#header(event.time, data.cols, data.rows) + this.#line(event.time, "o", EMPTY_SCREEN)
      case "terminal/resize":
        return (
          this.#header(event.time, data.cols, data.rows) +
          this.#line(event.time, "r", `${String(data.cols)}x${String(data.rows)}`)
        )
      case "session/marked":
        return this.#header(event.time) + this.#line(event.time, "m", String(data.text))
      default:
        return ""
    }
  }

  /** What is left at the end: the rest of a character that was cut, and the header of an empty recording. */
  end(): string {
    const rest = this.#decoder.decode()
    return this.#header(this.#session.createdAt) + (rest === "" ? "" : this.#line(this.#last, "o", rest))
  }

  #header(time: number, cols?: unknown, rows?: unknown): string {
    if (this.#start !== undefined) return ""
    this.#start = time
    const { terminal, label } = this.#session
    const header = {
      version: 2,
      width: typeof cols === "number" ? cols : (terminal?.cols ?? 80),
      height: typeof rows === "number" ? rows : (terminal?.rows ?? 24),
      timestamp: Math.floor(time / 1000),
      ...(label === "" ? {} : { title: label }),
      ...(terminal === undefined ? {} : { command: terminal.command, env: { TERM: terminal.term } }),
    }
    return `${JSON.stringify(header)}\n`
  }

  #line(time: number, code: "o" | "r" | "m", data: string): string {
    // A clock that was set back must not make the recording go back.
    this.#last = Math.max(this.#last, time)
    const seconds = Math.max(0, this.#last - (this.#start ?? this.#last)) / 1000
    return `${JSON.stringify([seconds, code, data])}\n`
  }
}
