/** A trace as people see it: a stretch of time in buckets of one length, each with its weightiest sign (docs/protocol/rules.md, L-7). */
import type { TraceSign } from "@holdfast/protocol/trace-signs"

/** A point of a trace, as a store keeps it. Times are epoch milliseconds. */
export interface Point {
  readonly seq: number
  readonly time: number
  readonly sign: TraceSign
  readonly until?: number
}

/** Which stretch of time, in how many buckets. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** A trace in buckets. */
export interface Bucketed {
  /** One sign for each bucket: `f` before `a` before `w` before `.`. */
  readonly signs: string
  /** Buckets with messages of people, rising. */
  readonly messages: ReadonlyArray<number>
  /** About which seq each bucket begins with, never falling. */
  readonly seqs: ReadonlyArray<number>
}

const WEIGHTS = ".waf"

/** Puts points into buckets, one after the other in the order of their seqs. */
export class TraceBuckets {
  readonly #from: number
  readonly #to: number
  readonly #width: number
  readonly #weights: Uint8Array
  readonly #messages = new Set<number>()
  readonly #places: Array<readonly [time: number, seq: number]> = []
  #does: TraceSign = "."
  #since = Number.NEGATIVE_INFINITY

  constructor({ from, to, count }: Stretch) {
    this.#from = from
    this.#to = Math.max(to, from + 1)
    this.#width = Math.max(1, to - from) / count
    this.#weights = new Uint8Array(count)
  }

  /** Takes the next point. */
  add({ seq, time, sign, until }: Point): void {
    // The first and the last place of each bucket are enough to tell about which seqs buckets begin with.
    const isBetween = [-1, -2].every((at) => this.#bucket(this.#places.at(at)?.[0] ?? Number.NaN) === this.#bucket(time))
    if (isBetween) this.#places.pop()
    this.#places.push([time, seq])
    if (sign === "m") {
      if (time >= this.#from && time <= this.#to) this.#messages.add(this.#bucket(time))
    } else if (sign === "f") this.#fill(time, time, "f")
    else if (until !== undefined) this.#fill(time, until, sign)
    else {
      this.#fill(this.#since, time, this.#does)
      this.#does = sign
      this.#since = time
    }
  }

  /** The buckets, with what the session does up to `now`; `lastSeq` is that of the log's end. */
  end(now: number, lastSeq: number): Bucketed {
    this.#fill(this.#since, now, this.#does)
    const signs = Array.from(this.#weights, (weight) => WEIGHTS[weight]).join("")
    return { signs, messages: [...this.#messages].sort((a, b) => a - b), seqs: this.#seqs(now, lastSeq) }
  }

  /** The end of the stretch is in the last bucket. */
  #bucket(time: number): number {
    return Math.min(Math.floor((time - this.#from) / this.#width), this.#weights.length - 1)
  }

  #fill(from: number, to: number, sign: TraceSign): void {
    const weight = WEIGHTS.indexOf(sign)
    if (weight < 1 || to < this.#from || from > this.#to) return
    const last = this.#bucket(to)
    for (let at = Math.max(0, this.#bucket(from)); at <= last; at++) this.#weights[at] = Math.max(this.#weights[at] ?? 0, weight)
  }

  /** Between two points the seqs are taken to have come evenly. */
  #seqs(now: number, lastSeq: number): ReadonlyArray<number> {
    const places = [...this.#places, [Math.max(now, this.#places.at(-1)?.[0] ?? now), lastSeq] as const]
    let [time, seq] = places[0] ?? [now, lastSeq]
    let next = 0
    return Array.from(this.#weights, (_, at) => {
      const begin = this.#from + at * this.#width
      for (; next < places.length && (places[next]?.[0] ?? 0) <= begin; next++) [time, seq] = places[next] ?? [time, seq]
      const [later, through] = places[next] ?? [time, seq]
      if (begin <= time || later <= time) return seq
      return Math.max(seq, Math.floor(seq + ((through - seq) * (begin - time)) / (later - time)))
    })
  }
}

/** Points in buckets, with what the session does up to `now`. */
export function bucketsOf(
  points: ReadonlyArray<Point>,
  stretch: Stretch,
  now = stretch.to,
): Pick<Bucketed, "signs" | "messages"> {
  const buckets = new TraceBuckets(stretch)
  for (const point of points) buckets.add(point)
  const { signs, messages } = buckets.end(now, 0)
  return { signs, messages }
}
