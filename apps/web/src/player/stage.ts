/** What a film is shown on: a terminal, or an agent's transcript. */
import type { Event } from "@holdfast/protocol/event"

/** A stage shows the log as of one event. */
export interface Stage {
  /** Shows what there was after an event; rejects with what reading rejects with. */
  show(seq: number): Promise<void>
  /** Reads what is needed to show these events, which come next. */
  prepare(events: ReadonlyArray<Event>): Promise<void>
  /** Shows the next event; settles once it is seen, where that takes time. */
  apply(event: Event): void | Promise<void>
  /** How far the way to the next event is, from 0 to 1. */
  approach(next: Event, share: number): void
}
