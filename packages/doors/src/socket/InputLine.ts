/**
 * The inputs of one attachment, answered in order (docs/protocol/rules.md, W-6).
 *
 * An answer names the last input up to which everything is settled, so a later input that is settled first waits for
 * the earlier ones. An input that comes behind one with a higher number is refused: the child's memory of numbers cannot tell it
 * from one that was carried out, and what it types would be lost without a word. What was settled in one tick is one frame; a refusal has a frame of its own.
 */
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import { encodeInputResult } from "@holdfast/protocol/frame"
import type { Attachment } from "@holdfast/hub/Hub"

interface Outstanding {
  readonly number: number
  readonly bytes: number
  settled: boolean
  error: DoorError | undefined
}

/** What a line reports. */
export interface InputLineEvents {
  readonly send: (frame: Uint8Array) => void
  /** Bytes of input under way changed. */
  readonly weight: (bytes: number) => void
}

/** Weight of an input beyond its bytes. */
const OVERHEAD = 64

/** One attachment's inputs. */
export class InputLine {
  readonly #attachment: Attachment
  readonly #events: InputLineEvents
  #line: Array<Outstanding> = []
  #last = 0
  #scheduled = false
  #closed = false

  constructor(attachment: Attachment, events: InputLineEvents) {
    this.#attachment = attachment
    this.#events = events
  }

  /** Takes an input. */
  take(number: number, bytes: Uint8Array): void {
    const outstanding: Outstanding = { number, bytes: bytes.length + OVERHEAD, settled: false, error: undefined }
    this.#line.push(outstanding)
    this.#events.weight(outstanding.bytes)
    if (number < this.#last) return this.#settle(outstanding, outOfOrder(number, this.#last))
    this.#last = number
    this.#attachment.input(number, bytes, (error) => this.#settle(outstanding, error))
  }

  /** Answers nothing any more. */
  close(): void {
    this.#closed = true
    for (const { bytes } of this.#line.splice(0)) this.#events.weight(-bytes)
  }

  #settle(outstanding: Outstanding, error: DoorError | undefined): void {
    outstanding.settled = true
    outstanding.error = error
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    setImmediate(this.#answer)
  }

  readonly #answer = (): void => {
    this.#scheduled = false
    if (this.#closed) return
    let count = 0
    let good = 0
    for (const { settled, error, number, bytes } of this.#line) {
      if (!settled) break
      count++
      this.#events.weight(-bytes)
      if (error === undefined) {
        good = number
        continue
      }
      if (good > 0) this.#events.send(encodeInputResult(this.#attachment.handle, good))
      good = 0
      this.#events.send(encodeInputResult(this.#attachment.handle, number, asResult(error)))
    }
    if (good > 0) this.#events.send(encodeInputResult(this.#attachment.handle, good))
    this.#line = this.#line.slice(count)
  }
}

function outOfOrder(number: number, last: number): BadRequest {
  const message = `input ${number} came after input ${last} and was not typed; send it under a number above ${last}`
  return new BadRequest({ message, field: "number" })
}

function asResult(error: DoorError): { readonly tag: string; readonly message: string; readonly retryAfter?: number } {
  const { _tag: tag, message } = error
  return error._tag === "Busy" ? { tag, message, retryAfter: error.retryAfter } : { tag, message }
}
