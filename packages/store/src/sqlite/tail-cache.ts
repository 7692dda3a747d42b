/**
 * The tail as the read connection has seen it, by session.
 *
 * An entry never changes: one that was folded since says the same as its piece. So what was seen stays of use; rows that
 * are gone are dropped when there are new ones. What is kept is bounded by what is folded at once.
 */
import { type Statements, num } from "./statements.ts"
import { type TailEntry, isWhole, readEntries } from "./tail-rows.ts"

/** Entries of the tail in the order of their seqs. */
export class TailCache {
  readonly #logs = new Map<number, Array<TailEntry>>()
  #seen = 0

  /** Takes in what is new in the open transaction. What is damaged is left out: its log shows the gap. */
  refresh(statements: Statements): void {
    const rows = statements.all("SELECT rowid FROM tail WHERE rowid > ? ORDER BY rowid", this.#seen)
    if (rows.length === 0) return
    this.#drop(statements)
    for (const row of rows) {
      this.#seen = num(row, "rowid")
      for (const entry of readEntries(statements, this.#seen) ?? []) {
        if (!isWhole(entry)) continue
        const log = this.#logs.get(entry.session)
        if (log === undefined) this.#logs.set(entry.session, [entry])
        else log.push(entry)
      }
    }
  }

  #drop(statements: Statements): void {
    const lowest = num(statements.get("SELECT min(rowid) AS low FROM tail") ?? { low: 0 }, "low")
    for (const [session, entries] of this.#logs) {
      const kept = entries.findIndex((entry) => entry.row >= lowest)
      if (kept < 0) this.#logs.delete(session)
      else if (kept > 0) entries.splice(0, kept)
    }
  }

  /** Entries of a session that reach beyond a seq. */
  *beyond(session: number, seq: number): Iterable<TailEntry> {
    const entries = this.#logs.get(session)
    if (entries === undefined) return
    let [low, high] = [0, entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle]?.to ?? 0) > seq) high = middle
      else low = middle + 1
    }
    for (let at = low; at < entries.length; at++) {
      const entry = entries[at]
      if (entry !== undefined) yield entry
    }
  }
}
