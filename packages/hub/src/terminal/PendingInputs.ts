/**
 * Input on its way to a child (docs/protocol/rules.md, R-9, R-10, T-13, W-6).
 *
 * What was accepted keeps its bytes until the runner settles it, so that a new connection to the same runner gets it
 * again under the same number, in the order it was accepted. Bounded by `inputQueueMax`; beyond it the answer is `Busy`. With no
 * runner to speak to it is refused in a bounded time. `client` is here what keys inputs, a connection's seat.
 */
import { BadRequest, Busy, type DoorError } from "@holdfast/protocol/errors"
import type { RunnerFailure } from "@holdfast/link/messages"
import type { RunnerPort } from "../child/RunnerPort.ts"
import type { RunnerWait } from "../child/RunnerWait.ts"
import { doorErrorOf } from "../child/door-error.ts"

/** Clients whose highest settled number is remembered per session; the least recently used leaves first. */
const CLIENTS_MAX = 1000

/** How far a number may be ahead of the highest one that is settled: what no connection types in a lifetime. */
export const NUMBER_AHEAD = 2 ** 32

/** Bytes an input counts beyond its own. */
const INPUT_OVERHEAD = 64

interface Pending {
  readonly order: number
  readonly client: string
  readonly number: number
  readonly bytes: Uint8Array
  readonly settled: (error: DoorError | undefined) => void
}

interface Client {
  settled: number
  pending: Array<Pending>
}

/** The inputs of one session's terminal. */
export class PendingInputs {
  readonly #limit: number
  readonly #clients = new Map<string, Client>()
  #bytes = 0
  #order = 0
  #port: RunnerPort | undefined
  readonly #wait: RunnerWait

  constructor(limit: number, wait: RunnerWait) {
    this.#limit = limit
    this.#wait = wait
  }

  /** Highest number of a client up to which nothing is to be sent again, as far as this hub knows: it was carried out, or its process ended. */
  settledOf(client: string): number {
    return this.#clients.get(client)?.settled ?? 0
  }

  /** True while something waits to be settled. */
  get busy(): boolean {
    return this.#bytes > 0
  }

  /** Hands input to the child; `settled` is called once. */
  send(client: string, number: number, bytes: Uint8Array, settled: (error: DoorError | undefined) => void): void {
    const entry = this.#client(client)
    if (number <= entry.settled) return settled(undefined)
    if (number > entry.settled + NUMBER_AHEAD) {
      return settled(new BadRequest({ message: "an input's number must be one more than the previous one", field: "number" }))
    }
    if (this.#bytes + bytes.length + INPUT_OVERHEAD > this.#limit) {
      return settled(new Busy({ message: "the terminal is not reading its input; try again", retryAfter: 1 }))
    }
    const pending: Pending = { order: this.#order++, client, number, bytes, settled }
    entry.pending.push(pending)
    this.#bytes += bytes.length + INPUT_OVERHEAD
    if (this.#port === undefined) this.#wait.begin()
    else this.#port.connection.input(this.#port.child, client, number, bytes)
  }

  /** The runner settled a client's inputs up to `number`; a failure concerns that one alone, the ones before it may still wait. */
  settle(client: string, number: number, failure: RunnerFailure | undefined): void {
    const entry = this.#clients.get(client)
    if (entry === undefined) return
    let count = 0
    while (count < entry.pending.length && (entry.pending[count] as Pending).number <= number) count++
    const from = failure === undefined || entry.pending[count - 1]?.number !== number ? 0 : count - 1
    const settled = entry.pending.splice(from, count - from)
    // Who did not hear of a refusal sends the input again, and that must not count as done.
    if (failure === undefined) entry.settled = Math.max(entry.settled, number)
    for (const pending of settled) {
      this.#bytes -= pending.bytes.length + INPUT_OVERHEAD
      pending.settled(failure === undefined ? undefined : inputRefusal(failure))
    }
  }

  /** A connection to the child is there: what waits goes to it, in the order it was accepted. */
  connect(port: RunnerPort): void {
    this.#port = port
    const all = [...this.#clients.values()].flatMap((client) => client.pending).sort((a, b) => a.order - b.order)
    for (const { client, number, bytes } of all) port.connection.input(port.child, client, number, bytes)
  }

  /** The connection is gone; input waits for the next. */
  disconnect(): void {
    this.#port = undefined
  }

  /** The child is gone: what waits is refused. */
  refuse(error: DoorError): void {
    this.#port = undefined
    for (const client of this.#clients.values()) {
      for (const pending of client.pending.splice(0)) {
        this.#bytes -= pending.bytes.length + INPUT_OVERHEAD
        client.settled = Math.max(client.settled, pending.number)
        pending.settled(error)
      }
    }
  }

  /** No runner came back in time: what waits is refused, and counts as never sent. */
  giveUp(error: DoorError): void {
    for (const client of this.#clients.values()) {
      for (const pending of client.pending.splice(0)) {
        this.#bytes -= pending.bytes.length + INPUT_OVERHEAD
        pending.settled(error)
      }
    }
  }

  #client(id: string): Client {
    const known = this.#clients.get(id)
    const entry: Client = known ?? { settled: 0, pending: [] }
    if (known !== undefined) this.#clients.delete(id)
    this.#clients.set(id, entry)
    if (this.#clients.size > CLIENTS_MAX) {
      for (const [oldest, { pending }] of this.#clients) {
        if (pending.length > 0) continue
        this.#clients.delete(oldest)
        break
      }
    }
    return entry
  }
}

/** The answer to an input that the runner refused. */
export function inputRefusal(failure: RunnerFailure): DoorError {
  return doorErrorOf(failure, { what: "the input was not taken" })
}
