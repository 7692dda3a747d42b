/**
 * Input on its way to a child (docs/PROTOCOL.md, R-9, R-10, T-13, W-6).
 *
 * What was accepted keeps its bytes until the runner settles it, so that a new connection to the same runner gets it
 * again under the same number, in the order it was accepted. Bounded by `inputQueueMax`; beyond it the answer is `Busy`.
 */
import { Busy, type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { RunnerFailure } from "@holdfast/runner/wire/messages"
import type { RunnerPort } from "./RunnerPort.ts"

/** Clients whose highest settled number is remembered per session; the least recently used leaves first. */
const CLIENTS_MAX = 1000

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
export class InputDesk {
  private readonly limit: number
  private readonly clients = new Map<string, Client>()
  private bytes = 0
  private order = 0
  private port: RunnerPort | undefined

  constructor(limit: number) {
    this.limit = limit
  }

  /** Highest number of a client that is settled, as far as this hub knows. */
  settledOf(client: string): number {
    return this.clients.get(client)?.settled ?? 0
  }

  /** True while something waits to be settled. */
  get busy(): boolean {
    return this.bytes > 0
  }

  /** Hands input to the child; `settled` is called once. */
  send(client: string, number: number, bytes: Uint8Array, settled: (error: DoorError | undefined) => void): void {
    const entry = this.client(client)
    if (number <= entry.settled) return settled(undefined)
    if (this.bytes + bytes.length + INPUT_OVERHEAD > this.limit) {
      return settled(new Busy({ message: "the terminal does not take its input; try again", retryAfter: 1 }))
    }
    const pending: Pending = { order: this.order++, client, number, bytes, settled }
    entry.pending.push(pending)
    this.bytes += bytes.length + INPUT_OVERHEAD
    this.port?.connection.input(this.port.child, client, number, bytes)
  }

  /** The runner settled a client's inputs up to `number`. */
  settle(client: string, number: number, failure: RunnerFailure | undefined): void {
    const entry = this.clients.get(client)
    if (entry === undefined) return
    if (number > entry.settled) entry.settled = number
    let count = 0
    while (count < entry.pending.length && (entry.pending[count] as Pending).number <= number) count++
    for (const pending of entry.pending.splice(0, count)) {
      this.bytes -= pending.bytes.length + INPUT_OVERHEAD
      pending.settled(failure !== undefined && pending.number === number ? refusal(failure) : undefined)
    }
  }

  /** A connection to the child is there: what waits goes to it, in the order it was accepted. */
  connect(port: RunnerPort): void {
    this.port = port
    const all = [...this.clients.values()].flatMap((client) => client.pending).sort((a, b) => a.order - b.order)
    for (const { client, number, bytes } of all) port.connection.input(port.child, client, number, bytes)
  }

  /** The connection is gone; input waits for the next. */
  disconnect(): void {
    this.port = undefined
  }

  /** The child is gone: what waits is refused. */
  refuse(error: DoorError): void {
    this.port = undefined
    for (const client of this.clients.values()) {
      for (const pending of client.pending.splice(0)) {
        this.bytes -= pending.bytes.length + INPUT_OVERHEAD
        client.settled = Math.max(client.settled, pending.number)
        pending.settled(error)
      }
    }
  }

  private client(id: string): Client {
    const known = this.clients.get(id)
    const entry: Client = known ?? { settled: 0, pending: [] }
    if (known !== undefined) this.clients.delete(id)
    this.clients.set(id, entry)
    if (this.clients.size > CLIENTS_MAX) {
      for (const [oldest, { pending }] of this.clients) {
        if (pending.length > 0) continue
        this.clients.delete(oldest)
        break
      }
    }
    return entry
  }
}

function refusal(failure: RunnerFailure): DoorError {
  return failure.tag === "Busy"
    ? new Busy({ message: failure.message, retryAfter: 1 })
    : new Unavailable({ message: `the input was not taken: ${failure.message}` })
}
