/**
 * Folding: which events of an ended turn its message stands for, so that they can leave the store (M-3).
 *
 * Each run of `agent` events of the turn, without a gap and without another event between, is replaced by one
 * `agent/folded` event with the run's `from` and `seq`. All other events stay. Folding again gives nothing.
 */
import type { Event } from "@holdfast/protocol/event"

/** What is read of an event to fold it. */
export type FoldedFrom = Pick<Event, "seq" | "from" | "time" | "channel" | "type" | "turn">

/** The event that replaces those from `from` to `seq`; `events` is how many these were when they were written. */
export interface FoldedEvent extends Event {
  readonly from: number
  readonly channel: "agent"
  readonly type: "folded"
  readonly turn: string
  readonly data: { readonly events: number }
}

interface Run {
  readonly from: number
  readonly seq: number
  readonly time: number
  /** Whether it is one event that is folded already. */
  readonly isFolded: boolean
}

/** Finds the ranges of one turn, event by event, so that a turn need not be in memory. */
export class TurnFold {
  readonly #turn: string
  #run: Run | undefined

  constructor(turn: string) {
    this.#turn = turn
  }

  /** Takes the next event in order of seq; gives the range that it ends, if it ends one. */
  take(event: FoldedFrom): FoldedEvent | undefined {
    const from = event.from ?? event.seq
    const run = this.#run
    if (event.channel !== "agent" || event.turn !== this.#turn) {
      this.#run = undefined
      return this.#folded(run)
    }
    if (run !== undefined && run.seq + 1 === from) {
      this.#run = { from: run.from, seq: event.seq, time: event.time, isFolded: false }
      return undefined
    }
    this.#run = { from, seq: event.seq, time: event.time, isFolded: event.type === "folded" }
    return this.#folded(run)
  }

  /** The range that is open when there are no more events. */
  end(): FoldedEvent | undefined {
    const run = this.#run
    this.#run = undefined
    return this.#folded(run)
  }

  #folded(run: Run | undefined): FoldedEvent | undefined {
    if (run === undefined || run.isFolded) return undefined
    const { from, seq, time } = run
    return { from, seq, time, channel: "agent", type: "folded", turn: this.#turn, data: { events: seq - from + 1 } }
  }
}

/** The ranges of a turn among events in order of seq. */
export function foldTurn(turn: string, events: Iterable<FoldedFrom>): Array<FoldedEvent> {
  const fold = new TurnFold(turn)
  const ranges: Array<FoldedEvent> = []
  for (const event of events) {
    const range = fold.take(event)
    if (range !== undefined) ranges.push(range)
  }
  const last = fold.end()
  return last === undefined ? ranges : [...ranges, last]
}
