/**
 * The log lines of operations: one for each, but for a client that asks for the same thing again and again within a second.
 * Then the first has its line at once, and the others one together, with their count.
 *
 * An operation with a trace has a line of its own: its answer names it.
 */
import type { Caller } from "../Hub.ts"
import type { Fields, Level, Telemetry } from "../Telemetry.ts"

/** Milliseconds in which lines about the same are put together. */
const WINDOW = 1000

/** An operation that has ended. */
export interface Ended {
  readonly operation: string
  readonly session: string | undefined
  readonly by: Caller
  readonly level: Level
  readonly message: string
  readonly milliseconds: number
  /** Tag of the error. */
  readonly error?: string
  readonly fingerprint?: string
}

interface Line {
  readonly last: Ended
  count: number
  milliseconds: number
  /** The session that all of them were about; `undefined` when there were several. */
  session: string | undefined
}

/** The lines of one hub. */
export class OperationLines {
  readonly #telemetry: Telemetry
  readonly #lines = new Map<string, Line>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
  }

  /** Writes a line, now or with those of its kind. */
  add(ended: Ended): void {
    const { by, operation, error, milliseconds, session } = ended
    if (by.trace !== undefined || ended.level === "error" || this.#closed) return this.#write(ended, 1, milliseconds, session)
    const kind = `${operation} ${by.door ?? ""} ${error ?? ended.message} ${by.name}`
    const line = this.#lines.get(kind)
    if (line === undefined) {
      this.#lines.set(kind, { last: ended, count: 0, milliseconds: 0, session })
      this.#timer ??= setTimeout(() => this.#flush(), WINDOW).unref()
      return this.#write(ended, 1, milliseconds, session)
    }
    if (line.count === 0) line.session = session
    else if (line.session !== session) line.session = undefined
    line.count++
    line.milliseconds += milliseconds
  }

  /** Writes what waits; nothing waits from here on. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#flush()
  }

  #flush(): void {
    this.#timer = undefined
    const lines = [...this.#lines]
    this.#lines.clear()
    for (const [kind, { last, count, milliseconds, session }] of lines) {
      if (count === 0) continue
      this.#write(last, count, milliseconds, session)
      // It may continue: its next line is for all of the second that begins.
      if (!this.#closed) this.#lines.set(kind, { last, count: 0, milliseconds: 0, session })
    }
    if (this.#lines.size > 0) this.#timer = setTimeout(() => this.#flush(), WINDOW).unref()
  }

  #write(
    { operation, by, level, message, error, fingerprint }: Ended,
    count: number,
    milliseconds: number,
    session?: string,
  ): void {
    const fields: Fields = {
      operation,
      session,
      count,
      milliseconds: Math.round(milliseconds * 10) / 10,
      door: by.door,
      client: by.name,
      trace: by.trace,
      error,
      fingerprint,
    }
    this.#telemetry.log(level, message, fields)
  }
}
