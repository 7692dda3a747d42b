/**
 * What the hub asks of an agent's process, in the order in which it is owed, also where something must be read first.
 *
 * Nothing is waited for where nothing must be read.
 */

/** The line of one session. */
export class Errands {
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  /** Makes what is to be sent and sends it behind everything before it; `failed` hears why it could not be made. */
  run<A>(make: () => A | Promise<A>, send: (made: A) => void, failed: (cause: unknown) => void): void {
    const made = this.#waiting === 0 ? make() : this.#last.then(make)
    if (!(made instanceof Promise)) return send(made)
    this.#waiting++
    this.#last = made
      .then(send)
      .catch(failed)
      .finally(() => this.#waiting--)
  }
}
