/**
 * Server-sent events, parsed from any chunks (WHATWG HTML, section 9.2.6), as far as the hub uses them.
 */

import type { Answer } from "./request.ts"

/** One event of a stream. */
export interface SseEvent {
  readonly event: string
  readonly id: string
  readonly data: string
}

/** Longest line and longest event, in characters; a longer one ends the stream with an error. */
export const MAX_SSE_EVENT = 32 * 1024 * 1024

/** Parses chunks of text into events. */
export class SseParser {
  #rest = ""
  #event = ""
  #id = ""
  #data: Array<string> = []
  #length = 0

  /** Gives the events that `text` completes. Throws a `RangeError` on an event over `MAX_SSE_EVENT`. */
  push(text: string): ReadonlyArray<SseEvent> {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ""
    if (this.#rest.length > MAX_SSE_EVENT) throw new RangeError("a line of the event stream is too long")
    const events: Array<SseEvent> = []
    for (const line of lines) {
      const event = this.#line(line)
      if (event !== undefined) events.push(event)
    }
    return events
  }

  #line(line: string): SseEvent | undefined {
    if (line === "") return this.#dispatch()
    const colon = line.indexOf(":")
    if (colon === 0) return undefined
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1))
    if (field === "event") this.#event = value
    else if (field === "id") this.#id = value
    else if (field === "data") this.#add(value)
    return undefined
  }

  #add(value: string): void {
    this.#length += value.length
    if (this.#length > MAX_SSE_EVENT) throw new RangeError("an event of the stream is too long")
    this.#data.push(value)
  }

  #dispatch(): SseEvent | undefined {
    const { length } = this.#data
    const event = { event: this.#event === "" ? "message" : this.#event, id: this.#id, data: this.#data.join("\n") }
    this.#event = ""
    this.#data = []
    this.#length = 0
    return length === 0 ? undefined : event
  }
}

/** The events of a response, in order, until it ends. The reader's pace holds the hub back. */
export async function* sseEvents(response: Pick<Answer, "body">): AsyncGenerator<SseEvent> {
  if (response.body === null) return
  const parser = new SseParser()
  const decoder = new TextDecoder()
  for await (const chunk of response.body as AsyncIterable<Uint8Array> & ReadableStream<Uint8Array>) {
    yield* parser.push(decoder.decode(chunk, { stream: true }))
  }
}
