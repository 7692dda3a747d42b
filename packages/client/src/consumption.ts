/**
 * The one consumer of an attachment: a function or a loop, never two (docs/protocol/rules.md, C-13).
 *
 * An item that was handed out comes to no one else, so a second consumer would take from the first what it never misses.
 */
import { alreadyConsumed } from "./errors.ts"
import type { Inbox } from "./inbox.ts"
import type { Item } from "./items.ts"
import { PullIterator } from "./PullIterator.ts"
import type { Timers } from "./timers.ts"

/** Longest time a consumer is given items in one turn of the event loop. */
const TURN_MILLISECONDS = 8

/** What a consumption asks of its attachment. */
export interface ConsumptionActions {
  /** The consumer has dealt with an item. */
  readonly consumed: (item: Item) => void
  /** The consumer left early; no one will take what comes. */
  readonly left: () => void
}

/** Hands out the items of an inbox, to the first who asks. */
export class Consumption {
  readonly #inbox: Inbox
  readonly #timers: Timers
  readonly #actions: ConsumptionActions
  #taken = false

  constructor(inbox: Inbox, timers: Timers, actions: ConsumptionActions) {
    this.#inbox = inbox
    this.#timers = timers
    this.#actions = actions
  }

  /** Hands each item to `consumer`, the next one when it has dealt with the former. Settles after `Ended`, or with its error. */
  async consume(consumer: (item: Item) => void | Promise<void>): Promise<void> {
    this.#take()
    let since = this.#timers.now()
    try {
      for (;;) {
        // A long queue must not keep heartbeats and keys waiting (trap:19).
        if (this.#timers.now() - since > TURN_MILLISECONDS) {
          await new Promise<void>((resolve) => void this.#timers.after(0, resolve))
          since = this.#timers.now()
        }
        let item = this.#inbox.shift()
        if (item === undefined) {
          item = await this.#inbox.next()
          // It waited in other turns of the event loop.
          since = this.#timers.now()
        }
        const pending = consumer(item)
        if (pending !== undefined) await pending
        this.#actions.consumed(item)
        if (item._tag === "Ended") return
      }
    } finally {
      this.#actions.left()
    }
  }

  /** The items as they are asked for; ends after `Ended`. An item is consumed when the next one is asked for, or the loop is left. */
  iterate(): PullIterator<Item> {
    let isMine = false
    let given: Item | undefined
    const settle = (): void => {
      const item = given
      given = undefined
      if (item === undefined) return
      this.#actions.consumed(item)
      if (item._tag === "Ended") items.end()
    }
    const items = new PullIterator<Item>({
      take: () => {
        if (!isMine) {
          this.#take()
          isMine = true
          this.#inbox.onPush = () => items.wake()
        }
        settle()
        return (given = this.#inbox.shift())
      },
      left: () => {
        settle()
        if (isMine) this.#actions.left()
      },
    })
    return items
  }

  #take(): void {
    if (this.#taken) throw alreadyConsumed("attachment")
    this.#taken = true
  }
}

/**
 * Lets one loop iterate over `generator`; a second one fails with `AlreadyConsumed`. `left` ends what the generator waits for: a
 * `return` would come behind it.
 */
export function forOneConsumer<A, R = unknown>(
  generator: AsyncGenerator<A, R>,
  left: () => void = () => undefined,
): AsyncGenerator<A, R> {
  let taken = false
  const iterator = (): AsyncGenerator<A, R> => {
    if (taken) throw alreadyConsumed("stream")
    taken = true
    return generator
  }
  const leave = (value: R): Promise<IteratorResult<A, R>> => {
    left()
    return Object.getPrototypeOf(generator).return.call(generator, value)
  }
  return Object.defineProperties(generator, { [Symbol.asyncIterator]: { value: iterator }, return: { value: leave } })
}
