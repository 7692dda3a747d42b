/**
 * Which seq holds which position of a child's journal, for the last positions: how a checkpoint, which knows a
 * position, finds its place in the log. Bounded; what is older is forgotten.
 */

/** Where the output up to a position ends: in the record `seq`, after `offset` of its `size` bytes. */
export interface Place {
  readonly seq: number
  readonly offset: number
  readonly size: number
}

/** A bounded map from positions, which come in order and dense, to places. */
export class Positions {
  readonly #limit: number
  #base: number
  #places: Array<Place>

  /** Starts knowing that everything up to `position` ends with `seq`. */
  constructor(position: number, seq: number, limit = 4096) {
    this.#limit = limit
    this.#base = position
    this.#places = [{ seq, offset: 0, size: 0 }]
  }

  /** The newest position that has a place. */
  get head(): number {
    return this.#base + this.#places.length - 1
  }

  /** Adds the position after the newest. */
  add(place: Place): void {
    this.#places.push(place)
    if (this.#places.length <= this.#limit * 2) return
    this.#base += this.#places.length - this.#limit
    this.#places = this.#places.slice(-this.#limit)
  }

  /** The place of a position; `undefined` when it is too old or not there yet. */
  find(position: number): Place | undefined {
    return this.#places[position - this.#base]
  }
}
