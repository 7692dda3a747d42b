/**
 * A log as an asciicast version 3 recording (https://docs.asciinema.org/manual/asciicast/v3/), line by line: each event has the
 * seconds since the one before.
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
  #exit: { readonly time: number; readonly code: string } | undefined

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
    const data = event.data as {
      readonly cols?: unknown
      readonly rows?: unknown
      readonly text?: unknown
      readonly code?: unknown
    }
    switch (`${event.channel}/${event.type}`) {
      case "terminal/started":
        return this.#header(event.time, data.cols, data.rows)
      case "terminal/starting":
        // The exit before it is not the end of the recording.
        this.#exit = undefined
        return this.#header(event.time, data.cols, data.rows) + this.#line(event.time, "o", EMPTY_SCREEN)
      case "terminal/resize":
        return (
          this.#header(event.time, data.cols, data.rows) +
          this.#line(event.time, "r", `${String(data.cols)}x${String(data.rows)}`)
        )
      case "terminal/exit":
        this.#exit = { time: event.time, code: String(data.code) }
        return this.#header(event.time)
      case "session/marked":
        return this.#header(event.time) + this.#line(event.time, "m", String(data.text))
      default:
        return ""
    }
  }

  /** What is left at the end: the rest of a character that was cut, the exit, and the header of an empty recording. */
  end(): string {
    const rest = this.#decoder.decode()
    const header = this.#header(this.#session.createdAt)
    const output = rest === "" ? "" : this.#line(this.#last, "o", rest)
    return header + output + (this.#exit === undefined ? "" : this.#line(this.#exit.time, "x", this.#exit.code))
  }

  #header(time: number, cols?: unknown, rows?: unknown): string {
    if (this.#start !== undefined) return ""
    this.#start = time
    this.#last = time
    const { terminal, label } = this.#session
    const header = {
      version: 3,
      term: {
        cols: typeof cols === "number" ? cols : (terminal?.cols ?? 80),
        rows: typeof rows === "number" ? rows : (terminal?.rows ?? 24),
        ...(terminal === undefined ? {} : { type: terminal.term }),
      },
      timestamp: Math.floor(time / 1000),
      ...(label === "" ? {} : { title: label }),
      ...(terminal === undefined ? {} : { command: terminal.command }),
    }
    return `${JSON.stringify(header)}\n`
  }

  #line(time: number, code: "o" | "r" | "m" | "x", data: string): string {
    // A clock that was set back must not make the recording go back.
    const now = Math.max(this.#last, time)
    const seconds = (now - this.#last) / 1000
    this.#last = now
    return `${JSON.stringify([seconds, code, data])}\n`
  }
}
