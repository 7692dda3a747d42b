/**
 * Where a subscription of the RPC door is, over any number of connections (docs/protocol/rules.md, J-3, F-5).
 *
 * Invariant: what was handed on is dense up to the cursor, and the cursor is what the next subscription continues from.
 */
import * as Effect from "effect/Effect"
import { type SessionEvent, SubscriptionEnded } from "@holdfast/protocol/chat"

/** The place of one subscription. */
export class Follow {
  #after: number | undefined
  #log: string | undefined

  constructor(cursor: { readonly after: number; readonly log?: string } | undefined) {
    this.#after = cursor?.after
    this.#log = cursor?.log
  }

  /** What the next subscription asks for. */
  get cursor(): { readonly after?: number; readonly log?: string } {
    return {
      ...(this.#after === undefined ? {} : { after: this.#after }),
      ...(this.#after === undefined || this.#log === undefined ? {} : { log: this.#log }),
    }
  }

  /** The error of a stream that ended without one: it is no end of the session. */
  get ended(): SubscriptionEnded {
    return new SubscriptionEnded({ message: "the stream ended; it continues from its cursor" })
  }

  /** Takes the events that came together: all of them, or none where they do not follow on the last one. */
  take<Events extends ReadonlyArray<SessionEvent>>(events: Events): Effect.Effect<Events, SubscriptionEnded> {
    let after = this.#after
    let log = this.#log
    for (const event of events) {
      if (event._tag === "InitialState" || event._tag === "Synced") log = event.log
      else if (event.from !== (after ?? 0) + 1) return Effect.fail(this.#gap(event.from, after))
      after = event.seq
    }
    this.#after = after
    this.#log = log
    return Effect.succeed(events)
  }

  #gap(from: number, after = 0): SubscriptionEnded {
    return new SubscriptionEnded({ message: `an event from ${from} does not follow ${after}; it continues from its cursor` })
  }
}
