/**
 * Inputs with a key on their way to a child (docs/protocol/rules.md, H-7, R-19).
 *
 * An input is done when the runner's note of it is durable in the log's store, together with its key. So a key is in the store, or
 * the runner remembers it, or the child never had its input, whichever side was killed between any two steps. A key is claimed here
 * before the store is asked for it, so that a note which lands meanwhile finds who waits.
 */
import { Busy, type DoorError, StorageFull } from "@holdfast/protocol/errors"
import type { RunnerFailure } from "@holdfast/link/messages"
import { inputRefusal } from "./PendingInputs.ts"
import type { RunnerPort } from "../child/RunnerPort.ts"
import type { RunnerWait } from "../child/RunnerWait.ts"

/** How an input ended: the log's last seq when it was done, the same for every repetition, why it was refused, or that its key stands for another one. */
export type KeyedResult = { readonly seq: number } | { readonly error: DoorError } | "conflict"

/** Bytes an input counts beyond its own. */
const OVERHEAD = 256

interface Keyed {
  readonly hash: string
  readonly waiters: Array<(result: KeyedResult) => void>
  /** What was handed to the runner; `undefined` before. */
  bytes: Uint8Array | undefined
}

/** The answer to an input that went to the child just as the disk became full: whether it was typed is not stored. */
export function unconfirmed(): StorageFull {
  return new StorageFull({
    message:
      "the disk is full, so it cannot be confirmed that the program got the input; check the screen, free some space, and send it again with the same key",
  })
}

/** The inputs with keys of one session's terminal. */
export class KeyedInputs {
  readonly #limit: number
  readonly #wait: RunnerWait
  readonly #inputs = new Map<string, Keyed>()
  #bytes = 0
  #port: RunnerPort | undefined

  constructor(limit: number, wait: RunnerWait) {
    this.#limit = limit
    this.#wait = wait
  }

  /** True while something waits to be settled. */
  get busy(): boolean {
    return this.#inputs.size > 0
  }

  /** Claims a key, or waits with who has it. True: the caller looks whether it was used, and then hands the input over or settles it. */
  claim(key: string, hash: string, waiter: (result: KeyedResult) => void): boolean {
    const known = this.#inputs.get(key)
    if (known === undefined) {
      this.#inputs.set(key, { hash, waiters: [waiter], bytes: undefined })
      return true
    }
    if (known.hash === hash) known.waiters.push(waiter)
    else waiter("conflict")
    return false
  }

  /** Hands the input of a claimed key to the child, unless it was settled meanwhile. */
  hand(key: string, bytes: Uint8Array): void {
    const input = this.#inputs.get(key)
    if (input === undefined || input.bytes !== undefined) return
    if (this.#bytes + bytes.length + OVERHEAD > this.#limit) {
      const error = new Busy({ message: "the terminal is not reading its input; try again", retryAfter: 1 })
      return this.settle(key, { error })
    }
    input.bytes = bytes
    this.#bytes += bytes.length + OVERHEAD
    if (this.#port === undefined) this.#wait.begin()
    else this.#port.connection.input(this.#port.child, key, 0, bytes)
  }

  /** Answers everyone who waits for a key. */
  settle(key: string, result: KeyedResult): void {
    const input = this.#inputs.get(key)
    if (input === undefined) return
    this.#inputs.delete(key)
    if (input.bytes !== undefined) this.#bytes -= input.bytes.length + OVERHEAD
    for (const waiter of input.waiters) waiter(result)
  }

  /** The runner refused an input. */
  refused(key: string, failure: RunnerFailure): void {
    this.settle(key, failure.tag === "KeyConflict" ? "conflict" : { error: inputRefusal(failure) })
  }

  /** A connection to the child is there: what waits goes to it again; what the child had is not carried out twice. */
  connect(port: RunnerPort): void {
    this.#port = port
    for (const [key, { bytes }] of this.#inputs) if (bytes !== undefined) port.connection.input(port.child, key, 0, bytes)
  }

  /** The connection is gone. */
  disconnect(): void {
    this.#port = undefined
  }

  /** Refuses all that was handed over and waits. */
  refuse(error: DoorError): void {
    for (const [key, { bytes }] of [...this.#inputs]) if (bytes !== undefined) this.settle(key, { error })
  }
}
