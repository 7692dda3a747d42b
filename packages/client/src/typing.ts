/**
 * Input that the hub has not settled yet (docs/protocol/rules.md, C-3, W-6).
 *
 * Every input gets the connection's next number, which no other input of the client ever has, whatever a hub remembers.
 * After a reconnect what is not settled is sent again under the same number; the child gets it once. The buffer is
 * bounded in bytes: an input that does not fit is refused with `Busy`, nothing is dropped silently.
 */
import { HoldfastError } from "./errors.ts"

/** Most bytes of input that may be unsettled. */
export const MAX_UNSETTLED_BYTES = 1024 * 1024
/** Most inputs that may be unsettled. */
export const MAX_UNSETTLED_INPUTS = 10_000
/** Longest input in one frame; a longer one is sent in parts. */
export const MAX_INPUT_BYTES = 256 * 1024

/** How one input ended: taken by the child, or refused. */
export type Settled = (error: HoldfastError | undefined) => void

interface Input {
  readonly bytes: Uint8Array
  readonly settled: Settled
  readonly number: number
}

/**
 * The unsettled inputs of one attachment. `number` gives the next input's number, `send` puts one on the wire, or does
 * nothing while offline.
 */
export class Typing {
  readonly #number: () => number
  readonly #send: (number: number, bytes: Uint8Array) => void
  #inputs: Array<Input> = []
  #bytes = 0
  #ready = false

  constructor(number: () => number, send: (number: number, bytes: Uint8Array) => void) {
    this.#number = number
    this.#send = send
  }

  /** Sends an input, now or when attached; `settled` is called once. */
  type(bytes: Uint8Array, settled: Settled): void {
    if (this.#bytes + bytes.length > MAX_UNSETTLED_BYTES || this.#inputs.length >= MAX_UNSETTLED_INPUTS) {
      settled(new HoldfastError("Busy", "too much input is waiting for the terminal; try again shortly", { retryAfter: 1 }))
      return
    }
    const parts = Math.max(1, Math.ceil(bytes.length / MAX_INPUT_BYTES))
    for (let i = 0; i < parts; i++) {
      const part = bytes.slice(i * MAX_INPUT_BYTES, (i + 1) * MAX_INPUT_BYTES)
      this.#add(part, i === parts - 1 ? settled : ignore)
    }
  }

  /** The hub has settled everything up to `highest`; the rest is sent (again). */
  attached(highest: number): void {
    this.result(highest, undefined)
    for (const { number, bytes } of this.#inputs) this.#send(number, bytes)
    // Not before: what is typed when an earlier input settles must not overtake those that are sent again.
    this.#ready = true
  }

  /** The connection is away; input is kept. */
  dropped(): void {
    this.#ready = false
  }

  /** Everything up to `number` is settled; `error` is that of `number` itself. */
  result(number: number, error: HoldfastError | undefined): void {
    const done = this.#inputs.filter((input) => input.number <= number)
    if (done.length === 0) return
    this.#inputs = this.#inputs.slice(done.length)
    for (const input of done) {
      this.#bytes -= input.bytes.length
      input.settled(input.number === number ? error : undefined)
    }
  }

  /** Nothing more will be settled. */
  end(error: HoldfastError): void {
    const inputs = this.#inputs
    this.#inputs = []
    this.#bytes = 0
    for (const input of inputs) input.settled(error)
  }

  #add(bytes: Uint8Array, settled: Settled): void {
    const number = this.#number()
    this.#inputs.push({ bytes, settled, number })
    this.#bytes += bytes.length
    if (this.#ready) this.#send(number, bytes)
  }
}

const ignore: Settled = () => undefined
