/**
 * A log as one HTML file that plays it without a server (H-29): the player that the build made, with the log inside of it as gzip in
 * base64, so that no text of the log is ever markup.
 *
 * Inside: a JSON line for the record, one for each event, one for the end. Bounded: at `FILM_MAX` bytes of events it is cut, and
 * says so.
 */
import { readFile } from "node:fs/promises"
import type { ServerResponse } from "node:http"
import { createGzip, type Gzip } from "node:zlib"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"

/** Most bytes of events in one file, before they are packed. */
export const FILM_MAX = 64 * 1024 * 1024

/** Where the log goes in the player. */
const MARK = "<!--film-->"

/** The player before the log and after it. */
export interface PlayerPage {
  readonly head: string
  readonly tail: string
}

/** Reads the player that the build made. Rejects when it is not there, or is another file. */
export async function readPlayerPage(path: string): Promise<PlayerPage> {
  const text = await readFile(path, "utf8")
  const at = text.indexOf(MARK)
  if (at === -1) throw new Error(`${path} is no player`)
  return { head: text.slice(0, at), tail: text.slice(at + MARK.length) }
}

/** Writes one file to a response. */
export class FilmWriter {
  readonly #response: ServerResponse
  readonly #page: PlayerPage
  readonly #record: Session
  readonly #most: number
  readonly #gzip: Gzip = createGzip()
  #bytes = 0
  #isFull = false
  /** Bytes of the last group of three that is not whole. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(response: ServerResponse, page: PlayerPage, record: Session, most = FILM_MAX) {
    this.#most = most
    this.#response = response
    this.#page = page
    this.#record = record
  }

  /** Nothing more is taken. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Writes what stands before the log. */
  begin(): void {
    const { id, kind, label, createdAt, firstSeq, lastSeq, terminal, agent } = this.#record
    const size = terminal === undefined ? {} : { terminal: { cols: terminal.cols, rows: terminal.rows } }
    const name = agent === undefined ? {} : { agent: { name: agent.name } }
    this.#response.write(this.#page.head)
    this.#gzip.on("data", (bytes: Buffer) => {
      if (!this.#response.write(this.#text(bytes))) {
        this.#gzip.pause()
        this.#response.once("drain", () => this.#gzip.resume())
      }
    })
    this.#response.once("close", () => this.#gzip.destroy())
    this.#gzip.on("error", () => this.#response.destroy())
    this.#gzip.write(`${JSON.stringify({ id, kind, label, createdAt, firstSeq, lastSeq, ...size, ...name })}\n`)
  }

  /** The lines of records, as many as there is room for. */
  lines(records: ReadonlyArray<Uint8Array>): string {
    let text = ""
    for (const bytes of records) {
      const line = `${JSON.stringify(decodeRecord(readRecord(bytes, 0)))}\n`
      this.#bytes += line.length
      this.#isFull ||= this.#bytes > this.#most
      if (this.#isFull) break
      text += line
    }
    return text
  }

  /** The lines for a screen that stands for what left the log. */
  snapshot(seq: number, { cols, rows }: SnapshotHead, screen: Uint8Array): string {
    const at = { seq, time: this.#record.createdAt, channel: "terminal" }
    const started = { ...at, type: "resize", data: { cols, rows } }
    const output = { ...at, type: "output", data: { base64: Buffer.from(screen).toString("base64") } }
    return `${JSON.stringify(started)}\n${JSON.stringify(output)}\n`
  }

  /** Packs lines; `done` is called once more may come. */
  write(lines: string, done: (error?: Error | null) => void): void {
    this.#gzip.write(lines, done)
  }

  /** Writes the end. */
  end(): void {
    const { lastSeq } = this.#record
    const end = this.#isFull ? { lastSeq, cutAt: this.#most } : { lastSeq }
    this.#gzip.once("end", () => this.#response.end(this.#rest.toString("base64") + this.#page.tail))
    this.#gzip.end(`${JSON.stringify({ end })}\n`)
  }

  /** Bytes as base64, whole groups of three. */
  #text(bytes: Buffer): string {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const whole = all.length - (all.length % 3)
    this.#rest = all.subarray(whole)
    return all.subarray(0, whole).toString("base64")
  }
}
