/**
 * Server-sent events, parsed from any chunks (WHATWG HTML, section 9.2.6), as far as the hub uses them.
 */
import { HoldfastError, reasonOf } from "../errors.ts"
import type { Answer } from "./request.ts"

/** One event of a stream. */
export interface SseEvent {
  readonly event: string
  readonly id: string
  readonly data: string
}

/** Longest line and longest event, in characters; a longer one ends the stream with an error. */
export const MAX_SSE_EVENT = 32 * 1024 * 1024

const tooLong = (): RangeError => new RangeError("an event of the stream is too long")

/** Parses chunks of text into events. */
export class SseParser {
  /** Id of the last message, also of one without data: where a reader that comes back continues. */
  id = ""
  /** Milliseconds that the hub asks to wait before coming back. */
  retry: number | undefined
  #rest = ""
  #event = ""
  #nextId = ""
  #data: Array<string> = []
  #length = 0

  /** Gives the events that `text` completes. Throws a `RangeError` on an event over `MAX_SSE_EVENT`. */
  push(text: string): ReadonlyArray<SseEvent> {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ""
    if (this.#rest.length > MAX_SSE_EVENT) throw tooLong()
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
    else if (field === "id" && !value.includes("\0")) this.#nextId = value
    else if (field === "data") this.#add(value)
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value)
    return undefined
  }

  #add(value: string): void {
    this.#length += value.length
    if (this.#length > MAX_SSE_EVENT) throw tooLong()
    this.#data.push(value)
  }

  #dispatch(): SseEvent | undefined {
    const { length } = this.#data
    this.id = this.#nextId
    const event = { event: this.#event === "" ? "message" : this.#event, id: this.id, data: this.#data.join("\n") }
    this.#event = ""
    this.#data = []
    this.#length = 0
    return length === 0 ? undefined : event
  }
}

/** Longest time between two chunks: the hub says something every 10 s (H-6). */
export const SSE_SILENCE = 45_000

/**
 * The events of a response, in order, until it ends. The reader's pace holds the hub back. Fails with `ConnectionLost`
 * when the response is cut or falls silent, with `ProtocolBroken` on an event that is too long.
 */
export async function* sseEvents(
  { body }: Pick<Answer, "body">,
  parser = new SseParser(),
  silence = SSE_SILENCE,
): AsyncGenerator<SseEvent, void> {
  if (body === null) return
  // Takes off a byte order mark at the start of the stream.
  const decoder = new TextDecoder()
  const next = nextOf(body)
  for (;;) {
    const { done, value } = await within(next(), silence)
    if (done === true) return
    yield* parsed(parser, decoder.decode(value, { stream: true }))
  }
}

function parsed(parser: SseParser, text: string): ReadonlyArray<SseEvent> {
  try {
    return parser.push(text)
  } catch (cause) {
    throw new HoldfastError("ProtocolBroken", reasonOf(cause))
  }
}

/** Reads the next chunk; not every browser can loop over a stream. */
function nextOf(body: NonNullable<Answer["body"]>): () => Promise<IteratorResult<Uint8Array, unknown>> {
  if ("getReader" in body) {
    const reader = body.getReader()
    return () => reader.read() as Promise<IteratorResult<Uint8Array, unknown>>
  }
  const iterator = body[Symbol.asyncIterator]()
  return () => iterator.next()
}

function within<A>(reading: Promise<A>, milliseconds: number): Promise<A> {
  return new Promise((resolve, reject) => {
    const lost = (why: string): void => reject(new HoldfastError("ConnectionLost", `the stream of events ${why}`))
    const timer = setTimeout(() => lost("fell silent"), milliseconds)
    reading.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        lost(`was cut: ${reasonOf(cause)}`)
      },
    )
  })
}
