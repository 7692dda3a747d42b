/**
 * A row of the bench: one thing measured at ours, at its limit and at its peers, in the same run.
 *
 * A contestant is opened once per run, measured once per round, and closed. Every measurement gives the same named
 * figures. Only ours and the limit must be measurable; a peer that is not installed is said to be missing.
 */

/** One measurement: figure id to value, in the figure's unit. A figure a contestant cannot have is left out. */
export type Figures = Readonly<Record<string, number>>

/** Where and how large a contestant is to be measured. */
export interface Place {
  /** An empty directory of its own, on the file system on which the limit syncs too. */
  readonly directory: string
  readonly short: boolean
  /** The size for this form of the bench. */
  readonly size: (full: number, short: number) => number
}

/** A contestant that is ready to be measured. `close` ends all it started, also after a failed measurement. */
export interface Opened {
  readonly measure: () => Promise<Figures>
  readonly close: () => Promise<void>
}

/** Someone to measure. `open` rejects with `Missing` when it is not on this machine. */
export interface Contestant {
  readonly name: string
  readonly open: (place: Place) => Promise<Opened>
}

/**
 * What a figure must reach. `ratio`: ours divided by the other's median; `over`: ours minus the other's;
 * `value`: ours alone. Which side is good follows from the figure's `better`.
 */
export interface Goal {
  readonly how: "ratio" | "over" | "value"
  /** Name of the contestant that is compared with; absent for `value`. */
  readonly of?: string
  readonly reach: number
  readonly target?: number
}

/** One number of a row. */
export interface Figure {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly better: "more" | "less"
  readonly goals: ReadonlyArray<Goal>
}

/** A row. The limit's name is `limit` in goals. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
  readonly ours: Contestant
  readonly limit?: Contestant
  readonly peers: ReadonlyArray<Contestant>
  /** Every measurement starts over: a round to warm up would change nothing. */
  readonly cold?: boolean
  /** Rounds in the short form where three would be too long; default 3. */
  readonly shortRounds?: number
}

/** A contestant that is not on this machine, and why. */
export class Missing extends Error {
  readonly _tag = "Missing"
}

/** A goal as ratio to the limit. */
export function ofLimit(reach: number, target?: number): Goal {
  return goal("ratio", reach, target, "limit")
}

/** A goal as ratio to a named contestant. */
export function ofPeer(peer: string, reach: number, target?: number): Goal {
  return goal("ratio", reach, target, peer)
}

/** A goal as distance from the limit, in the figure's unit. */
export function overLimit(reach: number, target?: number): Goal {
  return goal("over", reach, target, "limit")
}

/** A goal as distance from a named contestant, in the figure's unit. */
export function overPeer(peer: string, reach: number, target?: number): Goal {
  return goal("over", reach, target, peer)
}

/** A goal for the figure itself. */
export function value(reach: number, target?: number): Goal {
  return goal("value", reach, target)
}

const goal = (how: Goal["how"], reach: number, target?: number, of?: string): Goal => ({
  how,
  reach,
  ...(target === undefined ? {} : { target }),
  ...(of === undefined ? {} : { of }),
})
