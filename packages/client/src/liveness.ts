/**
 * Notices a dead connection and keeps a living one from being dropped (docs/protocol/rules.md, W-7).
 *
 * Something is sent at least every third of the hub's silence, and a hub that says nothing for the whole silence is
 * taken for dead. Browsers slow the timers of hidden tabs and laptops sleep: a check that comes late proves nothing, so
 * it asks once more before it gives up. What arrives also triggers a ping that is due, because messages are not slowed.
 */
import type { Timers } from "./timers.ts"

/** What the watch asks of its connection. */
export interface LivenessActions {
  readonly ping: () => void
  readonly dead: () => void
}

/** The watch over one connection; starts at once. */
export class Liveness {
  readonly #timers: Timers
  readonly #silence: number
  readonly #actions: LivenessActions
  #heard: number
  #sent: number
  #cancel: () => void = () => undefined
  #stopped = false

  /** `silence` is in milliseconds, from the hub's answer to `Hello`. */
  constructor(timers: Timers, silence: number, actions: LivenessActions) {
    this.#timers = timers
    this.#silence = silence
    this.#actions = actions
    this.#heard = this.#sent = timers.now()
    this.#schedule()
  }

  /** Something arrived. */
  heard(): void {
    this.#heard = this.#timers.now()
    if (this.#heard - this.#sent >= this.#step) this.#ping()
  }

  /** Something was sent. */
  sent(): void {
    this.#sent = this.#timers.now()
  }

  /** Asks now: the connection is dead unless something arrives within `within` milliseconds. */
  probe(within: number): void {
    if (this.#stopped) return
    this.#cancel()
    const asked = this.#timers.now()
    this.#ping()
    this.#cancel = this.#timers.after(within, () => {
      if (this.#heard >= asked) this.#schedule()
      else this.#die()
    })
  }

  /** Ends the watch. */
  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  get #step(): number {
    return this.#silence / 3
  }

  #schedule(): void {
    if (this.#stopped) return
    const due = this.#timers.now() + this.#step
    this.#cancel = this.#timers.after(this.#step, () => this.#check(due))
  }

  #check(due: number): void {
    const now = this.#timers.now()
    if (now - this.#heard < this.#silence) {
      if (now - this.#sent >= this.#step * 0.9) this.#ping()
      this.#schedule()
      return
    }
    if (now - due > this.#step) this.probe(Math.min(this.#step, 5000))
    else this.#die()
  }

  #ping(): void {
    this.#sent = this.#timers.now()
    this.#actions.ping()
  }

  #die(): void {
    if (this.#stopped) return
    this.stop()
    this.#actions.dead()
  }
}
