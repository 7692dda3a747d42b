/**
 * Takes snapshots as turns begin, in a lane of their own, so that no question of people delays them.
 *
 * Those of one session are taken one after the other; of those that wait only the last is taken, as none asks for the others
 * any more.
 */
import type { AskOf } from "@holdfast/link/file-messages"
import { Lane } from "../Lane.ts"
import { takeSnapshot } from "./snapshot.ts"

type Taken = Awaited<ReturnType<typeof takeSnapshot>>

/** Snapshots that are taken at once, and those that wait. */
const AT_ONCE = 2
const WAITING_MAX = 500

/** What is asked of one session. */
interface Row {
  /** The turn that began last. */
  latest: object
  /** Settles once everything that was asked before is done. */
  done: Promise<unknown>
}

/** The snapshots of a runner. */
export class Snapshots {
  readonly #lane = new Lane(AT_ONCE, WAITING_MAX)
  readonly #rows = new Map<string, Row>()
  /** When the last one was asked for. */
  #asked = 0

  /** Takes one of how the files are as soon as it can be; `now`: when it was asked for. */
  async take(ask: AskOf<"snapshot">, now: number): Promise<Taken> {
    const mine = {}
    // Two of one millisecond are told apart by the order in which they were asked for.
    const asked = Math.max(now, this.#asked + 1)
    this.#asked = asked
    const row: Row = this.#rows.get(ask.kept) ?? { latest: mine, done: Promise.resolve() }
    this.#rows.set(ask.kept, row)
    row.latest = mine
    const before = row.done
    const taken = before.then(() => (row.latest === mine ? this.#lane.run(() => takeSnapshot(ask, asked)) : { kept: false }))
    row.done = taken.then(nothing, nothing)
    try {
      return await taken
    } finally {
      if (row.latest === mine) this.#rows.delete(ask.kept)
    }
  }
}

/** The next one begins however the one before ended, which who asked for that is told. */
const nothing = (): void => undefined
