/**
 * Commands of a person, carried over losses of the connection: each is asked again until the hub answers, in order.
 *
 * What is asked again is safe to ask twice: messages go under a key, an answer to a request counts once, an interrupt
 * names what streams now.
 */
import type { Connection } from "@holdfast/client/Connection"
import { isUnreachable } from "@holdfast/client/errors"

/** Commands that may wait at once; one more is refused. */
const WAITING_MAX = 100

/** Asks one connection's hub. */
export class Sender {
  readonly #connection: Connection
  readonly #changed: () => void
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #stopped = false

  /** `changed` hears when the count of waiting messages changes. */
  constructor(connection: Connection, changed: () => void) {
    this.#connection = connection
    this.#changed = changed
  }

  /** Commands that the hub has not answered yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Asks behind what was asked before; fails with the hub's error. */
  inOrder<A>(question: (connection: Connection) => Promise<A>): Promise<A> {
    if (this.#waiting >= WAITING_MAX)
      return Promise.reject(new Error("too many messages are waiting for the hub; try again when it is back"))
    this.#waiting += 1
    this.#changed()
    const asked = this.#last.then(() => this.#ask(question))
    this.#last = asked.catch(() => undefined)
    return asked.finally(() => {
      this.#waiting -= 1
      this.#changed()
    })
  }

  stop(): void {
    this.#stopped = true
  }

  async #ask<A>(question: (connection: Connection) => Promise<A>): Promise<A> {
    for (;;) {
      try {
        return await question(this.#connection)
      } catch (error) {
        if (this.#stopped || !isUnreachable(error)) throw error
        await this.#connection.online()
      }
    }
  }
}
