/** That an agent is at work although it reports nothing: reported now and then, so that no one takes it for stuck. */
import type { AgentNote } from "@holdfast/link/agent-messages"

/** Wait between two signs, in milliseconds. */
const SIGN_MILLIS = 20_000
/** A start is waited for, as long as signs come, this many times as long as one without a sign. */
const START_MOST = 5

/** Reports signs while a turn streams; between turns they mean nothing. */
export class SignsOfLife {
  readonly #given: { readonly note: (note: AgentNote) => void; readonly works: () => boolean }
  #at = Number.NEGATIVE_INFINITY
  #seenAt = 0

  /** `works`: whether a turn streams. */
  constructor(given: { readonly note: (note: AgentNote) => void; readonly works: () => boolean }) {
    this.#given = given
  }

  /** Calls `silent` when nothing was seen for this long, in milliseconds, from now on; in the end whatever was seen. */
  awaitStart(millis: number, silent: (waited: number) => void): void {
    const began = performance.now()
    const look = (): void => {
      const now = performance.now()
      const left = Math.min(Math.max(began, this.#seenAt) + millis, began + START_MOST * millis) - now
      if (left > 0) setTimeout(look, left).unref()
      else silent(Math.round(now - began))
    }
    look()
  }

  /** A sign was seen. */
  seen(): void {
    const now = performance.now()
    this.#seenAt = now
    if (now - this.#at < SIGN_MILLIS || !this.#given.works()) return
    this.#at = now
    this.#given.note({ type: "alive" })
  }
}
