/** When a terminal printed, as its trace has it: stretches without a long pause, each one point that grows (docs/protocol/rules.md, L-6). */
import type { TracePoint } from "@holdfast/store/Traces"

/** How often a stretch grows at most, and the longest pause in one, in milliseconds. */
const GROWS = 5000
const PAUSE = 15_000

/** The stretch in which a terminal prints now. */
export class OutputSpan {
  #seq = 0
  #from = 0
  #until = Number.NEGATIVE_INFINITY

  /** What output with this seq at this time adds to the trace; most output adds nothing. */
  points(seq: number, time: number): ReadonlyArray<TracePoint> | undefined {
    if (time - this.#until < GROWS && time >= this.#from) return undefined
    if (time - this.#until > PAUSE || time < this.#from) {
      this.#seq = seq
      this.#from = time
    }
    this.#until = time
    return [{ seq: this.#seq, sign: "w", time: this.#from, until: time }]
  }
}
