/** When a terminal printed, as its trace has it: stretches without a long pause, each one point that grows (docs/protocol/rules.md, L-6). */
import type { TracePoint } from "@holdfast/store/Traces"

/** The longest pause in a stretch, in milliseconds; more than the time between two points of it. */
const PAUSE = 15_000

/** The stretch in which a terminal prints now. */
export class OutputSpan {
  #seq = 0
  #from = 0
  #until = Number.NEGATIVE_INFINITY

  /** The point of output with this seq at this time. */
  point(seq: number, time: number): TracePoint {
    if (time - this.#until > PAUSE || time < this.#from) {
      this.#seq = seq
      this.#from = time
    }
    this.#until = time
    return { seq: this.#seq, sign: "w", time: this.#from, until: time }
  }
}
