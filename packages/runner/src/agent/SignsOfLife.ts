/** That an agent is at work although it tells nothing: told now and then, so that nobody takes it for stuck. */
import type { AgentNote } from "./agent-messages.ts"

/** Wait between two signs, in milliseconds. */
const SIGN_MILLIS = 20_000

/** Tells of signs while a turn streams; between turns they mean nothing. */
export class SignsOfLife {
  readonly #given: { readonly note: (note: AgentNote) => void; readonly works: () => boolean }
  #at = Number.NEGATIVE_INFINITY

  /** `works`: whether a turn streams. */
  constructor(given: { readonly note: (note: AgentNote) => void; readonly works: () => boolean }) {
    this.#given = given
  }

  /** A sign was seen. */
  seen(): void {
    const now = performance.now()
    if (now - this.#at < SIGN_MILLIS || !this.#given.works()) return
    this.#at = now
    this.#given.note({ type: "alive" })
  }
}
