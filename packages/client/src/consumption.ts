/**
 * The one consumer of an attachment: a function or a loop, never two (docs/protocol/rules.md, C-13).
 *
 * An item that was handed out comes to no one else, so a second consumer would take from the first what it never misses.
 */
import { alreadyConsumed } from "./errors.ts"
import type { Inbox } from "./inbox.ts"
import type { Item } from "./items.ts"
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
        const item = this.#inbox.shift() ?? (await this.#inbox.next())
        const pending = consumer(item)
        if (pending !== undefined) await pending
        this.#actions.consumed(item)
        if (item._tag === "Ended") return
      }
    } finally {
      this.#actions.left()
    }
  }

  /** The items as they are asked for; ends after `Ended`. */
  async *iterate(): AsyncGenerator<Item, void> {
    this.#take()
    try {
      for (;;) {
        const item = await this.#inbox.next()
        yield item
        this.#actions.consumed(item)
        if (item._tag === "Ended") return
      }
    } finally {
      this.#actions.left()
    }
  }

  #take(): void {
    if (this.#taken) throw alreadyConsumed("attachment")
    this.#taken = true
  }
}

/** Lets one loop iterate over `generator`; a second one fails with `AlreadyConsumed`. */
export function forOneConsumer<A>(generator: AsyncGenerator<A>): AsyncGenerator<A> {
  let taken = false
  const iterator = (): AsyncGenerator<A> => {
    if (taken) throw alreadyConsumed("stream")
    taken = true
    return generator
  }
  return Object.defineProperty(generator, Symbol.asyncIterator, { value: iterator })
}
